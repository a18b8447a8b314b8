/**
 * Checks that no instance saw: a real balancer's refused connections, and what it forgot when an instance was
 * registered anew. They stand in the ledger as unknown results, so that nobody is sure of anything across them.
 */
import type { BehaviourReading, CheckReading, MembershipChange } from './reading.ts';

interface Around {
  readonly behaviours: readonly BehaviourReading[];
  readonly changes: readonly MembershipChange[];
  /** Whether this registration found the instance still draining, and it is declared to go on as before. */
  readonly isResuming: (change: MembershipChange) => boolean;
  /** Whether the history has refused checks, too. */
  readonly areAllTold: boolean;
}

export function withInvisibleFailures(
  seen: readonly CheckReading[],
  instance: string,
  { behaviours, changes, isResuming, areAllTold }: Around,
): readonly CheckReading[] {
  const refusing = areAllTold
    ? []
    : behaviours.flatMap((one, index) => refusal(one, behaviours[index + 1]));
  const anew = changes
    .filter(({ kind, outcome }) => kind === 'registered' && outcome !== 'rejected')
    .filter((change) => !isResuming(change))
    .map(({ fromMs, toMs, line }) => ({ fromMs, toMs, line, untilLine: line }));
  if (refusing.length + anew.length === 0) return seen;
  const doubts = [...refusing, ...anew].map((doubt) => doubtful(instance, doubt));
  const placed = [...seen, ...doubts].map((check) => ({ check, place: placeOf(check, seen) }));
  return placed.toSorted((a, b) => a.place - b.place).map(({ check }) => check);
}

/** A doubt goes before the checks that it was there for, although its line may be written after theirs. */
function placeOf(check: CheckReading, seen: readonly CheckReading[]) {
  const { started, startedLine } = check;
  if (!isDoubt(check)) return startedLine;
  const first = seen.find((other) => other.started.fromMs >= started.fromMs);
  return Math.min(startedLine, (first?.startedLine ?? startedLine) - 0.5);
}

/** Whether it is no check of anybody's, but stands for what nobody saw. */
export function isDoubt({ check }: CheckReading): boolean {
  return check < 0;
}

interface Doubt {
  readonly fromMs: number;
  readonly toMs: number;
  readonly line: number;
  readonly untilLine: number | null;
}

export function refusesChecks(behaviour: BehaviourReading): boolean {
  return [...behaviour.checks, behaviour.afterwards].some(({ reply }) => reply === 'refused');
}

function refusal(behaviour: BehaviourReading, next: BehaviourReading | undefined): Doubt[] {
  if (!refusesChecks(behaviour)) return [];
  const toMs = next?.toMs ?? Number.POSITIVE_INFINITY;
  return [{ fromMs: behaviour.fromMs, toMs, line: behaviour.line, untilLine: next?.line ?? null }];
}

function doubtful(instance: string, doubt: Doubt): CheckReading {
  const { fromMs, toMs, line, untilLine } = doubt;
  return {
    check: -1,
    instance,
    method: 'tcp',
    port: 0,
    path: null,
    started: { fromMs, toMs: fromMs },
    startedLine: line,
    reply: null,
    replied: null,
    abandoned: null,
    result: 'unknown',
    concluded: { fromMs, toMs, line: untilLine },
  };
}
