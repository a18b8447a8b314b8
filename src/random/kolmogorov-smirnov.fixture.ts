/** The distance of Kolmogorov and Smirnov between a sample and a distribution function, times the root of its size. */
export function scaledDistance(sample: Float64Array, below: (x: number) => number): number {
  const sorted = sample.slice().sort();
  let distance = 0;
  sorted.forEach((x, index) => {
    const expected = below(x);
    distance = Math.max(
      distance,
      (index + 1) / sorted.length - expected,
      expected - index / sorted.length,
    );
  });
  return distance * Math.sqrt(sorted.length);
}
