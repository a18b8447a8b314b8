/** Where a condition begins to hold, by halving. Knows no statistics. */

/**
 * `holds` is false below some value from 0 to `max` and true from there on; answers it to within `max / 2^halvings`, and
 * `max` where it never is.
 */
export function smallestWhere(
  max: number,
  holds: (value: number) => boolean,
  halvings: number,
): number {
  if (!holds(max)) return max;
  let low = 0;
  let high = max;
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
