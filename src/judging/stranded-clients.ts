/**
 * Clients with a session whose instance is certainly out of rotation while another one is certainly in: whether they are
 * turned away, which nobody else is. Knows no scheduler.
 */
import type { Breach, Subject } from './assessment.ts';
import { decided, isPlaced, type Placed } from './reading.ts';
import { hasOthers, isSequential, standingOf } from './rotation.ts';

/** So many clients who are turned away are no slip that might have hit anybody. */
const turnedAwayToProve = 2;

/** A client decided while the instance that it was at last is certainly out and another one certainly in. */
interface Stranded {
  readonly known: Placed;
  readonly decision: Placed;
}

/** Clients whom nobody took as their instance was out, each of them, while all others were taken. */
export function turnedAwayWhenStranded(subject: Subject): readonly Breach[] {
  const all = [...subject.instances.values()];
  // whoever is sent to somebody that takes no traffic is turned away for that
  if (all.some(({ refusingFromMs }) => refusingFromMs < Number.POSITIVE_INFINITY)) return [];
  const stranded = strandedOf(subject);
  const isRefused = ({ decision }: Stranded) => decision.refused !== null;
  const [first] = stranded;
  if (first === undefined || !stranded.every(isRefused)) return [];
  if (new Set(stranded.map(({ decision }) => decision.source)).size < turnedAwayToProve) return [];
  const theirs = new Set(stranded.map(({ decision }) => decision.connection));
  const others = subject.connections
    .flatMap((connection) => decided(connection) ?? [])
    .filter(
      (one) =>
        !theirs.has(one.connection) &&
        hasOthers(subject, '', one) &&
        standingOf(subject, first.known.placed.instance, one) === 'out',
    );
  if (others.some(({ refused }) => refused !== null)) return [];
  const isEarlier = ({ openedLine }: Placed) => openedLine < first.decision.openedLine;
  if (!others.some(isEarlier) || others.every(isEarlier)) return [];
  return stranded.map(({ known, decision }) => ({
    why: `${decision.source} was turned away while ${known.placed.instance}, which it knew, was unhealthy`,
    expected: 'another instance, which could take it',
    observed: 'refused',
    lines: [decision.placed.line],
  }));
}

function strandedOf(subject: Subject): readonly Stranded[] {
  const { persistenceMs } = subject.effective;
  const sessions = new Map<string, { readonly root: Placed; readonly last: Placed }>();
  return subject.connections.flatMap((connection): readonly Stranded[] => {
    const decision = decided(connection);
    if (decision === null) return [];
    const session = sessions.get(decision.source);
    if (isPlaced(connection))
      sessions.set(decision.source, { root: session?.root ?? connection, last: connection });
    if (session === undefined) return [];
    const { root, last: known } = session;
    // counted from its very first connection every session of it still runs
    const isRunning =
      isSequential(subject, known, decision) &&
      decision.placed.toMs - root.opened.fromMs < persistenceMs;
    const isStranded =
      isRunning &&
      standingOf(subject, known.placed.instance, decision) === 'out' &&
      hasOthers(subject, known.placed.instance, decision);
    return isStranded ? [{ known, decision }] : [];
  });
}
