/**
 * Distributions of positive quantities as plain data, and samplers that fill a buffer at a time (a batch is faster than
 * a call for each number, and no double crosses a call). Knows no unit and nothing of what is sampled.
 */
import { type RandomStream, uniform } from './stream.ts';
import { fillStandardExponential, fillStandardNormal } from './ziggurat.ts';

export type Distribution =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  /** Logarithm normal with mean ln(median) and standard deviation sigma. */
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  /** Survival (minimum / x)^shape. */
  | { readonly kind: 'pareto'; readonly minimum: number; readonly shape: number }
  /** The sum of so many exponential phases: less variable than one, with coefficient of variation 1 / √phases. */
  | { readonly kind: 'erlang'; readonly mean: number; readonly phases: number }
  /** Two kinds mixed, short and long exponential ones, each with half of the total; `variation`, at least 1, is standard deviation / mean. */
  | { readonly kind: 'hyperexponential'; readonly mean: number; readonly variation: number };

/** Fills the whole buffer with fresh draws. */
export type Sampler = (buffer: Float64Array) => void;

export function meanOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'exponential':
    case 'erlang':
    case 'hyperexponential':
      return distribution.mean;
    case 'lognormal':
      return distribution.median * Math.exp(distribution.sigma ** 2 / 2);
    case 'pareto':
      if (distribution.shape <= 1) return Number.POSITIVE_INFINITY;
      return (distribution.minimum * distribution.shape) / (distribution.shape - 1);
  }
}

export function samplerOf(distribution: Distribution, stream: RandomStream): Sampler {
  switch (distribution.kind) {
    case 'constant':
      return (buffer) => void buffer.fill(distribution.value);
    case 'exponential':
      return (buffer) => fillExponential(stream, buffer, distribution.mean);
    case 'lognormal':
      return (buffer) => {
        fillStandardNormal(stream, buffer);
        for (let at = 0; at < buffer.length; at++) {
          buffer[at] = distribution.median * Math.exp(distribution.sigma * (buffer[at] as number));
        }
      };
    case 'pareto':
      return (buffer) => {
        for (let at = 0; at < buffer.length; at++) {
          buffer[at] = distribution.minimum * (1 - uniform(stream)) ** (-1 / distribution.shape);
        }
      };
    case 'erlang':
      return (buffer) => fillErlang(stream, buffer, distribution);
    case 'hyperexponential':
      return (buffer) => fillHyperexponential(stream, buffer, distribution);
  }
}

/** Mean of x²; Infinity where the tail is too heavy for one. */
export function meanSquareOf(distribution: Distribution): number {
  const square = meanOf(distribution) ** 2;
  switch (distribution.kind) {
    case 'constant':
      return square;
    case 'exponential':
      return 2 * square;
    case 'lognormal':
      return square * Math.exp(distribution.sigma ** 2);
    case 'pareto': {
      const { minimum, shape } = distribution;
      return shape <= 2 ? Number.POSITIVE_INFINITY : (minimum ** 2 * shape) / (shape - 2);
    }
    case 'erlang':
      return square * (1 + 1 / distribution.phases);
    case 'hyperexponential':
      return square * (1 + distribution.variation ** 2);
  }
}

function fillErlang(
  stream: RandomStream,
  buffer: Float64Array,
  { mean, phases }: Extract<Distribution, { kind: 'erlang' }>,
): void {
  const phase = new Float64Array(buffer.length);
  buffer.fill(0);
  for (let drawn = 0; drawn < phases; drawn++) {
    fillStandardExponential(stream, phase);
    for (let at = 0; at < buffer.length; at++) {
      buffer[at] = (buffer[at] as number) + ((phase[at] as number) * mean) / phases;
    }
  }
}

/** Balanced means: W. Whitt, Approximating a point process by a renewal process, 1982. */
function fillHyperexponential(
  stream: RandomStream,
  buffer: Float64Array,
  { mean, variation }: Extract<Distribution, { kind: 'hyperexponential' }>,
): void {
  const square = variation ** 2;
  const shortShare = (1 + Math.sqrt((square - 1) / (square + 1))) / 2;
  fillStandardExponential(stream, buffer);
  for (let at = 0; at < buffer.length; at++) {
    const share = uniform(stream) < shortShare ? shortShare : 1 - shortShare;
    buffer[at] = ((buffer[at] as number) * mean) / (2 * share);
  }
}

function fillExponential(stream: RandomStream, buffer: Float64Array, mean: number): void {
  fillStandardExponential(stream, buffer);
  for (let at = 0; at < buffer.length; at++) buffer[at] = (buffer[at] as number) * mean;
}
