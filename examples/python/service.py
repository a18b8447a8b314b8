"""A backend service in model time: who gets a connection, who is checked when, who is in or out.

Knows no protocol: `balancer.py` speaks it. Time passes only in `advance`.
"""

import hashlib
import heapq
import itertools
import math


class Instance:
    def __init__(self, name):
        self.name = name
        self.weight = 1
        self.port = None
        self.is_listed = False
        self.drain_ends_ms = None  # while draining
        self.connections = set()
        self.forget()

    def forget(self):
        """What a member that comes in anew starts from."""
        self.is_healthy = True
        self.passes = 0
        self.failures = 0
        self.turn = 0  # of smooth weighted round robin
        self.round = 0  # checks of an earlier round are nobody's
        self.last_check = None  # (round, started ms, ends ms)
        self.next_check = None  # the one that waits; any other is called off


class Service:
    def __init__(self, settings):
        self.settings = settings
        self.now_ms = 0.0
        self.instances = {}
        self.connections = {}  # number -> instance
        self.sessions = {}  # source -> (instance, until ms)
        self.timers = []  # (due ms, order, function)
        self.order = itertools.count()
        self.probe_numbers = itertools.count()
        self.unanswered = {}  # probe -> (instance, round, started ms)
        self.cut = []

    # changes

    def reconfigure(self, settings):
        if settings.scheduling != self.settings.scheduling:
            self.start_turns_anew()
        if settings.persistence_ms == 0:
            self.sessions.clear()
        is_shorter = settings.interval_ms < self.settings.interval_ms
        self.settings = settings
        if is_shorter:  # also for a check that is waiting
            for instance in self.instances.values():
                self.await_next_check(instance)

    def set_instances(self, listed):
        names = {one["name"] for one in listed}
        for instance in list(self.instances.values()):
            if instance.is_listed and instance.name not in names:
                self.remove(instance)
        for one in listed:
            instance = self.instances.setdefault(one["name"], Instance(one["name"]))
            instance.weight = one["weight"]
            instance.port = one["port"]
            if not instance.is_listed:
                self.register(instance)
        self.start_turns_anew()

    def register(self, instance):
        instance.is_listed = True
        if instance.drain_ends_ms is not None:  # back while draining: it goes on as before
            instance.drain_ends_ms = None
            return
        instance.forget()
        instance.round = next(self.order)
        self.at(self.now_ms, lambda: self.start_check(instance, instance.round))

    def remove(self, instance):
        instance.is_listed = False
        instance.drain_ends_ms = ends_ms = self.now_ms + self.settings.drain_ms
        if not instance.connections or self.settings.drain_ms == 0:
            self.finish_drain(instance)
        else:
            self.at(ends_ms, lambda: self.drain_expired(instance, ends_ms))

    def drain_expired(self, instance, ends_ms):
        if instance.drain_ends_ms == ends_ms:
            self.finish_drain(instance)

    def finish_drain(self, instance):
        for connection in sorted(instance.connections):
            self.cut.append({"connection": connection, "atMs": self.now_ms, "how": "reset"})
            del self.connections[connection]
        instance.connections.clear()
        instance.drain_ends_ms = None
        instance.round = next(self.order)

    # traffic

    def connect(self, connection, source):
        instance = self.known_instance(source) or self.pick(source)
        if instance is None:
            return {"refused": "reset"}
        if self.settings.persistence_ms > 0:
            self.sessions[source] = (instance, self.now_ms + self.settings.persistence_ms)
        self.connections[connection] = instance
        instance.connections.add(connection)
        return {"placed": instance.name, "port": self.traffic_port(instance)}

    def close(self, connection):
        instance = self.connections.pop(connection, None)
        if instance is None:
            return
        instance.connections.discard(connection)
        if instance.drain_ends_ms is not None and not instance.connections:
            self.finish_drain(instance)

    def known_instance(self, source):
        instance, until_ms = self.sessions.get(source, (None, 0))
        if instance is None or until_ms <= self.now_ms or not self.is_eligible(instance):
            self.sessions.pop(source, None)
            return None
        return instance

    def is_eligible(self, instance):
        return instance.is_listed and instance.is_healthy

    def pick(self, source):
        eligible = [one for one in self.instances.values() if self.is_eligible(one)]
        if not eligible:
            return None
        if self.settings.scheduling == "weighted-round-robin":
            return self.next_in_turn(eligible)
        if self.settings.scheduling == "weighted-least-connections":
            return min(eligible, key=lambda one: (len(one.connections) + 1) / one.weight)
        return max(eligible, key=lambda one: self.affinity(source, one))

    def next_in_turn(self, eligible):
        """Smooth weighted round robin, as in nginx: whole cycles give each instance its weight exactly."""
        for one in eligible:
            one.turn += one.weight
        chosen = max(eligible, key=lambda one: one.turn)
        chosen.turn -= sum(one.weight for one in eligible)
        return chosen

    def affinity(self, source, instance):
        """Weighted rendezvous hashing: when an instance goes, only its own sources move."""
        digest = hashlib.blake2b(f"{source} {instance.name}".encode(), digest_size=8).digest()
        uniform = (int.from_bytes(digest, "big") + 1) / (2**64 + 1)
        return -instance.weight / math.log(uniform)

    def start_turns_anew(self):
        for one in self.instances.values():
            one.turn = 0

    def traffic_port(self, instance):
        return self.settings.port if instance.port is None else instance.port

    # health checks

    def start_check(self, instance, round_):
        """Returns a probe that wants an answer, or None where the instance is no member any more."""
        if instance.round != round_:
            return None
        probe = next(self.probe_numbers)
        self.unanswered[probe] = (instance, round_, self.now_ms)
        asked = {
            "probe": probe,
            "instance": instance.name,
            "method": self.settings.method,
            "port": self.settings.check_port or self.traffic_port(instance),
        }
        return {**asked, "path": self.settings.check_path} if asked["method"] == "http" else asked

    def take_answer(self, probe, reply, after_ms):
        instance, round_, started_ms = self.unanswered.pop(probe)
        timeout_ms = self.settings.timeout_ms
        is_heard = reply != "silence" and after_ms <= timeout_ms
        passes = is_heard and self.is_good(reply)
        ends_ms = started_ms + (after_ms if is_heard else timeout_ms)
        self.at(ends_ms, lambda: self.conclude(instance, round_, passes))
        instance.last_check = (round_, started_ms, ends_ms)
        self.await_next_check(instance)

    def await_next_check(self, instance):
        if instance.last_check is None:
            return
        round_, started_ms, ends_ms = instance.last_check
        next_ms = max(started_ms + self.settings.interval_ms, ends_ms, self.now_ms)
        instance.next_check = waiting = next(self.order)
        self.at(next_ms, lambda: self.start_awaited(instance, round_, waiting))

    def start_awaited(self, instance, round_, waiting):
        return self.start_check(instance, round_) if instance.next_check == waiting else None

    def is_good(self, reply):
        if self.settings.method == "tcp":
            return reply == "accepted"
        return isinstance(reply, int) and reply // 100 in self.settings.normal_classes

    def conclude(self, instance, round_, passes):
        if instance.round != round_:
            return
        instance.passes = instance.passes + 1 if passes else 0
        instance.failures = 0 if passes else instance.failures + 1
        was_healthy = instance.is_healthy
        if instance.failures >= self.settings.unhealthy_threshold:
            instance.is_healthy = False
        if instance.passes >= self.settings.healthy_threshold:
            instance.is_healthy = True
        if instance.is_healthy != was_healthy:
            self.start_turns_anew()

    # time

    def at(self, due_ms, work):
        heapq.heappush(self.timers, (due_ms, next(self.order), work))

    def advance(self, to_ms, answers):
        """Runs what is due up to `to_ms`, and stops early at probes that want answers."""
        for answer in answers:
            self.take_answer(answer["probe"], answer["reply"], answer["afterMs"])
        for probe in list(self.unanswered):  # nobody answered: silence
            self.take_answer(probe, "silence", 0)
        probes = []
        while self.timers and self.timers[0][0] <= to_ms:
            if probes and self.timers[0][0] > self.now_ms:
                break
            self.now_ms, _, work = heapq.heappop(self.timers)
            probe = work()
            if probe is not None:
                probes.append(probe)
        if not probes:
            self.now_ms = to_ms
        cut, self.cut = self.cut, []
        return {"nowMs": self.now_ms, "probes": probes, "cut": cut}
