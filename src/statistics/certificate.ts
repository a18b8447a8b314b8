/**
 * What a statistical test promises: how often at most it calls a right share wrong, and which bias it notices with which
 * probability from so many observations. Exact for binomial counts, by normal approximation for the e-process.
 */

import digamma from '@stdlib/math-base-special-digamma';
import trigamma from '@stdlib/math-base-special-trigamma';
import { lowerTail, upperTail } from './binomial.ts';
import { smallestWhere } from './bisection.ts';
import { eProcess, shiftedShares } from './e-process.ts';

export interface Certificate {
  /** Of this check: the probability that it fails a right implementation, at most. */
  readonly falseAlarmRate: number;
  /** Whoever's share is off by so much, in parts of 1, is noticed with `power` at least, whichever way the others make up for it. */
  readonly detectableBias: number;
  readonly power: number;
  /** Independent observations that this is promised for. */
  readonly connections: number;
  /** The shares that were tested, and the hardest to tell from them of all that are off by `detectableBias`: `power` is theirs. */
  readonly shares: readonly number[];
  readonly hardest: readonly number[];
}

/** `a share off by 9.8 points would have been noticed with probability 0.9`. */
export function promiseOf({ detectableBias, power }: Certificate): string {
  return `a share off by ${(100 * detectableBias).toFixed(1)} points would have been noticed with probability ${power}`;
}

/** What every certificate states its bias for. */
const certifiedPower = 0.9;

/** Worked out once for what is asked: the suite puts the same timelines to many implementations. */
const known = new Map<string, Certificate>();
const knownMax = 1000;

function knownOr(key: string, worked: () => Certificate): Certificate {
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= knownMax) known.clear();
  const certificate = worked();
  known.set(key, certificate);
  return certificate;
}

/** `shares` of independent observations, looked at as often as one likes. */
export function shareCertificate(
  shares: readonly number[],
  connections: number,
  falseAlarmRate: number,
): Certificate {
  return knownOr(`evidence ${shares.join()} ${connections} ${falseAlarmRate}`, () =>
    ofEvidence(shares, connections, falseAlarmRate),
  );
}

function ofEvidence(
  shares: readonly number[],
  connections: number,
  falseAlarmRate: number,
): Certificate {
  const power = (moved: readonly number[]) =>
    sharePower(shares, connections, falseAlarmRate, moved);
  const hardestAt = (bias: number) => leastOf(shiftsOf(shares, bias), power);
  const detectableBias = smallestWhere(
    biasMaxOf(shares),
    (bias) => hardestAt(bias).value >= certifiedPower,
    halvings,
  );
  const hardest = hardestAt(detectableBias).of ?? shares;
  return { falseAlarmRate, detectableBias, power: certifiedPower, connections, shares, hardest };
}

/** No share can be further off than this. */
function biasMaxOf(shares: readonly number[]): number {
  return Math.max(...shares.map((share) => Math.max(share, 1 - share)));
}

/** Every way in which one share is off by `bias`, alike shares once. */
function shiftsOf(shares: readonly number[], bias: number): readonly (readonly number[])[] {
  return [...new Set(shares)].flatMap((share) => shiftsAt(shares, shares.indexOf(share), bias));
}

/** Down and up, as far as a share can go. */
function shiftsAt(
  shares: readonly number[],
  index: number,
  bias: number,
): readonly (readonly number[])[] {
  return [-bias, bias].flatMap((by) => {
    const moved = shiftedShares(shares, index, by);
    return moved === null ? [] : [moved];
  });
}

/** The one with the least value; `of` null: there are none, and any value is reached. */
function leastOf<One>(all: readonly One[], measure: (one: One) => number) {
  let least: { readonly of: One | null; readonly value: number } = {
    of: null,
    value: Number.POSITIVE_INFINITY,
  };
  for (const one of all) {
    const value = measure(one);
    if (value < least.value) least = { of: one, value };
  }
  return least;
}

/**
 * Probability that the evidence reaches the alarm by the last of `connections` observations, if the shares are those in
 * `moved`. At the end only, so the true power, at any time before, is no smaller.
 */
export function sharePower(
  shares: readonly number[],
  connections: number,
  falseAlarmRate: number,
  moved: readonly number[],
): number {
  const { logEvidence, priors } = eProcess(shares);
  const means = moved.map((share) => share * connections);
  const ends = means.map((mean, index) => (priors[index] ?? 0) + mean);
  // second order: the counts scatter, and the evidence is convex in each
  const curvature = moved.reduce(
    (sum, share, index) => sum + trigamma(ends[index] ?? 1) * connections * share * (1 - share),
    0,
  );
  const meanLog = logEvidence(means) + curvature / 2;
  const gradients = moved.map(
    (_, index) => digamma(ends[index] ?? 1) - Math.log(shares[index] ?? 1),
  );
  const mean = moved.reduce((sum, share, index) => sum + share * (gradients[index] ?? 0), 0);
  const variance = moved.reduce(
    (sum, share, index) => sum + share * ((gradients[index] ?? 0) - mean) ** 2,
    0,
  );
  const deviation = Math.sqrt(connections * variance);
  const missing = -Math.log(falseAlarmRate) - meanLog;
  return deviation === 0 ? Number(missing <= 0) : normalUpperTail(missing / deviation);
}

/** Counts of independent observations against a band of `tolerance` around each share; the rate is split over the shares. */
export function bandCertificate(
  shares: readonly number[],
  tolerance: number,
  connections: number,
  falseAlarmRate: number,
): Certificate {
  return knownOr(`band ${shares.join()} ${tolerance} ${connections} ${falseAlarmRate}`, () =>
    ofBand(shares, tolerance, connections, falseAlarmRate),
  );
}

function ofBand(
  shares: readonly number[],
  tolerance: number,
  connections: number,
  falseAlarmRate: number,
): Certificate {
  const rate = falseAlarmRate / shares.length;
  const beyond = shares.map((share) => smallestBeyond(share, tolerance, connections, rate));
  const detectableBias = Math.max(...beyond);
  const index = beyond.indexOf(detectableBias);
  const own = shares[index] ?? 0;
  const band = bandOf(own, tolerance, connections, rate);
  const power = (moved: readonly number[]) =>
    chanceBeyond(band, own, moved[index] ?? own, connections);
  const hardest = leastOf(shiftsAt(shares, index, detectableBias), power).of ?? shares;
  return { falseAlarmRate, detectableBias, power: certifiedPower, connections, shares, hardest };
}

function smallestBeyond(share: number, tolerance: number, count: number, rate: number): number {
  const band = bandOf(share, tolerance, count, rate);
  return smallestWhere(
    Math.max(share, 1 - share),
    (bias) => powerOf(band, share, count, bias) >= certifiedPower,
    halvings,
  );
}

/** Counts outside of the band: at least so many, at most so many. */
interface Band {
  readonly least: number;
  readonly most: number;
}

function bandOf(share: number, tolerance: number, count: number, rate: number): Band {
  const above = Math.min(1, share + tolerance);
  const below = Math.max(0, share - tolerance);
  const misses = firstWhere(count, (more) => lowerTail(count - more, count, below) <= rate);
  return {
    least: firstWhere(count, (hits) => upperTail(hits, count, above) <= rate),
    most: count - misses,
  };
}

/** Probability that a share which is off by `bias`, whichever way is harder to tell, is called out of its band. */
export function bandPower(
  share: number,
  tolerance: number,
  count: number,
  rate: number,
  bias: number,
): number {
  return powerOf(bandOf(share, tolerance, count, rate), share, count, bias);
}

function powerOf(band: Band, share: number, count: number, bias: number): number {
  const ways = [share + bias, share - bias].filter((moved) => 0 <= moved && moved <= 1);
  return Math.min(...ways.map((moved) => chanceBeyond(band, share, moved, count)));
}

/** Probability that the count of somebody whose share is `moved` lies beyond the band around `share`, on that side. */
function chanceBeyond({ least, most }: Band, share: number, moved: number, count: number): number {
  return moved > share ? upperTail(least, count, moved) : lowerTail(most, count, moved);
}

/** Bits of the answer: a bias to a tenth of a thousandth. */
const halvings = 14;

/** The smallest whole number for which `holds`, which is true from there on; one more than `max` if there is none. */
function firstWhere(max: number, holds: (value: number) => boolean): number {
  let low = 0;
  let high = max + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** P(Z > z), Abramowitz and Stegun 26.2.17: off by less than 7.5e-8. */
function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const factors = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const series = factors.reduceRight((sum, factor) => (sum + factor) * t, 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
