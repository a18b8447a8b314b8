"""The rules of a configuration document, profile `console`: what is wrong with it, and what it means once it is right.

Knows no connection and no clock.
"""

import ipaddress
import re

SCHEDULING = ("weighted-round-robin", "weighted-least-connections", "source-ip")
CODE_CLASSES = ("2xx", "3xx", "4xx")
GROUP_KINDS = ("virtual-server-group", "availability-group")
LISTENER_PROTOCOLS = ("tcp", "udp", "tls", "http", "https")
PERSISTENCE_SECONDS = 1440
DRAIN_SECONDS = 300
MISSING = object()


class Findings:
    """Collects violations while a document is walked through."""

    def __init__(self):
        self.violations = []

    def add(self, path, expected, observed=MISSING):
        violation = {"path": path, "expected": expected, "by": "balancer"}
        if observed is not MISSING:
            violation["observed"] = observed
        self.violations.append(violation)

    def mapping(self, value, path, keys, optional=False):
        """The value as a map; an empty one where it is none, so that its fields are found missing."""
        if value is MISSING and optional:
            return None
        if not isinstance(value, dict):
            self.add(path, "a map with the keys " + ", ".join(keys), value)
            return None
        for key in value:
            if key not in keys:
                self.add(f"{path}.{key}" if path else key, "left out: there is no such key", value[key])
        return value

    def sequence(self, value, path, low, high, optional=False):
        if value is MISSING and optional:
            return []
        if isinstance(value, list) and low <= len(value) <= high:
            return value
        self.add(path, f"a list of {low} to {high} members", value)
        return []

    def integer(self, value, path, low, high, optional=False):
        if value is MISSING and optional:
            return
        if not is_integer(value) or not low <= value <= high:
            self.add(path, f"an integer from {low} to {high}", value)

    def word(self, value, path, words, optional=False):
        if value is MISSING and optional:
            return
        if not isinstance(value, str) or value not in words:
            self.add(path, "one of " + ", ".join(words), value)

    def text(self, value, path, optional=False):
        if value is MISSING and optional:
            return
        if not isinstance(value, str) or value.strip() == "":
            self.add(path, "a name", value)


def is_integer(value):
    """3.0 is 3; true is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return float(value).is_integer()


def violations_of(document):
    """All that is wrong with a document; an empty list: nothing."""
    found = Findings()
    root = found.mapping(
        document, "", ("profile", "loadBalancer", "listeners", "backendServices", "serverGroups")
    )
    if root is None:
        return found.violations
    found.word(root.get("profile", MISSING), "profile", ("console", "openapi"), optional=True)
    services = found.sequence(root.get("backendServices", MISSING), "backendServices", 1, 20)
    listeners = found.sequence(root.get("listeners", MISSING), "listeners", 0, 20, optional=True)
    groups = found.sequence(root.get("serverGroups", MISSING), "serverGroups", 0, 100, optional=True)
    for index, service in enumerate(services):
        check_service(found, service, f"backendServices[{index}]")
    for index, listener in enumerate(listeners):
        check_listener(found, listener, f"listeners[{index}]", services)
    for index, group in enumerate(groups):
        check_group(found, group, f"serverGroups[{index}]")
    for members, path in (
        (services, "backendServices"),
        (listeners, "listeners"),
        (groups, "serverGroups"),
    ):
        check_unique(found, members, path, "name")
    check_networks(found, root, services, groups)
    return found.violations


def check_service(found, value, path):
    keys = ("name", "protocol", "port", "scheduling", "sessionPersistence")
    keys += ("connectionDraining", "healthCheck", "serverGroup")
    service = found.mapping(value, path, keys)
    if service is None:
        return
    found.text(service.get("name", MISSING), f"{path}.name")
    found.word(service.get("protocol", MISSING), f"{path}.protocol", ("tcp",))
    found.integer(service.get("port", MISSING), f"{path}.port", 1, 65535)
    found.word(service.get("scheduling", MISSING), f"{path}.scheduling", SCHEDULING)
    at = f"{path}.sessionPersistence"
    persistence = service.get("sessionPersistence", MISSING)
    persistence = found.mapping(persistence, at, ("enabled", "durationSeconds"), optional=True)
    if persistence is not None:
        if not isinstance(persistence.get("enabled"), bool):
            found.add(f"{at}.enabled", "true or false", persistence.get("enabled", MISSING))
        seconds = persistence.get("durationSeconds", MISSING)
        only = PERSISTENCE_SECONDS
        found.integer(seconds, f"{at}.durationSeconds", only, only, optional=True)
    at = f"{path}.connectionDraining"
    draining = service.get("connectionDraining", MISSING)
    draining = found.mapping(draining, at, ("durationSeconds",), optional=True)
    if draining is not None:
        seconds = draining.get("durationSeconds", MISSING)
        found.integer(seconds, f"{at}.durationSeconds", 0, 3600, optional=True)
    check_health_check(found, service.get("healthCheck", MISSING), f"{path}.healthCheck")


def check_health_check(found, value, path):
    keys = ("method", "port", "path", "timeoutSeconds", "intervalSeconds")
    keys += ("unhealthyThreshold", "healthyThreshold", "normalStatusCodes")
    check = found.mapping(value, path, keys)
    if check is None:
        return
    method = check.get("method", MISSING)
    found.word(method, f"{path}.method", ("http", "tcp"))
    found.integer(check.get("port", MISSING), f"{path}.port", 1, 65535, optional=True)
    found.integer(check.get("timeoutSeconds", MISSING), f"{path}.timeoutSeconds", 2, 60)
    found.integer(check.get("intervalSeconds", MISSING), f"{path}.intervalSeconds", 5, 300)
    found.integer(check.get("unhealthyThreshold", MISSING), f"{path}.unhealthyThreshold", 1, 5)
    found.integer(check.get("healthyThreshold", MISSING), f"{path}.healthyThreshold", 1, 5)
    check_codes(found, check.get("normalStatusCodes", MISSING), f"{path}.normalStatusCodes", method)
    url = check.get("path", MISSING)
    if url is not MISSING and method == "tcp":
        found.add(f"{path}.path", "left out: only an http check has a path", url)
    elif url is not MISSING and not is_path(url):
        wanted = 'a path that starts with "/", of at most 5 levels and 100 characters'
        found.add(f"{path}.path", wanted, url)


def check_codes(found, codes, path, method):
    if codes is MISSING and method != "http":
        return
    wanted = "one of " + ", ".join(CODE_CLASSES)
    if not isinstance(codes, list) or not codes:
        found.add(path, f"a list with at least {wanted}", codes)
        return
    for index, code in enumerate(codes):
        if not isinstance(code, str) or code not in CODE_CLASSES:
            found.add(f"{path}[{index}]", wanted, code)


def is_path(value):
    if not isinstance(value, str) or not value.startswith("/") or len(value) > 100:
        return False
    levels = [level for level in value.split("?")[0].split("/") if level]
    return len(levels) <= 5 and re.search(r"[\s\x00-\x1f\x7f-\x9f]", value) is None


def check_listener(found, value, path, services):
    listener = found.mapping(value, path, ("name", "protocol", "port", "backendService"))
    if listener is None:
        return
    found.text(listener.get("name", MISSING), f"{path}.name")
    found.integer(listener.get("port", MISSING), f"{path}.port", 1, 65535)
    found.word(listener.get("protocol", MISSING), f"{path}.protocol", LISTENER_PROTOCOLS)
    name = listener.get("backendService", MISSING)
    if name is MISSING:
        return
    names = [service.get("name") for service in services if isinstance(service, dict)]
    if name not in names:
        found.add(f"{path}.backendService", "the name of a backend service", name)
    elif listener.get("protocol") in LISTENER_PROTOCOLS[1:]:
        found.add(f"{path}.protocol", "tcp, the protocol of the backend service", listener["protocol"])


def check_group(found, value, path):
    group = found.mapping(value, path, ("name", "kind", "region", "vpc", "weight", "instances"))
    if group is None:
        return
    shares_weight = group.get("kind") == "availability-group"
    for key in ("name", "region", "vpc"):
        found.text(group.get(key, MISSING), f"{path}.{key}")
    found.word(group.get("kind", MISSING), f"{path}.kind", GROUP_KINDS)
    weight = group.get("weight", MISSING)
    if shares_weight:
        found.integer(weight, f"{path}.weight", 1, 100)
    elif weight is not MISSING:
        found.add(f"{path}.weight", "left out: only an availability group has a weight", weight)
    members = found.sequence(group.get("instances", MISSING), f"{path}.instances", 0, 100)
    for index, member in enumerate(members):
        check_member(found, member, f"{path}.instances[{index}]", group, shares_weight)
    check_unique(found, members, f"{path}.instances", "id")


def check_member(found, value, path, group, shares_weight):
    member = found.mapping(value, path, ("id", "address", "port", "weight", "zone", "region", "vpc"))
    if member is None:
        return
    found.text(member.get("id", MISSING), f"{path}.id")
    for key in ("zone", "region", "vpc"):
        found.text(member.get(key, MISSING), f"{path}.{key}", optional=True)
    try:
        if not isinstance(member.get("address"), str):
            raise ValueError
        ipaddress.ip_address(member["address"])
    except ValueError:
        found.add(f"{path}.address", "an IP address", member.get("address", MISSING))
    port = member.get("port", MISSING)
    weight = member.get("weight", MISSING)
    if not shares_weight:
        found.integer(port, f"{path}.port", 1, 65535, optional=True)
        found.integer(weight, f"{path}.weight", 1, 100)
        return
    if port is not MISSING:
        found.add(f"{path}.port", "left out: members of an availability group have no port", port)
    if weight is not MISSING and weight != group.get("weight"):
        found.add(f"{path}.weight", "left out: the members share the group's weight", weight)


def check_unique(found, members, path, key):
    seen = set()
    for index, member in enumerate(members):
        name = member.get(key) if isinstance(member, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            found.add(f"{path}[{index}].{key}", f"a {key} that no other has", name)
        seen.add(name)


def check_networks(found, root, services, groups):
    """An associated group and its instances are in the load balancer's region and VPC."""
    associated = {}
    names = [group.get("name") for group in groups if isinstance(group, dict)]
    for index, service in enumerate(services):
        name = service.get("serverGroup", MISSING) if isinstance(service, dict) else MISSING
        if name is MISSING:
            continue
        if name not in names:
            found.add(f"backendServices[{index}].serverGroup", "the name of a server group", name)
        else:
            associated[name] = True
    balancer = root.get("loadBalancer", MISSING)
    if balancer is MISSING:
        if associated:
            found.add("loadBalancer", "a map with region and vpc, since a group is associated")
        return
    balancer = found.mapping(balancer, "loadBalancer", ("region", "vpc"))
    if balancer is None:
        return
    for key in ("region", "vpc"):
        found.text(balancer.get(key, MISSING), f"loadBalancer.{key}")
    for index, group in enumerate(groups):
        if not isinstance(group, dict) or group.get("name") not in associated:
            continue
        for key in ("region", "vpc"):
            check_network(found, group, f"serverGroups[{index}]", key, balancer.get(key))


def check_network(found, group, path, key, wanted):
    members = group.get("instances", [])
    for index, member in enumerate(members if isinstance(members, list) else []):
        own = member.get(key) if isinstance(member, dict) else None
        observed = group.get(key) if own is None else own
        if observed != wanted:
            at = f"{path}.{key}" if own is None else f"{path}.instances[{index}].{key}"
            found.add(at, f"{wanted}, the {key} of the load balancer", observed)


def completed(document):
    """A valid document as it was taken, defaults filled in."""
    return {**document, "backendServices": [complete(one) for one in document["backendServices"]]}


def complete(service):
    persistence = service.get("sessionPersistence", {"enabled": False})
    if persistence["enabled"]:
        persistence = {"durationSeconds": PERSISTENCE_SECONDS, **persistence}
    draining = {"durationSeconds": DRAIN_SECONDS, **service.get("connectionDraining", {})}
    check = service["healthCheck"]
    if check["method"] == "http":
        check = {"path": "/", **check}
    return {
        **service,
        "sessionPersistence": persistence,
        "connectionDraining": draining,
        "healthCheck": check,
    }


class Settings:
    """The first backend service of a completed document, durations in ms of the deployment's clock."""

    def __init__(self, document, real_ms_per_second):
        service = document["backendServices"][0]
        check = service["healthCheck"]
        self.port = service["port"]
        self.scheduling = service["scheduling"]
        persistence = service["sessionPersistence"]
        seconds = persistence["durationSeconds"] if persistence["enabled"] else 0
        self.persistence_ms = seconds * real_ms_per_second["persistence"]
        seconds = service["connectionDraining"]["durationSeconds"]
        self.drain_ms = seconds * real_ms_per_second["draining"]
        self.method = check["method"]
        self.check_port = check.get("port")
        self.check_path = check.get("path", "/")
        self.timeout_ms = check["timeoutSeconds"] * real_ms_per_second["checks"]
        self.interval_ms = check["intervalSeconds"] * real_ms_per_second["checks"]
        self.unhealthy_threshold = check["unhealthyThreshold"]
        self.healthy_threshold = check["healthyThreshold"]
        self.normal_classes = {int(code[0]) for code in check.get("normalStatusCodes", [])}
