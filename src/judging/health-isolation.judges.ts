/**
 * Judge of whose results count for whom: an instance that never failed a check keeps its connections while others
 * fail theirs. Only one that had some before is looked at, so that no misread answer is charged here.
 */
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { knownBefore } from './check-ledger.ts';
import type { Judge } from './judge.ts';
import { cycleOf } from './membership.ts';
import { type InstanceReading, isPlaced, numericTrait } from './reading.ts';
import { type Stretch, stretchesOf } from './rotation.ts';
import { cyclesToSee, whyNoWindows } from './rotation-windows.ts';

export const isolation: Judge = judgeOf('health.isolation', (subject) => {
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  const all = [...subject.instances.values()];
  if (all.some(({ behaviours }) => behaviours.some(({ traffic }) => traffic !== 'accepted')))
    return 'an instance refuses traffic, so that a client may be turned away for that';
  const failingSince = Math.min(...all.map(firstDoubtLine));
  const sound = all.filter((one) => isSound(subject, one, failingSince));
  const [first] = sound;
  if (failingSince === Number.POSITIVE_INFINITY || first === undefined)
    return 'nobody failed a check while somebody who had got connections failed none';
  // with other members or weights the scheduler may have its own reasons
  const [unchanged] = subject.epochs;
  const stretches = stretchesOf(subject).filter(
    (stretch) => stretch.epoch === unchanged && isTelling(stretch, subject),
  );
  const looks = stretches.flatMap((stretch) => sound.map((one) => lookAt(stretch, one)));
  return {
    breaches: [
      ...looks.flatMap(({ breach }) => breach ?? []),
      ...turnedAway(subject, first, failingSince),
    ],
    sometimes: { 'instances without a failure while another was out of rotation': looks.length },
    kept: `${counted(looks.length, 'time')} an instance that failed no check kept getting connections while another was out`,
  };
});

/** The first check that may have failed. */
function firstDoubtLine({ ledger }: InstanceReading): number {
  return (
    ledger.checks.find(({ result }) => result !== 'passed')?.startedLine ?? Number.POSITIVE_INFINITY
  );
}

/** Passed every check, stayed a member as it was, and had connections before anybody failed. */
function isSound(subject: Subject, one: InstanceReading, failingSince: number): boolean {
  return (
    firstDoubtLine(one) === Number.POSITIVE_INFINITY &&
    !subject.changes.some(({ instance }) => instance === one.name) &&
    subject.connections.some(
      ({ placed }) => placed?.instance === one.name && placed.line < failingSince,
    )
  );
}

/** Long enough to see who is in rotation, while a member is certainly out of it. */
export function isTelling({ epoch, inRotation, connections }: Stretch, subject: Subject): boolean {
  const members = [...epoch.members.values()];
  const washout = numericTrait(subject, 'wrr.washoutCycles', 0);
  return (
    members.filter(({ weight }) => weight > 0).length > inRotation.length &&
    connections.length >= (cyclesToSee + washout) * cycleOf(members) - 1
  );
}

function lookAt({ connections }: Stretch, { name, ledger }: InstanceReading) {
  const isHere = connections.some(({ placed }) => placed.instance === name);
  const breach: Breach = {
    why: `${name} passed all ${ledger.checks.length} checks and got none of ${connections.length} connections while others failed theirs`,
    expected: `${name} in rotation, whatever the results of others`,
    observed: 'out of rotation',
    lines: connections.map(({ placed }) => placed.line),
  };
  return { breach: isHere ? null : breach };
}

/** Clients that nobody took although `one`, which never failed, could have. */
function turnedAway(
  subject: Subject,
  { name, ledger }: InstanceReading,
  failingSince: number,
): readonly Breach[] {
  const { healthyThreshold } = subject.configuration.check;
  return subject.connections.flatMap((connection): Breach[] => {
    const { refused, openedLine } = connection;
    const isLater = openedLine > failingSince && knownBefore(ledger, connection) > healthyThreshold;
    if (isPlaced(connection) || refused === null || !isLater) return [];
    return [
      {
        why: `connection ${connection.connection} was refused although ${name}, which passed all ${ledger.checks.length} checks, could take it`,
        expected: `${name} in rotation, whatever the results of others`,
        observed: 'nobody in rotation',
        lines: [openedLine, refused.line],
      },
    ];
  });
}
