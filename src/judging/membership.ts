/**
 * Who was a member with which weight: the times between changes, in which nothing moved. A change is in progress from
 * when it was asked for until the declared propagation time after the answer. Knows no health.
 */
import type { InstanceListed, TimeKind } from '../history/vocabulary.ts';
import { isBefore } from './order.ts';
import type { MembershipChange, Placed } from './reading.ts';

export interface Member {
  readonly name: string;
  readonly weight: number;
  readonly port: number | null;
}

/** Nothing changed between the two: decisions taken in there saw exactly these members. */
export interface Epoch {
  /** Effective from here on: after this time, or at it and below the line where that is known. */
  readonly from: { readonly toMs: number; readonly line: number | null };
  readonly until: { readonly fromMs: number; readonly line: number };
  readonly time: TimeKind;
  readonly members: ReadonlyMap<string, Member>;
  /** Removed members and the removal, while it is the last that was heard of them. */
  readonly removed: ReadonlyMap<string, Removal>;
}
export interface Removal {
  readonly change: MembershipChange;
  readonly member: Member;
  /** Who was in before it. */
  readonly before: ReadonlyMap<string, Member>;
}

export function epochsOf(
  listed: readonly InstanceListed[],
  deployed: { readonly toMs: number; readonly line: number },
  changes: readonly MembershipChange[],
  { time, propagationMs }: { readonly time: TimeKind; readonly propagationMs: number },
): readonly Epoch[] {
  const epochs: Epoch[] = [];
  let members: ReadonlyMap<string, Member> = new Map(listed.map((one) => [one.name, one]));
  let removed: ReadonlyMap<string, Removal> = new Map();
  let from: Epoch['from'] = effectiveAfter(deployed, propagationMs);
  for (const change of changes.filter(
    ({ outcome }) => outcome === 'accepted' || outcome === 'unknown',
  )) {
    const until = { fromMs: change.fromMs, line: change.line };
    epochs.push({ from, until, time, members, removed });
    removed = removedAfter(removed, members, change);
    members = membersAfter(members, change);
    const effective = effectiveAfter(change, propagationMs);
    // what became of a change without an answer is not known, so nothing after it is
    from =
      change.outcome === 'unknown' || from.toMs === Number.POSITIVE_INFINITY
        ? { toMs: Number.POSITIVE_INFINITY, line: null }
        : effective.toMs >= from.toMs
          ? effective
          : from;
  }
  const end = { fromMs: Number.POSITIVE_INFINITY, line: Number.POSITIVE_INFINITY };
  epochs.push({ from, until: end, time, members, removed });
  return epochs;
}

function effectiveAfter(
  change: { readonly toMs: number; readonly line: number },
  propagationMs: number,
): Epoch['from'] {
  return propagationMs === 0
    ? { toMs: change.toMs, line: change.line }
    : { toMs: change.toMs + propagationMs, line: null };
}

function membersAfter(members: ReadonlyMap<string, Member>, change: MembershipChange) {
  const next = new Map(members);
  if (change.kind === 'removed') next.delete(change.instance);
  else {
    const { instance: name, weight, port } = change;
    next.set(name, { name, weight, port });
  }
  return next;
}

function removedAfter(
  removed: ReadonlyMap<string, Removal>,
  members: ReadonlyMap<string, Member>,
  change: MembershipChange,
) {
  const next = new Map(removed);
  const member = members.get(change.instance);
  if (change.kind !== 'removed') next.delete(change.instance);
  else if (member !== undefined) next.set(change.instance, { change, member, before: members });
  return next;
}

/** The epoch in which the connection was certainly decided, or null. `epochs` are in the order of time. */
export function epochOf(epochs: readonly Epoch[], connection: Placed): Epoch | null {
  let low = 0;
  let high = epochs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((epochs[middle]?.until.line ?? 0) > connection.placed.line) high = middle;
    else low = middle + 1;
  }
  const epoch = epochs[low];
  return epoch !== undefined && isWithin(epoch, connection) ? epoch : null;
}

function isWithin({ from, until, time }: Epoch, { opened, openedLine, placed }: Placed): boolean {
  const asked = { fromMs: opened.fromMs, line: openedLine };
  return isBefore(from, asked, time) && isBefore(placed, until, time);
}

/** Length of one cycle of weighted round robin: Σw/gcd. */
export function cycleOf(members: Iterable<Member>): number {
  const weights = [...members].map(({ weight }) => weight);
  return weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, divisorOf(weights));
}

export function divisorOf(weights: readonly number[]): number {
  const greatest = (a: number, b: number): number => (b === 0 ? a : greatest(b, a % b));
  return weights.reduce(greatest, 0);
}
