/**
 * What was edited of a service in all, and whether a connection was ended at the very instant of an edit: that may be
 * why then. Knows no clause.
 */
import type { When } from '../history/vocabulary.ts';
import type { Subject } from './assessment.ts';
import type { MembershipChange, Reconfiguration, Touch } from './reading.ts';

export type Edit = MembershipChange | Reconfiguration;

/** A list that said nothing new. */
type Relisting = Touch & { readonly kind: 'relisted' };
export type AnyEdit = Edit | Relisting;

/** Accepted edits in their order, whichever configuration they came under. */
export function editsOf({ whole }: Subject): readonly Edit[] {
  return [...whole.changes, ...whole.reconfigurations]
    .filter(({ outcome }) => outcome === 'accepted')
    .toSorted((a, b) => a.line - b.line);
}

/** Those, and lists that said nothing new: whoever makes everything anew then may do harm as well. */
export function editsAndRelistingsOf(subject: Subject): readonly AnyEdit[] {
  const relistings = subject.whole.relistings.map(
    (one): Relisting => ({ ...one, kind: 'relisted' }),
  );
  return [...editsOf(subject), ...relistings].toSorted((a, b) => a.line - b.line);
}

type Ended = When & { readonly line: number };

/** Whether any edit, of those after a line, had been accepted just then. */
export function isEditedAt(subject: Subject, ended: Ended, sinceLine = -1): boolean {
  return editsAndRelistingsOf(subject).some(
    (edit) => edit.line > sinceLine && isJustBefore(edit, ended),
  );
}

/** The edits of the list at the very instant of which a connection was ended: all that one list said. */
export function editsJustBefore(
  { changes }: Subject,
  { line, fromMs }: Ended,
): readonly MembershipChange[] {
  const last = changes.findLast((change) => change.line < line);
  if (last === undefined || fromMs > last.toMs) return [];
  return changes.filter((change) => change.line < line && change.toMs === last.toMs);
}

/** Whether another configuration had been accepted just then. */
export function isReconfiguredAt({ whole }: Subject, ended: Ended): boolean {
  return whole.reconfigurations.some(
    (one) => one.outcome === 'accepted' && isJustBefore(one, ended),
  );
}

function isJustBefore(edit: Ended, ended: Ended): boolean {
  return edit.line < ended.line && ended.fromMs <= edit.toMs;
}
