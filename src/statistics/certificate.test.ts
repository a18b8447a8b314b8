/**
 * What certificates promise, checked by simulation with fixed seeds: false alarms at most as often as stated, and power
 * at three sizes of bias as computed.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { lowerTail, upperTail } from './binomial.ts';
import { bandCertificate, bandPower, shareCertificate, sharePower } from './certificate.ts';
import { eProcess, sharesOf, shiftedShares } from './e-process.ts';

const shares = sharesOf([5, 2, 1]);
const runs = 500;

/** Counts of `count` independent observations. */
function drawn(
  of: readonly number[],
  count: number,
  seed: number,
  look?: (counts: number[]) => void,
) {
  const generator = xoroshiro128plus(seed * 7919);
  const counts = of.map(() => 0);
  for (let index = 0; index < count; index++) {
    let left = uniformFloat64(generator);
    let at = 0;
    while (at < of.length - 1 && left >= (of[at] ?? 0)) left -= of[at++] ?? 0;
    counts[at] = (counts[at] ?? 0) + 1;
    look?.(counts);
  }
  return counts;
}

/** Share of runs in which the evidence ever reaches the alarm, looked at after each observation. */
function alarmsOf(of: readonly number[], count: number, falseAlarmRate: number): number {
  const { logEvidence } = eProcess(shares);
  const alarm = -Math.log(falseAlarmRate);
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    let peak = 0;
    drawn(of, count, run + 1, (counts) => {
      peak = Math.max(peak, logEvidence(counts));
    });
    if (peak >= alarm) alarms++;
  }
  return alarms / runs;
}

/** Four standard deviations of a share of so many runs. */
const wobble = (share: number) => 4 * Math.sqrt((share * (1 - share)) / runs) + 1 / runs;

describe('the certificate of shares', () => {
  it('errs on right shares no more often than it says', () => {
    const rate = 0.05;
    expect(alarmsOf(shares, 200, rate)).toBeLessThanOrEqual(rate + wobble(rate));
  });

  it.each([
    [0, -0.07],
    [0, 0.1],
    [0, -0.13],
    [1, 0.1],
    [2, -0.1],
    [2, 0.12],
  ])('notices that share %i is off by %f as often as it says, or somewhat more', (index, bias) => {
    const [count, rate] = [400, 1e-3];
    const moved = shiftedShares(shares, index, bias) ?? [];
    const promised = sharePower(shares, count, rate, moved);
    const observed = alarmsOf(moved, count, rate);
    expect(observed).toBeGreaterThan(promised - wobble(promised));
    // what is looked at all the time is noticed more often than at the end alone
    expect(observed).toBeLessThan(promised + wobble(promised) + 0.12);
  });

  it.each([0.7, 1, 1.3])(
    'holds for every way in which a share is off by %f of its bias',
    (part) => {
      const { detectableBias, hardest } = shareCertificate(shares, 400, 1e-3);
      const bias = part * detectableBias;
      const promised = Math.min(
        ...[0, 1, 2].flatMap((index) =>
          [-bias, bias].map((by) => {
            const moved = shiftedShares(shares, index, by);
            return moved === null ? 1 : sharePower(shares, 400, 1e-3, moved);
          }),
        ),
      );
      // whoever makes up for it: in proportion, the next one alone, the least alone
      const ways = [
        shiftedShares(shares, 0, -bias) ?? [],
        [0.625 - bias, 0.25 + bias, 0.125],
        [0.625 - bias, 0.25, 0.125 + bias],
        [0.625, 0.25 - Math.min(0.25, bias), 0.125 + Math.min(0.25, bias)],
      ];
      for (const way of ways) {
        expect(alarmsOf(way, 400, 1e-3)).toBeGreaterThan(promised - wobble(promised));
      }
      if (part === 1) expect(sharePower(shares, 400, 1e-3, hardest)).toBeCloseTo(0.9, 2);
    },
  );

  it('states the bias that it notices nine times in ten', () => {
    const certificate = shareCertificate(shares, 1600, 2.5e-8);
    expect(certificate).toMatchObject({ falseAlarmRate: 2.5e-8, power: 0.9, connections: 1600 });
    const { detectableBias, hardest } = certificate;
    expect(certificate.shares).toEqual(shares);
    expect(sharePower(shares, 1600, 2.5e-8, hardest)).toBeCloseTo(0.9, 2);
    const furthest = Math.max(
      ...hardest.map((share, index) => Math.abs(share - (shares[index] ?? 0))),
    );
    expect(furthest).toBeCloseTo(detectableBias, 12);
    expect(detectableBias).toBeGreaterThan(0.05);
    expect(detectableBias).toBeLessThan(0.1);
  });

  it('states more for more connections and less for fewer false alarms', () => {
    const bias = (count: number, rate: number) =>
      shareCertificate(shares, count, rate).detectableBias;
    expect(bias(3000, 1e-6)).toBeLessThan(bias(1000, 1e-6));
    expect(bias(1000, 1e-9)).toBeGreaterThan(bias(1000, 1e-6));
  });
});

describe('the certificate of a band', () => {
  const [due, tolerance, count, rate] = [0.25, 0.05, 900, 1e-3];
  /** Share of runs in which the count of the first share is out of its band. */
  function outside(share: number): number {
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const [hits = 0] = drawn([share, 1 - share], count, run + 1);
      const chance =
        hits / count > due
          ? upperTail(hits, count, due + tolerance)
          : lowerTail(hits, count, due - tolerance);
      if (chance <= rate) alarms++;
    }
    return alarms / runs;
  }

  it('errs at the edge of the band no more often than it says, and hardly ever inside', () => {
    expect(outside(due + tolerance)).toBeLessThanOrEqual(rate + wobble(rate));
    expect(outside(due)).toBe(0);
  });

  it.each([0.08, 0.1, 0.12])('notices a bias of %f at least as often as it says', (bias) => {
    const promised = bandPower(due, tolerance, count, rate, bias);
    for (const share of [due + bias, due - bias]) {
      expect(outside(share)).toBeGreaterThanOrEqual(promised - wobble(promised));
    }
    expect(Math.min(outside(due + bias), outside(due - bias))).toBeLessThanOrEqual(
      promised + wobble(promised),
    );
  });

  it('states the worst of its shares', () => {
    const { detectableBias } = bandCertificate([0.5, 0.3, 0.2], tolerance, count, 1e-6);
    const own = (share: number) => bandPower(share, tolerance, count, 1e-6 / 3, detectableBias);
    expect(Math.min(own(0.5), own(0.3), own(0.2))).toBeCloseTo(0.9, 1);
    expect(detectableBias).toBeGreaterThan(tolerance);
  });
});
