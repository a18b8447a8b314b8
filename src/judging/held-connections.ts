/** Follows history line by line: who holds how many connections when one is decided. Knows no algorithm. */
import type { TimeKind } from '../history/vocabulary.ts';
import type { Subject } from './assessment.ts';
import { isBefore } from './order.ts';
import { isPlaced, type Placed } from './reading.ts';

export type HeldStep =
  | {
      readonly kind: 'placed' | 'closed';
      readonly connection: Placed;
      readonly line: number;
      /** False: something else was going on at the same time, so what the balancer counted just then is not known. */
      readonly isClear: boolean;
    }
  /** Counts are not certain from here on: a connection came to nothing, or an end never learned that it is over. */
  | { readonly kind: 'blurred'; readonly line: number };

/** Placements and closes in the order of lines. */
export function heldSteps(subject: Subject): readonly HeldStep[] {
  const steps: HeldStep[] = [];
  for (const connection of subject.connections) {
    if (!isPlaced(connection)) {
      steps.push({ kind: 'blurred', line: connection.refused?.line ?? connection.openedLine });
      continue;
    }
    steps.push({ kind: 'placed', connection, line: connection.placed.line, isClear: true });
    const { closed } = connection;
    if (closed === null) continue;
    steps.push(
      closed.learned
        ? { kind: 'closed', connection, line: closed.line, isClear: true }
        : { kind: 'blurred', line: closed.line },
    );
  }
  return withOverlapsNoted(
    steps.toSorted((a, b) => a.line - b.line),
    subject.time,
  );
}

/** A connection opened while another was being placed or closed is counted, but decides nothing. */
function withOverlapsNoted(steps: readonly HeldStep[], time: TimeKind): readonly HeldStep[] {
  let known = { toMs: Number.NEGATIVE_INFINITY, line: -1 };
  const afterwards = beginningsAfter(steps);
  return steps.map((step, index): HeldStep => {
    if (step.kind === 'blurred') return step;
    const { line } = step;
    const isAlone = isBefore(known, beganOf(step), time);
    const toMs = endedMs(step);
    known = { toMs: Math.max(known.toMs, toMs), line };
    // who is decided while somebody else is let go of may have been counted with that one or without
    const next = { fromMs: afterwards[index] ?? Number.POSITIVE_INFINITY, line: line + 1 };
    return { ...step, isClear: isAlone && (step.kind === 'closed' || isBefore(known, next, time)) };
  });
}

type Counted = Exclude<HeldStep, { kind: 'blurred' }>;

function beganOf({ kind, connection, line }: Counted) {
  return kind === 'placed'
    ? { fromMs: connection.opened.fromMs, line: connection.openedLine }
    : { fromMs: connection.closed?.fromMs ?? 0, line };
}

function endedMs({ kind, connection }: Counted): number {
  return (kind === 'placed' ? connection.placed.toMs : connection.closed?.toMs) ?? 0;
}

/** By index: when the first of all later steps began. */
function beginningsAfter(steps: readonly HeldStep[]): Float64Array {
  const beginnings = new Float64Array(steps.length).fill(Number.POSITIVE_INFINITY);
  for (let index = steps.length - 2; index >= 0; index--) {
    const next = steps[index + 1];
    const ownMs =
      next === undefined || next.kind === 'blurred'
        ? Number.POSITIVE_INFINITY
        : beganOf(next).fromMs;
    beginnings[index] = Math.min(ownMs, beginnings[index + 1] ?? ownMs);
  }
  return beginnings;
}
