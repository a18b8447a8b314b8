/**
 * The results of one instance's checks in their order, with what had to be known of them when a connection was
 * decided. Answers in logarithmic time; refuses to know which connection asks.
 */
import type { HealthStates, StateSet } from './health-states.ts';
import { wasKnown } from './interval-order.ts';
import type { CheckReading, Placed } from './reading.ts';

export interface Ledger {
  readonly checks: readonly CheckReading[];
  /** By number of results known: possible states, and how many results in a row were alike at the end. */
  readonly states: readonly StateSet[];
  readonly passStreak: Int32Array;
  readonly failStreak: Int32Array;
  /** By number of results: how many of them did not pass, did not fail. */
  readonly notPassed: Int32Array;
  readonly notFailed: Int32Array;
  /** By number of results: when all of them were known at the latest, and on which line. */
  readonly knownMs: Float64Array;
  readonly knownLine: Float64Array;
  /** By index of a result: when it or a later one may have been known at the earliest. */
  readonly possibleMs: Float64Array;
}

export function ledgerOf(checks: readonly CheckReading[], health: HealthStates | null): Ledger {
  const size = checks.length + 1;
  const ledger = {
    checks,
    states: new Array<StateSet>(size).fill(health?.all ?? 0),
    passStreak: new Int32Array(size),
    failStreak: new Int32Array(size),
    notPassed: new Int32Array(size),
    notFailed: new Int32Array(size),
    knownMs: new Float64Array(size).fill(Number.NEGATIVE_INFINITY),
    knownLine: new Float64Array(size).fill(-1),
    possibleMs: new Float64Array(size).fill(Number.POSITIVE_INFINITY),
  };
  for (let index = checks.length - 1; index >= 0; index--) {
    const ownMs = checks[index]?.concluded.fromMs ?? Number.POSITIVE_INFINITY;
    ledger.possibleMs[index] = Math.min(ownMs, ledger.possibleMs[index + 1] ?? ownMs);
  }
  checks.forEach(({ result, concluded }, index) => {
    const passed = result === 'passed' ? 1 : 0;
    const failed = result === 'failed' ? 1 : 0;
    const after = index + 1;
    ledger.states[after] = health?.after(ledger.states[index] ?? 0, result) ?? 0;
    ledger.passStreak[after] = passed * ((ledger.passStreak[index] ?? 0) + 1);
    ledger.failStreak[after] = failed * ((ledger.failStreak[index] ?? 0) + 1);
    ledger.notPassed[after] = (ledger.notPassed[index] ?? 0) + 1 - passed;
    ledger.notFailed[after] = (ledger.notFailed[index] ?? 0) + 1 - failed;
    const beforeMs = ledger.knownMs[index] ?? Number.NEGATIVE_INFINITY;
    const line = concluded.line ?? Number.POSITIVE_INFINITY;
    ledger.knownMs[after] = Math.max(beforeMs, concluded.toMs);
    ledger.knownLine[after] =
      concluded.toMs > beforeMs
        ? line
        : concluded.toMs === beforeMs
          ? Math.max(line, ledger.knownLine[index] ?? -1)
          : (ledger.knownLine[index] ?? -1);
  });
  return ledger;
}

/** How many results, counted from the first, the balancer certainly had when the connection was opened; the declared propagation counts. */
export function knownBefore(
  ledger: Ledger,
  connection: Pick<Placed, 'opened' | 'openedLine'>,
  propagationMs = 0,
): number {
  const opened = {
    fromMs: connection.opened.fromMs - propagationMs,
    line: connection.openedLine,
  };
  return lastWhere(ledger.checks.length, (count) => {
    const line = ledger.knownLine[count] ?? -1;
    return wasKnown({ toMs: ledger.knownMs[count] ?? 0, line: count === 0 ? -1 : line }, opened);
  });
}

/** How many results, counted from the first, the balancer may have had when it placed the connection. */
export function knownPossibly(ledger: Ledger, connection: Placed): number {
  return lastWhere(ledger.checks.length, (count) => {
    const check = ledger.checks[count - 1];
    if (check === undefined) return true;
    const earliestMs = ledger.possibleMs[count - 1] ?? 0;
    return earliestMs <= connection.placed.toMs && check.startedLine < connection.placed.line;
  });
}

/** The largest count for which `holds`, which is true up to some point and false from there on. */
function lastWhere(max: number, holds: (count: number) => boolean): number {
  let low = 0;
  let high = max;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
