/**
 * What a statistical test promises: how often at most it calls a right share wrong, and which bias it notices with which
 * probability from so many observations. Exact for binomial counts, by normal approximation for the e-process.
 */

import gammaln from '@stdlib/math-base-special-gammaln';
import { lowerTail, upperTail } from './binomial.ts';
import { smallestWhere } from './bisection.ts';
import { eProcess, shiftedShares } from './e-process.ts';

export interface Certificate {
  /** Of this check: the probability that it fails a right implementation, at most. */
  readonly falseAlarmRate: number;
  /** The smallest shift of a share, in parts of 1, that is noticed with `power`. */
  readonly detectableBias: number;
  readonly power: number;
  readonly connections: number;
}

/** What every certificate states its bias for. */
const certifiedPower = 0.9;

/** `shares` of independent observations, looked at as often as one likes. */
export function shareCertificate(
  shares: readonly number[],
  connections: number,
  falseAlarmRate: number,
): Certificate {
  const biasMax = Math.max(...shares);
  const detectableBias = smallestWhere(
    biasMax,
    (bias) => sharePower(shares, connections, falseAlarmRate, bias) >= certifiedPower,
    halvings,
  );
  return { falseAlarmRate, detectableBias, power: certifiedPower, connections };
}

/**
 * Probability that the evidence reaches the alarm by the last of `connections` observations, if the largest share has
 * lost `bias` to the next one. At the end only, so the true power, at any time before, is no smaller.
 */
export function sharePower(
  shares: readonly number[],
  connections: number,
  falseAlarmRate: number,
  bias: number,
): number {
  const { logEvidence, priors } = eProcess(shares);
  const moved = shiftedShares(shares, bias);
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
  const rate = falseAlarmRate / shares.length;
  const detectableBias = Math.max(
    ...shares.map((share) => smallestBeyond(share, tolerance, connections, rate)),
  );
  return { falseAlarmRate, detectableBias, power: certifiedPower, connections };
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

/** Probability that a share which is `bias` too large, or too small where it cannot grow so much, is called out of its band. */
export function bandPower(
  share: number,
  tolerance: number,
  count: number,
  rate: number,
  bias: number,
): number {
  return powerOf(bandOf(share, tolerance, count, rate), share, count, bias);
}

function powerOf({ least, most }: Band, share: number, count: number, bias: number): number {
  const [up, down] = [share + bias, share - bias];
  return Math.min(
    up <= 1 ? upperTail(least, count, up) : Number.POSITIVE_INFINITY,
    down >= 0 ? lowerTail(most, count, down) : Number.POSITIVE_INFINITY,
  );
}

/** Bits of the answer: a bias to a thousandth of a thousandth. */
const halvings = 20;

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

/** Derivatives of ln Γ as differences over one: off by 1/(24 x²) and less, and x is a count of dozens here. */
function digamma(x: number): number {
  return gammaln(x + 0.5) - gammaln(x - 0.5);
}
function trigamma(x: number): number {
  return digamma(x + 0.5) - digamma(x - 0.5);
}

/** P(Z > z), Abramowitz and Stegun 26.2.17: off by less than 7.5e-8. */
function normalUpperTail(z: number): number {
  if (z < 0) return 1 - normalUpperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const factors = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const series = factors.reduceRight((sum, factor) => (sum + factor) * t, 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
