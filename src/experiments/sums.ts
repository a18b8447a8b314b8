/** Sums and shares of columns, for the result documents. */
export function sumOf(column: Iterable<number>): number {
  let sum = 0;
  for (const value of column) sum += value;
  return sum;
}

/** 0 of 0 is 0: nothing happened. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
