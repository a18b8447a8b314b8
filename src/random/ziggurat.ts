/**
 * Exponential and normal numbers by the ziggurat of G. Marsaglia and W. W. Tsang (Journal of Statistical Software 5(8),
 * 2000), with the index and the 53 bits of the abscissa taken from different bits (J. Doornik, 2005): a batch costs a
 * third of logarithms. Knows no mean and no scale.
 */
import { type RandomStream, uniform } from './stream.ts';

const layers = 256;

interface Ziggurat {
  /** Right edges, from the base layer (virtual: its area includes the tail) up to 0. */
  readonly edge: Float64Array;
  readonly height: Float64Array;
}

/** `start`: where the tail begins; `area`: of each layer, so that `layers` of them cover the curve. */
function zigguratOf(
  start: number,
  area: number,
  density: (x: number) => number,
  inverse: (y: number) => number,
): Ziggurat {
  const edge = new Float64Array(layers + 1);
  edge[0] = area / density(start);
  edge[1] = start;
  for (let layer = 2; layer < layers; layer++) {
    const below = edge[layer - 1] as number;
    edge[layer] = inverse(area / below + density(below));
  }
  edge[layers] = 0;
  return { edge, height: edge.map(density) };
}

/** Start and area for 256 layers: Marsaglia and Tsang, tables of the article; more digits from the defining equation. */
const exponentialStart = 7.69711747013105;
const exponentialArea = 0.003949659822581557;
const normalStart = 3.654152885361009;
const normalArea = 0.00492867323399146;

const exponential = zigguratOf(
  exponentialStart,
  exponentialArea,
  (x) => Math.exp(-x),
  (y) => -Math.log(y),
);
const normal = zigguratOf(
  normalStart,
  normalArea,
  (x) => Math.exp((-x * x) / 2),
  (y) => Math.sqrt(-2 * Math.log(y)),
);

/** Two words a draw, a batch at a time. */
const words = new Int32Array(1024);

/** Fills the buffer with exponential numbers of mean 1. */
export function fillStandardExponential(stream: RandomStream, buffer: Float64Array): void {
  const { edge } = exponential;
  for (let from = 0; from < buffer.length; from += words.length / 2) {
    stream.fill(words);
    const to = Math.min(buffer.length, from + words.length / 2);
    for (let at = from, word = 0; at < to; at++, word += 2) {
      const first = words[word] as number;
      const layer = first & 255;
      const drawn = ((first >>> 8) * 2 ** 29 + ((words[word + 1] as number) >>> 3)) * 2 ** -53;
      const x = drawn * (edge[layer] as number);
      buffer[at] = x < (edge[layer + 1] as number) ? x : slowExponential(stream, layer, x);
    }
  }
}

/** Beside the core of its layer: in the tail, under the curve, or drawn again. One in sixty comes here. */
function slowExponential(stream: RandomStream, layer: number, at: number): number {
  const { edge, height } = exponential;
  let x = at;
  let of = layer;
  for (;;) {
    if (x < (edge[of + 1] as number)) return x;
    // Memoryless: beyond the start it is exponential again.
    if (of === 0) return exponentialStart - Math.log(1 - uniform(stream));
    const low = height[of] as number;
    if (low + uniform(stream) * ((height[of + 1] as number) - low) < Math.exp(-x)) return x;
    of = stream.next() & 255;
    x = uniform(stream) * (edge[of] as number);
  }
}

/** Fills the buffer with standard normal numbers. */
export function fillStandardNormal(stream: RandomStream, buffer: Float64Array): void {
  const { edge } = normal;
  for (let from = 0; from < buffer.length; from += words.length / 2) {
    stream.fill(words);
    const to = Math.min(buffer.length, from + words.length / 2);
    for (let at = from, word = 0; at < to; at++, word += 2) {
      const first = words[word] as number;
      const layer = first & 255;
      // Signed: 24 bits with their sign, then 29 more.
      const drawn = ((first >> 8) * 2 ** 29 + ((words[word + 1] as number) >>> 3)) * 2 ** -52;
      const x = drawn * (edge[layer] as number);
      buffer[at] = Math.abs(x) < (edge[layer + 1] as number) ? x : slowNormal(stream, layer, x);
    }
  }
}

function slowNormal(stream: RandomStream, layer: number, at: number): number {
  const { edge, height } = normal;
  let x = at;
  let of = layer;
  for (;;) {
    if (Math.abs(x) < (edge[of + 1] as number)) return x;
    if (of === 0) return x < 0 ? -normalTail(stream) : normalTail(stream);
    const low = height[of] as number;
    if (low + uniform(stream) * ((height[of + 1] as number) - low) < Math.exp((-x * x) / 2)) {
      return x;
    }
    of = stream.next() & 255;
    x = (2 * uniform(stream) - 1) * (edge[of] as number);
  }
}

/** G. Marsaglia's method for the tail (Technometrics 6(1), 1964). */
function normalTail(stream: RandomStream): number {
  for (;;) {
    const beyond = -Math.log(1 - uniform(stream)) / normalStart;
    const y = -Math.log(1 - uniform(stream));
    if (2 * y >= beyond * beyond) return normalStart + beyond;
  }
}
