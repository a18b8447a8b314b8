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
  | { readonly kind: 'pareto'; readonly minimum: number; readonly shape: number };

/** Fills the whole buffer with fresh draws. */
export type Sampler = (buffer: Float64Array) => void;

export function meanOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'exponential':
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
  }
}

function fillExponential(stream: RandomStream, buffer: Float64Array, mean: number): void {
  fillStandardExponential(stream, buffer);
  for (let at = 0; at < buffer.length; at++) buffer[at] = (buffer[at] as number) * mean;
}
