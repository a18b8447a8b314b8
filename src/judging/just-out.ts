/**
 * Instances that went out with the result that came last: the threshold says so, and newcomers, whom no session brings
 * anywhere, are kept from them. No margin is needed there, since neither count nor traffic leaves a doubt. In stepped
 * time, where it is certain which results the balancer had.
 */
import type { Subject } from './assessment.ts';
import { knownBefore, knownPossibly, type Ledger } from './check-ledger.ts';
import { isNeverNormal } from './health-results.judges.ts';
import { type Placed, propagationOf } from './reading.ts';
import { type Look, looksNeeded, looksOf } from './rotation-windows.ts';

/** Whether the instance is out when the connection of a known client is decided, as newcomers before it show. */
export function justOut(
  subject: Subject,
  newcomers: readonly Placed[],
): (instance: string, connection: Placed) => boolean {
  const { scheduling, check } = subject.configuration;
  if (subject.time !== 'stepped' || scheduling !== 'weighted-round-robin') return () => false;
  const isNew = new Set(newcomers);
  const shown = new Map<string, ReadonlyMap<number, readonly Look[]>>();
  return (instance, connection) => {
    const ledger = subject.instances.get(instance)?.ledger;
    if (ledger === undefined) return false;
    const known = knownBefore(ledger, connection, propagationOf(subject));
    const isCertain = known >= knownPossibly(ledger, connection);
    const failed = ledger.failStreak[known] ?? 0;
    if (!isCertain || failed < check.unhealthyThreshold) return false;
    if (!areUndeniable(ledger, known, failed)) return false;
    const own = shown.get(instance) ?? byResults(looksOf(subject, instance), isNew);
    shown.set(instance, own);
    const looks = (own.get(known) ?? []).filter(
      (look) => look.connection.openedLine < connection.openedLine,
    );
    const needed = looksNeeded(subject, looks, { afterChange: true });
    return looks.length >= needed && !looks.some(({ isHere }) => isHere);
  };
}

function byResults(
  looks: readonly Look[],
  isNew: ReadonlySet<Placed>,
): ReadonlyMap<number, readonly Look[]> {
  const grouped = new Map<number, Look[]>();
  for (const look of looks) {
    if (look.known !== look.possible || !isNew.has(look.connection)) continue;
    const own = grouped.get(look.known) ?? [];
    grouped.set(look.known, own);
    own.push(look);
  }
  return grouped;
}

function areUndeniable({ checks }: Ledger, known: number, failed: number): boolean {
  return checks
    .slice(known - failed, known)
    .every(({ reply }) => reply === null || reply === 'refused' || isNeverNormal(reply));
}
