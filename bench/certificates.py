#!/usr/bin/env python3
"""Checks what a certificate promises by simulation, with nothing but Python's standard library.

    python3 bench/certificates.py reports/out/reference/result.json

For every clause of the result that was decided by statistics it draws independent connections from the shares that were
tested (false alarms: at most as many as promised) and from shares that are off by 0.85, 1 and 1.2 times the bias that the
certificate names (power: at 1 at least as often as promised). The tests themselves are written down in
docs/statistics.md; nothing here is taken from Counterpoise's own code.
"""
import json
import math
import random
import sys

RUNS = 400
CONCENTRATION = 30
TOLERANCE = 0.05
# so many false alarms that they can be counted: the bound is linear in the rate
VISIBLE_RATE = 0.05


def drawn(shares, count, rng):
    for index in rng.choices(range(len(shares)), weights=shares, k=count):
        yield index


def alarms_by_evidence(tested, true, count, rate, rng):
    """Share of runs in which the evidence ever reaches 1 / rate, looked at after every connection."""
    priors = [CONCENTRATION * share for share in tested]
    alarm = -math.log(rate)
    hits = 0
    for _ in range(RUNS):
        counts = [0] * len(tested)
        evidence = 0.0
        for total, index in enumerate(drawn(true, count, rng)):
            # the mixture predicts this one with (prior + count) / (sum of priors + total)
            predicted = (priors[index] + counts[index]) / (CONCENTRATION + total)
            evidence += math.log(predicted / tested[index])
            counts[index] += 1
            if evidence >= alarm:
                hits += 1
                break
    return hits / RUNS


def upper_tail(hits, count, chance):
    """P(at least so many of `count`), exactly."""
    if hits <= 0:
        return 1.0
    if chance >= 1:
        return 1.0
    logs = math.lgamma(count + 1)
    total = 0.0
    for k in range(hits, count + 1):
        log = logs - math.lgamma(k + 1) - math.lgamma(count - k + 1)
        log += k * math.log(chance) + (count - k) * math.log1p(-chance)
        total += math.exp(log)
    return min(1.0, total)


def alarms_by_band(tested, true, count, rate, rng):
    """Share of runs in which somebody's count is too far outside of the band around its share."""
    own_rate = rate / len(tested)
    hits = 0
    for _ in range(RUNS):
        counts = [0] * len(tested)
        for index in drawn(true, count, rng):
            counts[index] += 1
        for share, hit in zip(tested, counts):
            if hit / count > share:
                chance = upper_tail(hit, count, min(1, share + TOLERANCE))
            else:
                chance = upper_tail(count - hit, count, 1 - max(0, share - TOLERANCE))
            if chance <= own_rate:
                hits += 1
                break
    return hits / RUNS


def shifted(tested, hardest, factor):
    """The hardest shares, so much further off; None where a share cannot go that far."""
    index = max(range(len(tested)), key=lambda at: abs(hardest[at] - tested[at]))
    moved = tested[index] + factor * (hardest[index] - tested[index])
    if not 0 <= moved <= 1:
        return None
    rest = (1 - moved) / (1 - tested[index])
    return [moved if at == index else share * rest for at, share in enumerate(tested)]


def main():
    result = json.load(open(sys.argv[1]))
    rng = random.Random(1)
    print(f"{'clause':28} {'n':>6} {'bias':>7}  false alarms at {VISIBLE_RATE}   noticed at 0.85, 1, 1.2 x bias (promised at 1)")
    for clause in result["clauses"]:
        certificate = clause["certificate"]
        if certificate is None:
            continue
        test = alarms_by_evidence if clause["id"] == "schedule.wrr.share" else alarms_by_band
        tested, hardest = certificate["shares"], certificate["hardest"]
        count, rate = certificate["connections"], certificate["falseAlarmRate"]
        false = test(tested, tested, count, VISIBLE_RATE, rng)
        noticed = []
        for factor in (0.85, 1, 1.2):
            true = shifted(tested, hardest, factor)
            noticed.append("-" if true is None else f"{test(tested, true, count, rate, rng):.3f}")
        print(f"{clause['id']:28} {count:6} {certificate['detectableBias']:7.4f}  {false:<22.4f} {', '.join(noticed)} ({certificate['power']})")


main()
