/**
 * Instances that are registered again while they still drain, for which a connection is the only proof: without any, a
 * drain may have ended at once. Knows no clause, and of declarations only how late changes may be.
 */
import { isBefore } from './order.ts';
import { type MembershipChange, propagationOf, type Reading } from './reading.ts';

/** `own`: all changes of the instance. Whether this registration was certainly in effect while it was draining. */
export function resumes(
  back: MembershipChange,
  own: readonly MembershipChange[],
  reading: Pick<Reading, 'connections' | 'effective' | 'time' | 'traits'>,
): boolean {
  const { connections, effective, time } = reading;
  const removal = own.findLast(({ kind, line }) => kind === 'removed' && line < back.line);
  if (back.kind !== 'registered' || effective === null) return false;
  if (removal?.outcome !== 'accepted' || back.outcome !== 'accepted') return false;
  if (back.toMs + propagationOf(reading) >= removal.fromMs + effective.drainMs) return false;
  return connections.some(
    ({ placed, closed }) =>
      placed !== null &&
      placed.instance === back.instance &&
      placed.line < removal.line &&
      (closed === null || isBefore(back, closed, time)),
  );
}
