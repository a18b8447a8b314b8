"""The yardstick's model as users of SimPy 2.3 (Debian: python3-simpy) would write it: a process a connection.

    /usr/bin/python3 bench/peer-simpy.py CONNECTIONS [sticky 0|1] [seed]

Prints one line of JSON like bench/yardstick.cpp. Debian has no newer SimPy; on PyPI there is one, with another API.
"""
import json
import random
import sys
import time

from SimPy.Simulation import Process, Simulation, hold

INSTANCES, CLIENTS = 20, 50_000
RATE, MEAN_HOLD, BETWEEN_FAILURES, TO_REPAIR = 2000.0, 30.0, 600.0, 60.0
INTERVAL, TIMEOUT, FAILURES_OUT, PASSES_IN = 5.0, 2.0, 3, 2
PERSISTENCE = 300.0


class Instance:
    def __init__(self, number):
        self.weight = 1 + number % 4
        self.is_up = self.is_healthy = True
        self.active = self.failed_checks = self.passed_checks = self.life = 0
        self.down_at = 0.0


class World(Simulation):
    def __init__(self, connections, is_sticky, seed):
        super().__init__()
        self.random = random.Random(seed)
        self.left = self.connections = connections
        self.is_sticky = is_sticky
        self.instances = [Instance(number) for number in range(INSTANCES)]
        self.bound = {}
        self.done = self.lost = self.failed = self.refused = self.detections = 0
        self.detection_sum = 0.0

    def pick(self):
        best = None
        for one in self.instances:
            if one.is_healthy and (best is None or one.active * best.weight < best.active * one.weight):
                best = one
        return best

    def route(self):
        if not self.is_sticky:
            return self.pick()
        client = self.random.randrange(CLIENTS)
        one, until = self.bound.get(client, (None, 0.0))
        if one is None or until < self.now() or not one.is_healthy:
            one = self.pick()
        if one is not None:
            self.bound[client] = (one, self.now() + PERSISTENCE)
        return one


class Connection(Process):
    def run(self, one, seconds):
        world, life = self.sim, one.life
        one.active += 1
        yield hold, self, seconds
        if life == one.life:
            one.active -= 1
            world.done += 1


class Arrivals(Process):
    def run(self):
        world = self.sim
        while world.left > 0:
            yield hold, self, world.random.expovariate(RATE)
            world.left -= 1
            one = world.route()
            if one is None:
                world.refused += 1
            elif not one.is_up:
                world.failed += 1
            else:
                connection = Connection(sim=world)
                seconds = world.random.expovariate(1 / MEAN_HOLD)
                world.activate(connection, connection.run(one, seconds))


class Outages(Process):
    def run(self, one):
        world = self.sim
        while True:
            yield hold, self, world.random.expovariate(1 / BETWEEN_FAILURES)
            if world.left == 0:
                return
            one.is_up, one.down_at = False, world.now()
            world.lost += one.active
            one.active, one.life = 0, one.life + 1
            yield hold, self, world.random.expovariate(1 / TO_REPAIR)
            one.is_up = True


class Checks(Process):
    def run(self, one, first):
        world = self.sim
        yield hold, self, first
        while world.left > 0:
            if one.is_up:
                one.failed_checks = 0
                if not one.is_healthy:
                    one.passed_checks += 1
                    if one.passed_checks >= PASSES_IN:
                        one.is_healthy, one.passed_checks = True, 0
                yield hold, self, INTERVAL
                continue
            yield hold, self, TIMEOUT
            one.passed_checks = 0
            if one.is_healthy:
                one.failed_checks += 1
                if one.failed_checks >= FAILURES_OUT:
                    one.is_healthy, one.failed_checks = False, 0
                    world.detections += 1
                    world.detection_sum += world.now() - one.down_at
            yield hold, self, INTERVAL - TIMEOUT


def main(connections, is_sticky=1, seed=1):
    world = World(connections, is_sticky == 1, seed)
    began = time.process_time()
    for number, one in enumerate(world.instances):
        outages, checks = Outages(sim=world), Checks(sim=world)
        world.activate(outages, outages.run(one))
        world.activate(checks, checks.run(one, INTERVAL * number / INSTANCES))
    arrivals = Arrivals(sim=world)
    world.activate(arrivals, arrivals.run())
    world.simulate(until=1e12)
    seconds = time.process_time() - began
    print(
        json.dumps(
            {
                "peer": "SimPy 2.3.1",
                "python": sys.version.split()[0],
                "arrived": connections,
                "done": world.done,
                "lost": world.lost,
                "failed": world.failed,
                "refused": world.refused,
                "detections": world.detections,
                "meanDetectionSeconds": round(world.detection_sum / max(1, world.detections), 3),
                "cpuSeconds": round(seconds, 3),
                "connectionsPerCpuSecond": round(connections / seconds),
            }
        )
    )


main(*map(int, sys.argv[1:]))
