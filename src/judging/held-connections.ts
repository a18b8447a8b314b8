/** Follows history line by line: who holds how many connections when one is decided. Knows no algorithm. */
import type { Subject } from './assessment.ts';
import { isPlaced, type Placed } from './reading.ts';

export type HeldStep =
  | { readonly kind: 'placed'; readonly connection: Placed; readonly line: number }
  | { readonly kind: 'closed'; readonly connection: Placed; readonly line: number }
  /** Counts are not certain here: two things happened at once, or the other end never learned. */
  | { readonly kind: 'blurred'; readonly line: number };

/** Placements and closes in the order of lines; a connection opened while another was being placed or closed blurs the counts. */
export function heldSteps(subject: Subject): readonly HeldStep[] {
  const steps: HeldStep[] = [];
  for (const connection of subject.connections) {
    if (!isPlaced(connection)) {
      steps.push({ kind: 'blurred', line: connection.refused?.line ?? connection.openedLine });
      continue;
    }
    steps.push({ kind: 'placed', connection, line: connection.placed.line });
    const { closed } = connection;
    if (closed === null) continue;
    steps.push({ kind: closed.learned ? 'closed' : 'blurred', connection, line: closed.line });
  }
  return withoutOverlaps(steps.toSorted((a, b) => a.line - b.line));
}

function withoutOverlaps(steps: readonly HeldStep[]): readonly HeldStep[] {
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
    return isClear ? step : { kind: 'blurred', line: step.line };
  });
}
