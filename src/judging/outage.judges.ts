/**
 * Judges of what an outage does: to new clients when nobody is left in rotation, and to connections that an
 * instance had when it went out. Both are as declared.
 */
import { isUnchangedMember } from './absences.ts';
import { type Breach, counted, judgeOf, type Subject, undeclared } from './assessment.ts';
import { isAtTellingFailure } from './cuts-at-results.ts';
import { isEditedAt } from './edits.ts';
import { isUndeniable } from './eligibility.judges.ts';
import { arrivedWhole } from './forwarding.judges.ts';
import { isTelling } from './health-isolation.judges.ts';
import type { Judge } from './judge.ts';
import { epochOf } from './membership.ts';
import {
  type ConnectionReading,
  decided,
  type InstanceReading,
  isPlaced,
  type Placed,
  propagationOf,
  wordTrait,
} from './reading.ts';
import { hasOthers, resultsBeyond, standingOf, staysInside, stretchesOf } from './rotation.ts';

/** So many in a row are no slip. */
const connectionsToJudge = 3;

export const noneEligible: Judge = judgeOf('schedule.none-eligible', (subject) => {
  // whoever never takes anybody out has nobody left to refuse for: that is charged elsewhere
  const takesOut = stretchesOf(subject).some(
    (stretch) => isTelling(stretch, subject) && staysInside(stretch),
  );
  const unlisted = refusedOtherwise(
    subject,
    subject.connections.filter(isWithNobodyListed(subject)),
  );
  const alone = unlisted.length > 0 ? { breaches: unlisted, sometimes: {}, kept: '' } : null;
  if (!takesOut) return alone ?? 'nobody was seen to be kept out of rotation before';
  const tempted = subject.connections.flatMap((connection) => {
    const decision = decided(connection);
    return decision !== null && isNobodyLeft(subject, decision) ? [connection] : [];
  });
  const placed = tempted.filter(isPlaced);
  const refused = tempted.length - placed.length;
  const observed = `with nobody eligible ${counted(refused, 'connection')} refused, ${placed.length} placed`;
  const reading = wordTrait(subject, 'schedule.noneEligible');
  if (reading === null) {
    if (alone !== null) return alone;
    return tempted.length === 0 ? 'somebody was eligible all the time' : undeclared(observed);
  }
  const otherwise = tempted.filter((one) => isPlaced(one) === (reading === 'refuse'));
  // whoever uses none but those who were removed takes them for members
  const isWrong = reading !== 'refuse' || otherwise.some((one) => isAtMember(subject, one));
  const wrong = isWrong ? otherwise : [];
  const mannered = reading === 'refuse' ? refusedOtherwise(subject, tempted) : [];
  return {
    breaches: [
      ...wrong.map(({ connection, placed: place, refused: refusal, openedLine }) => ({
        why: `connection ${connection} was ${place === null ? 'refused' : `placed on ${place.instance}`} with nobody eligible`,
        expected: `declared: ${reading}`,
        observed: place === null ? 'refused' : `placed on ${place.instance}`,
        lines: [place?.line ?? refusal?.line ?? openedLine],
        // whose session goes on with who is out is placed there for that alone
        ...(place !== null && subject.configuration.persistenceMs > 0
          ? { restsOn: ['persistence.unhealthy'] }
          : {}),
      })),
      ...mannered,
      ...unlisted,
    ],
    sometimes: {
      'connections with nobody eligible': tempted.length >= connectionsToJudge ? tempted.length : 0,
    },
    kept: `declared ${reading}: ${observed}`,
    // whoever uses anybody then uses those who drain, too
    undermines: wrong.length > 0 ? ['draining.no-new'] : [],
  };
});

/** Whether the list was certainly empty, so that there was no instance whatever is declared of those that are out. */
function isWithNobodyListed(subject: Subject): (connection: ConnectionReading) => boolean {
  return (connection) => {
    const decision = decided(connection);
    return decision !== null && epochOf(subject.epochs, decision)?.members.size === 0;
  };
}

/** In another manner than declared; of real sockets a machine in between may make one manner of another. */
function refusedOtherwise(
  subject: Subject,
  tempted: readonly ConnectionReading[],
): readonly Breach[] {
  const manner = wordTrait(subject, 'refusal');
  if (manner === null || subject.time !== 'stepped') return [];
  return tempted.flatMap(({ connection, refused }): readonly Breach[] => {
    if (refused === null || refused.how === manner) return [];
    return [
      {
        why: `connection ${connection} was refused with nobody eligible: ${refused.how}, not ${manner}`,
        expected: `declared: ${manner}`,
        observed: refused.how,
        lines: [refused.line],
      },
    ];
  });
}

function isAtMember(subject: Subject, connection: ConnectionReading): boolean {
  if (!isPlaced(connection)) return false;
  const members = epochOf(subject.epochs, connection)?.members;
  return members?.has(connection.placed.instance) === true;
}

/** Every member is certainly out, by answers that no setting calls a pass. */
function isNobodyLeft(subject: Subject, decision: Placed): boolean {
  const members = [...(epochOf(subject.epochs, decision)?.members.keys() ?? [])];
  return (
    members.length > 0 &&
    members.every(
      (name) =>
        standingOf(subject, name, decision) === 'out' && isUndeniable(subject, name, decision),
    )
  );
}

export const liveConnections: Judge = judgeOf('health.live-connections', (subject) => {
  const reading = wordTrait(subject, 'health.liveConnections');
  const breaches: Breach[] = [];
  let kept = 0;
  let cut = 0;
  const outages = [...subject.instances.values()].flatMap((one) => outagesOf(subject, one));
  for (const { instance, ...outage } of outages) {
    for (const connection of heldAt(subject, instance.name, outage.firstLine)) {
      const { closed, carried } = connection;
      const isCut = closed?.by === 'balancer' && closed.line < outage.untilLine;
      const alive = carried.find((one) => one.fromMs >= outage.sureMs && arrivedWhole(one));
      const isForOthers =
        isCut &&
        (isEditedAt(subject, closed) || isAtTellingFailure(subject, closed, instance.name));
      if (isForOthers) continue;
      if (isCut) cut++;
      else if (alive !== undefined) kept++;
      const lost = carried.find((one) => one.fromMs >= outage.sureMs && !arrivedWhole(one));
      const gone = isCut ? closed.line : lost?.line;
      const line = reading === 'kept' ? gone : reading === 'cut' && alive?.line;
      if (typeof line !== 'number') continue;
      breaches.push({
        why: `connection ${connection.connection} on ${instance.name} ${alive === undefined || isCut ? 'was ended' : 'still carried data'} when ${instance.name} was unhealthy`,
        expected: `declared: ${reading}`,
        observed: isCut
          ? 'the balancer ended it'
          : alive === undefined
            ? 'it carried no data any more'
            : 'it went on',
        lines: [line],
      });
    }
  }
  const observed = `of the connections of unhealthy instances ${kept} went on, ${cut} were cut`;
  if (reading === null) {
    return kept + cut === 0 ? 'no held connection met an outage' : undeclared(observed);
  }
  return {
    breaches,
    sometimes: { 'held connections of an unhealthy instance': reading === 'cut' ? cut : kept },
    kept: `declared ${reading}: ${observed}`,
  };
});

interface Outage {
  readonly instance: InstanceReading;
  readonly firstLine: number;
  /** From when on it was certainly out. */
  readonly sureMs: number;
  /** Where an end may no longer be its doing: there is a pass, and who comes back is another matter. */
  readonly untilLine: number;
}

/** Of one instance: the later ones tell nothing else. */
const outagesToJudge = 4;

/** From the first failed check of each, where it was certainly out and got nothing new until a check passed. */
function outagesOf(subject: Subject, instance: InstanceReading): readonly Outage[] {
  const { name, ledger } = instance;
  if (!isUnchangedMember(subject, name)) return [];
  const needed = subject.configuration.check.unhealthyThreshold + resultsBeyond;
  const starts = ledger.checks.flatMap((_, index) =>
    ledger.failStreak[index + 1] === needed ? [index + 1 - needed] : [],
  );
  return starts.slice(0, outagesToJudge).flatMap((start): readonly Outage[] => {
    const end = ledger.checks.findIndex(({ result }, at) => at > start && result === 'passed');
    const sureMs = (ledger.knownMs[start + needed] ?? 0) + propagationOf(subject);
    const first = ledger.checks[start];
    const untilLine = ledger.checks[end]?.startedLine ?? Number.POSITIVE_INFINITY;
    if (first === undefined || !isShunned(subject, name, { sureMs, untilLine })) return [];
    return [{ instance, firstLine: first.startedLine, sureMs, untilLine }];
  });
}

/** That nobody takes a client shows as well that it is not in rotation. */
function isShunned(
  subject: Subject,
  name: string,
  { sureMs, untilLine }: Pick<Outage, 'sureMs' | 'untilLine'>,
): boolean {
  const later = subject.connections
    .flatMap((one) => decided(one) ?? [])
    .filter(({ opened, placed }) => opened.fromMs >= sureMs && placed.line < untilLine)
    .filter((one) => one.refused !== null || hasOthers(subject, name, one));
  return later.length > 0 && later.every(({ placed }) => placed.instance !== name);
}

function heldAt(subject: Subject, instance: string, line: number): readonly Placed[] {
  return subject.connections
    .filter(isPlaced)
    .filter(
      ({ placed, closed }) =>
        placed.instance === instance &&
        placed.line < line &&
        (closed === null || closed.line > line),
    );
}
