/**
 * The results of one instance's checks in their order, with what had to be known of them when a connection was
 * decided. Answers in logarithmic time; refuses to know which connection asks.
 */
import type { TimeKind } from '../history/vocabulary.ts';
import type { HealthStates, StateSet } from './health-states.ts';
import { isBefore } from './order.ts';
import type { CheckReading, Placed } from './reading.ts';

export interface Ledger {
  readonly time: TimeKind;
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

export function ledgerOf(
  checks: readonly CheckReading[],
  health: HealthStates | null,
  time: TimeKind,
): Ledger {
  const size = checks.length + 1;
  const ledger = {
    time,
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

/** Whether any check certainly failed; nobody knows an instance that is not there to have. */
export function hasFailed(ledger: Ledger | undefined): boolean {
  return ledger?.checks.some(({ result }) => result === 'failed') ?? false;
}

/** By number of results known: how many at the end were of one kind. */
export function streaksOf(ledger: Ledger, result: 'failed' | 'passed'): Int32Array {
  return result === 'failed' ? ledger.failStreak : ledger.passStreak;
}

/** How many results, counted from the first, the balancer certainly had when the connection was opened; the declared propagation counts. */
export function knownBefore(
  ledger: Ledger,
  connection: Pick<Placed, 'opened' | 'openedLine'>,
  propagationMs = 0,
): number {
  const asked = {
    fromMs: connection.opened.fromMs - propagationMs,
    line: connection.openedLine,
  };
  const { knownMs, knownLine, time } = ledger;
  let low = 0;
  let high = ledger.checks.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const known = { toMs: knownMs[middle] as number, line: knownLine[middle] as number };
    if (isBefore(known, asked, time)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** How many results, counted from the first, the balancer may have had when it placed the connection. */
export function knownPossibly(ledger: Ledger, connection: Placed): number {
  const { toMs, line } = connection.placed;
  const { possibleMs, checks, time } = ledger;
  let low = 0;
  let high = checks.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const isLater = time === 'stepped' && (checks[middle - 1]?.startedLine ?? 0) >= line;
    if ((possibleMs[middle - 1] as number) <= toMs && !isLater) low = middle;
    else high = middle - 1;
  }
  return low;
}
