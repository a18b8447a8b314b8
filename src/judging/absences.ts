/**
 * When an instance was no member, or may have been none: nobody promises to check it then, be it draining or gone.
 * Knows no clause.
 */
import type { When } from '../history/vocabulary.ts';
import type { MembershipChange, Reading } from './reading.ts';

type Told = Pick<Reading, 'header' | 'changes'>;

/** From the request of a removal to when the next registration is in effect, or for good. */
function absencesOf({ header, changes }: Told, instance: string, propagationMs: number): When[] {
  const isListed = header.instances.some(({ name }) => name === instance);
  const absences: When[] = [];
  let sinceMs = isListed ? null : Number.NEGATIVE_INFINITY;
  for (const change of changes.filter((one) => one.instance === instance)) {
    if (change.kind === 'removed' && change.outcome !== 'rejected') sinceMs ??= change.fromMs;
    if (sinceMs === null || change.kind !== 'registered' || change.outcome !== 'accepted') continue;
    absences.push({ fromMs: sinceMs, toMs: change.toMs + propagationMs });
    sinceMs = null;
  }
  if (sinceMs !== null) absences.push({ fromMs: sinceMs, toMs: Number.POSITIVE_INFINITY });
  return absences;
}

/** Whether it may have been absent for a part of that time, be it for an instant. */
export function wasAbsent(
  told: Told,
  instance: string,
  { fromMs, toMs }: When,
  propagationMs: number,
): boolean {
  return absencesOf(told, instance, propagationMs).some(
    (absence) => absence.fromMs <= toMs && fromMs <= absence.toMs,
  );
}

/** Whether it was listed from the beginning and nobody changed anything of it: who drains since before is none such. */
export function isUnchangedMember({ header, changes }: Told, instance: string): boolean {
  return (
    header.instances.some(({ name }) => name === instance) &&
    !changes.some((change) => change.instance === instance)
  );
}

/** The last change that put it on the list before that line; null: it was there from the beginning, or is not. */
export function lastRegistration(
  { changes }: Told,
  instance: string,
  untilLine: number,
): MembershipChange | null {
  const registration = changes.findLast(
    (one) =>
      one.kind === 'registered' &&
      one.instance === instance &&
      one.outcome !== 'rejected' &&
      one.line < untilLine,
  );
  return registration ?? null;
}
