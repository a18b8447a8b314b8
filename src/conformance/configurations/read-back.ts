/**
 * Whether a document reads back as it was given: whatever was given or filled in by default must be there and mean the
 * same, in whichever of the accepted spellings. An implementation may say more than was asked.
 */

/** A difference between what was to be read back and what was: where, and both values. */
export interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly observed: unknown;
}

type Plain = Readonly<Record<string, unknown>>;

/** The first difference, or null where all reads back. */
export function firstDifference(
  expected: unknown,
  observed: unknown,
  path = '',
  key = '',
): Difference | null {
  const meaning = meanings[key];
  if (meaning !== undefined) {
    const isEqual = JSON.stringify(meaning(expected)) === JSON.stringify(meaning(observed));
    return isEqual ? null : { path, expected, observed };
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(observed) || observed.length !== expected.length) {
      return { path, expected, observed };
    }
    return first(expected, (value, index) =>
      firstDifference(value, observed[index], `${path}[${index}]`),
    );
  }
  if (isPlain(expected)) {
    if (!isPlain(observed)) return { path, expected, observed };
    return first(keysOf(expected, key), (name) =>
      firstDifference(expected[name], observed[name], path === '' ? name : `${path}.${name}`, name),
    );
  }
  return Object.is(expected, observed) ? null : { path, expected, observed };
}

/**
 * What was left out and has no default must not come back with a value: a check port would no longer be each
 * instance's own, and persistence that is off has no duration but one that was given.
 */
const leftOut: Readonly<Record<string, string>> = {
  healthCheck: 'port',
  sessionPersistence: 'durationSeconds',
};

function keysOf(expected: Plain, key: string): readonly string[] {
  const keys = Object.keys(expected).filter((name) => name !== 'profile');
  const other = leftOut[key];
  return other === undefined || keys.includes(other) ? keys : [...keys, other];
}

/** Keys with several right spellings of one value. */
const meanings: Readonly<Record<string, (value: unknown) => unknown>> = {
  protocol: inLowerCase,
  method: inLowerCase,
  scheduling: (value) => schedulingNames[String(value)] ?? value,
  normalStatusCodes: codesIn,
  // 0 and nothing both stand for the instance's own port.
  port: (value) => value ?? 0,
  durationSeconds: (value) => value ?? null,
  address: addressIn,
};

const schedulingNames: Readonly<Record<string, string>> = {
  RoundRobin: 'weighted-round-robin',
  LeastConn: 'weighted-least-connections',
  IpHash: 'source-ip',
};

function inLowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** One spelling of an IPv6 address of the many that it has, also within one of version 4. */
function addressIn(value: unknown): unknown {
  const isSixth = typeof value === 'string' && value.includes(':');
  const host = `http://[${value}]`;
  return isSixth && URL.canParse(host) ? new URL(host).hostname : value;
}

/** The codes that a list stands for, as runs without a gap between them. */
function codesIn(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const runs: [from: number, to: number][] = [];
  for (const [from, to] of value.map(rangeOf).toSorted(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else runs.push([from, to]);
  }
  return runs;
}

/** `2xx`, `201-205`, 404 or `404`. */
function rangeOf(entry: unknown): [from: number, to: number] {
  const [from = '', to = from] = String(entry).split('-');
  return [Number(from.replace('xx', '00')), Number(to.replace('xx', '99'))];
}

function first<T>(
  items: readonly T[],
  find: (item: T, index: number) => Difference | null,
): Difference | null {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== null) return found;
  }
  return null;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
