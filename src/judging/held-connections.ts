/** Follows history line by line: who holds how many connections when one is decided. Knows no algorithm. */
import type { Subject } from './assessment.ts';
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
  return withOverlapsNoted(steps.toSorted((a, b) => a.line - b.line));
}

/** A connection opened while another was being placed or closed is counted, but decides nothing. */
function withOverlapsNoted(steps: readonly HeldStep[]): readonly HeldStep[] {
  let knownMs = Number.NEGATIVE_INFINITY;
  let knownLine = -1;
  return steps.map((step): HeldStep => {
    if (step.kind === 'blurred') return step;
    const { opened, openedLine, placed, closed } = step.connection;
    const began =
      step.kind === 'placed'
        ? { fromMs: opened.fromMs, line: openedLine }
        : { fromMs: closed?.fromMs ?? 0, line: step.line };
    const isClear = knownMs <= began.fromMs && knownLine < began.line;
    knownMs = Math.max(knownMs, (step.kind === 'placed' ? placed.toMs : closed?.toMs) ?? 0);
    knownLine = step.line;
    return { ...step, isClear };
  });
}
