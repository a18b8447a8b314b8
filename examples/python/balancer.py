#!/usr/bin/env python3
"""A small balancer behind the adapter protocol: one JSON-RPC 2.0 object a line, stepped time, standard library only.

What is asked of an adapter stands in docs/adapter-protocol.md of the package counterpoise. In this folder:

    npx counterpoise adapter test 'cmd:python3 balancer.py'
    npx counterpoise conform 'cmd:python3 balancer.py'
"""

import json
import sys

from configuration import Settings, completed, is_integer, violations_of
from service import Service

PROTOCOL = 1
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603

ACCEPTED = {"is": "accepted"}
CAPABILITIES = (
    "configuration",
    "schedule.wrr",
    "schedule.wlc",
    "schedule.source",
    "check.tcp",
    "check.http",
    "persistence",
    "persistence.draining",
    "drain",
    "drain.deadline",
    "change.weight",
    "change.configuration",
)
TRAITS = {
    "wrr.schedulers": 1,
    "wrr.washoutCycles": 0,
    "wlc.tie": "any",
    "source.disruption": "own-only",
    "source.shareTolerance": 0.05,
    "health.intervalFrom": "start",
    "health.timerSlackMs": 0,
    "health.initial": "up",
    "health.first": "counts",
    "health.liveConnections": "kept",
    "persistence.clock": "last-connection",
    "draining.deadline": "close",
    "draining.zero": "cut",
    "draining.earlyFinish": "at-once",
    "draining.return": "resumes",
    "schedule.weightZero": "unsupported",
    "schedule.noneEligible": "refuse",
    "config.timeoutBeyondInterval": "accept",
    "change.propagationMs": 0,
    "refusal": "reset",
}
INSTANCES_MAX = 100


class ProtocolError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Deployment:
    def __init__(self, settings, scales):
        self.service = Service(settings)
        self.scales = scales


class Adapter:
    def __init__(self):
        self.deployments = {}

    def describe(self, params):
        provided = {"providedBy": "balancer"}
        return {
            "protocol": PROTOCOL,
            "name": "python-example",
            "version": "1",
            "plane": "call",
            "time": ["stepped"],
            "floorsMs": {"checkTimeout": 0, "persistence": 0, "drain": 0},
            "capabilities": {one: {"supported": True, **provided} for one in CAPABILITIES},
            "traits": {name: {"reading": value, **provided} for name, value in TRAITS.items()},
            "profiles": ["console"],
            "limits": {
                "deploymentsMax": 100,
                "instancesMax": INSTANCES_MAX,
                "connectionsMax": 100000,
            },
        }

    def deploy(self, params):
        if params["profile"] != "console":
            return {"outcome": {"is": "unsupported", "note": "only the profile console"}}
        if params["time"] != "stepped":
            return {"outcome": {"is": "unsupported", "note": "only stepped time"}}
        violations = violations_of(params["configuration"])
        violations += instance_violations(params["instances"])
        if violations:
            return {"outcome": {"is": "rejected", "violations": violations}}
        document = completed(params["configuration"])
        scales = params["realMsPerSecond"]
        deployment = Deployment(Settings(document, scales), scales)
        deployment.service.set_instances(params["instances"])
        self.deployments[params["deployment"]] = deployment
        return {"outcome": ACCEPTED, "readBack": document}

    def reconfigure(self, params):
        deployment = self.deployment(params)
        violations = violations_of(params["configuration"])
        if violations:
            return {"is": "rejected", "violations": violations}
        document = completed(params["configuration"])
        deployment.service.reconfigure(Settings(document, deployment.scales))
        return ACCEPTED

    def setInstances(self, params):
        service = self.deployment(params).service
        violations = instance_violations(params["instances"])
        if violations:
            return {"is": "rejected", "violations": violations}
        service.set_instances(params["instances"])
        return ACCEPTED

    def settle(self, params):
        self.deployment(params)  # changes are in effect when they are accepted
        return None

    def status(self, params):
        service = self.deployment(params).service
        listed = [one for one in service.instances.values() if one.is_listed]
        return [{"instance": one.name, "isEligible": service.is_eligible(one)} for one in listed]

    def connect(self, params):
        service = self.deployment(params).service
        return service.connect(params["connection"], params["source"])

    def carry(self, params):
        service = self.deployment(params).service
        return {"carried": params["connection"] in service.connections}

    def close(self, params):
        self.deployment(params).service.close(params["connection"])
        return None

    def advance(self, params):
        return self.deployment(params).service.advance(params["toMs"], params["answers"])

    def dispose(self, params):
        if "deployment" in params:
            self.deployments.pop(params["deployment"], None)
        else:
            self.deployments.clear()
        return None

    def deployment(self, params):
        found = self.deployments.get(params["deployment"])
        if found is None:
            raise ProtocolError(INVALID_PARAMS, f"no deployment {params['deployment']!r}")
        return found


def instance_violations(instances):
    """What is wrong with a list of instances."""
    violations = []
    if len(instances) > INSTANCES_MAX:
        expected = f"at most {INSTANCES_MAX} instances"
        violations.append({"path": "instances", "expected": expected, "by": "balancer"})
    for index, one in enumerate(instances):
        if not is_integer(one["weight"]) or not 1 <= one["weight"] <= 100:
            path = f"instances[{index}].weight"
            expected = "an integer from 1 to 100"
            violations.append({"path": path, "expected": expected, "by": "balancer"})
    return violations


METHODS = (
    "describe deploy reconfigure setInstances settle status connect carry close advance dispose"
).split()


def answer(adapter, line):
    request = json.loads(line)
    reply = {"jsonrpc": "2.0", "id": request["id"]}
    try:
        if request["method"] not in METHODS:
            raise ProtocolError(METHOD_NOT_FOUND, f"no method {request['method']!r}")
        reply["result"] = getattr(adapter, request["method"])(request.get("params", {}))
    except ProtocolError as error:
        reply["error"] = {"code": error.code, "message": str(error)}
    except Exception as error:  # our own mistake: said to whoever asked, and the next question is answered
        reply["error"] = {"code": INTERNAL_ERROR, "message": f"{type(error).__name__}: {error}"}
    return json.dumps(reply)


def main():
    adapter = Adapter()
    # one line in, one line out, until the end of the input: nothing else may go to standard output
    for line in sys.stdin:
        sys.stdout.write(answer(adapter, line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
