/**
 * Clients that nobody took once somebody had failed a check, although an instance that never failed one could have.
 * Knows no clause.
 */
import { isUnchangedMember } from './absences.ts';
import type { Breach, Subject } from './assessment.ts';
import { knownBefore } from './check-ledger.ts';
import {
  areChecksTold,
  type BehaviourReading,
  type ConnectionReading,
  type InstanceReading,
  isPlaced,
  propagationOf,
} from './reading.ts';
import { whyNoWindows } from './rotation-windows.ts';
import { refusesChecks } from './unseen-checks.ts';

/** How much later the next one may be taken on a real machine. */
const lagMs = 1000;

interface TurnedAway {
  readonly breach: Breach;
  /** The next client was taken at the very same moment: it is not that nobody was in rotation. */
  readonly isInPassing: boolean;
}

/** Whether a refusal means anything here; a reason where it does not. */
export function whyRefusalsTellNothing(subject: Subject): string | null {
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  if (subject.whole.reconfigurations.length > 0)
    return 'another configuration came, so that results of others are not all that happened';
  const all = [...subject.instances.values()];
  return all.some(({ behaviours }) => behaviours.some((one) => refusesTraffic(subject, one)))
    ? 'an instance refuses traffic, so that a client may be turned away for that'
    : null;
}

/** On a real port whoever refuses its checks refuses clients, too, for as long as nobody has noticed. */
function refusesTraffic(subject: Subject, one: BehaviourReading): boolean {
  return one.traffic !== 'accepted' || (!areChecksTold(subject) && refusesChecks(one));
}

/** The first check of anybody that may have failed. */
export function failingSince({ instances }: Pick<Subject, 'instances'>): number {
  return Math.min(...[...instances.values()].map(firstDoubtLine));
}

function firstDoubtLine({ ledger }: InstanceReading): number {
  return (
    ledger.checks.find(({ result }) => result !== 'passed')?.startedLine ?? Number.POSITIVE_INFINITY
  );
}

/** Those who passed every check, stayed members as they were, and had connections before anybody failed. */
export function soundInstances(subject: Subject): readonly InstanceReading[] {
  const since = failingSince(subject);
  return [...subject.instances.values()].filter(
    (one) =>
      firstDoubtLine(one) === Number.POSITIVE_INFINITY &&
      isUnchangedMember(subject, one.name) &&
      subject.connections.some(
        ({ placed }) => placed?.instance === one.name && placed.line < since,
      ),
  );
}

export function turnedAwayBesideFailures(subject: Subject): readonly TurnedAway[] {
  const since = failingSince(subject);
  const [sound] = soundInstances(subject);
  if (since === Number.POSITIVE_INFINITY || sound === undefined) return [];
  const { name, ledger } = sound;
  const { healthyThreshold } = subject.configuration.check;
  const propagationMs = propagationOf(subject);
  return subject.connections.flatMap((connection, index): readonly TurnedAway[] => {
    const { refused, openedLine } = connection;
    if (isPlaced(connection) || refused === null || openedLine <= since) return [];
    if (knownBefore(ledger, connection, propagationMs) <= healthyThreshold) return [];
    const isInPassing = isNextTaken(subject, refused, subject.connections[index + 1]);
    const breach: Breach = {
      why: `connection ${connection.connection} was refused although ${name}, which passed all ${ledger.checks.length} checks, could take it`,
      expected: isInPassing
        ? 'no client is refused while somebody is in rotation'
        : `${name} in rotation, whatever the results of others`,
      observed: isInPassing ? 'the next client was taken at once' : 'nobody in rotation',
      lines: [openedLine, refused.line],
    };
    return [{ breach, isInPassing }];
  });
}

function isNextTaken(
  { time }: Subject,
  refused: NonNullable<ConnectionReading['refused']>,
  next: ConnectionReading | undefined,
): boolean {
  const longestMs = time === 'stepped' ? 0 : lagMs;
  return next?.placed != null && next.placed.fromMs - refused.toMs <= longestMs;
}
