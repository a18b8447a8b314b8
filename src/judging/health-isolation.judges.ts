/**
 * Judge of whose results count for whom: an instance that never failed a check keeps its connections while others
 * fail theirs. Only one that had some before is looked at, so that no misread answer is charged here.
 */
import { type Assessment, type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { knownBefore, streaksOf } from './check-ledger.ts';
import { cutsAtResults } from './cuts-at-results.ts';
import { jointCounts } from './joint-counts.ts';
import type { Judge } from './judge.ts';
import { cycleOf } from './membership.ts';
import type { CheckReading, InstanceReading } from './reading.ts';
import { type Stretch, standingOf, stretchesOf } from './rotation.ts';
import {
  connectionsToSee,
  type Look,
  looksOf,
  showing,
  type Window,
  whyNoWindows,
} from './rotation-windows.ts';
import {
  failingSince,
  soundInstances,
  turnedAwayBesideFailures,
  whyRefusalsTellNothing,
} from './turned-away.ts';

export const isolation: Judge = judgeOf('health.isolation', (subject) => {
  const told = toldByRotation(subject);
  const joint = whyNoWindows(subject) === null ? jointCounts(subject) : [];
  const more = [...cutsAtResults(subject), ...joint];
  if (typeof told !== 'string') return { ...told, breaches: [...told.breaches, ...more] };
  return more.length === 0 ? told : { breaches: more, sometimes: {}, kept: told };
});

function toldByRotation(subject: Subject): Assessment | string {
  const why = whyRefusalsTellNothing(subject);
  if (why !== null) return why;
  const sound = soundInstances(subject);
  const [first] = sound;
  const isAnyFailing = failingSince(subject) < Number.POSITIVE_INFINITY;
  const held = isAnyFailing ? heldBack(subject) : [];
  if (!isAnyFailing || (first === undefined && held.length === 0))
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
      ...turnedAwayBesideFailures(subject).flatMap(({ breach, isInPassing }) =>
        isInPassing ? [] : breach,
      ),
      ...held,
    ],
    sometimes: { 'instances without a failure while another was out of rotation': looks.length },
    kept: `${counted(looks.length, 'time')} an instance that failed no check kept getting connections while another was out`,
  };
}

/** Long enough to see who is in rotation, while a member is certainly out of it. */
export function isTelling({ epoch, inRotation, connections }: Stretch, subject: Subject): boolean {
  const members = [...epoch.members.values()];
  return (
    members.filter(({ weight }) => weight > 0).length > inRotation.length &&
    connections.length >= connectionsToSee(subject, cycleOf(members), { afterChange: true })
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

/** Results in a row after which no threshold that is a few off explains that an instance stays where it was. */
const beyondAnyThreshold = 5;

/**
 * An instance that stays in, or out, however many of its own checks say otherwise, while another one's say so; and that
 * goes, or comes, once all agree, or once it fails alone: somebody who never goes or never comes is charged elsewhere.
 */
function heldBack(subject: Subject): readonly Breach[] {
  const { unhealthyThreshold, healthyThreshold } = subject.configuration.check;
  return [...subject.instances.values()].flatMap((one): readonly Breach[] => [
    ...(areAllOutAtLast(subject) || goesAlone(subject, one)
      ? stayed(subject, one, 'failed', unhealthyThreshold + beyondAnyThreshold)
      : []),
    ...(comesAtLast(subject, one)
      ? stayed(subject, one, 'passed', healthyThreshold + beyondAnyThreshold)
      : []),
  ]);
}

/** What traffic shows of an instance after `needed` results of one kind in a row, while others had results of the other kind. */
function stayed(
  subject: Subject,
  instance: InstanceReading,
  result: 'failed' | 'passed',
  needed: number,
): readonly Breach[] {
  const looks = looksAfter(subject, instance, result, needed);
  const [first] = looks;
  if (first === undefined) return [];
  // before it passed all the while it must have been out
  if (result === 'passed' && (instance.ledger.notPassed[first.known] ?? 0) === 0) return [];
  const window = showing(subject, looks, { afterChange: true });
  const isHeld = window.shows === (result === 'failed' ? 'in' : 'out');
  const run = streaksOf(instance.ledger, result)[first.known] ?? 0;
  const checks = instance.ledger.checks.slice(first.known - run, first.known);
  const isContradicted = hadOthersOpposite(subject, instance, result, {
    fromLine: checks[0]?.startedLine ?? 0,
    untilLine: first.connection.openedLine,
  });
  return isHeld && isContradicted ? [heldBreach(instance, window, checks)] : [];
}

/** Looks at the instance with so many results in a row certainly known, and no further one. */
function looksAfter(
  subject: Subject,
  instance: InstanceReading,
  result: 'failed' | 'passed',
  needed: number,
): readonly Look[] {
  const streaks = streaksOf(instance.ledger, result);
  const looks = looksOf(subject, instance.name).filter(
    ({ known, possible }) => known === possible && (streaks[known] ?? 0) >= needed,
  );
  return looks.filter(({ known }) => known === looks[0]?.known);
}

/** Whether another instance had a result of the other kind in that time. */
function hadOthersOpposite(
  subject: Subject,
  { name }: InstanceReading,
  result: 'failed' | 'passed',
  { fromLine, untilLine }: { readonly fromLine: number; readonly untilLine: number },
): boolean {
  const opposite = result === 'failed' ? 'passed' : 'failed';
  return [...subject.instances.values()].some(
    (other) =>
      other.name !== name &&
      other.ledger.checks.some(
        (check) =>
          check.result === opposite &&
          check.startedLine > fromLine &&
          check.startedLine < untilLine,
      ),
  );
}

function heldBreach(
  { name }: InstanceReading,
  { shows, here, lines }: Window,
  checks: readonly CheckReading[],
): Breach {
  const place = shows === 'in' ? 'in' : 'out of';
  const results = counted(checks.length, `${checks[0]?.result} check`);
  return {
    why: `${name} was ${place} rotation after ${results} in a row, while others had other results`,
    expected: `the results of ${name} decide on ${name}`,
    observed: 'they did only when others had the same, or when it failed alone',
    lines: [...(shows === 'in' ? here : lines), ...checks.map(({ startedLine }) => startedLine)],
  };
}

/** It goes out where it fails while nobody else does, and stays where others fail, too, at least one of whom goes. */
function goesAlone(subject: Subject, instance: InstanceReading): boolean {
  const needed = subject.configuration.check.unhealthyThreshold + beyondAnyThreshold;
  const { checks, failStreak } = instance.ledger;
  const others = [...subject.instances.values()].filter(({ name }) => name !== instance.name);
  const looks = looksOf(subject, instance.name).filter(
    ({ known, possible }) => known === possible && (failStreak[known] ?? 0) >= needed,
  );
  const isAlone = ({ known, connection }: Look) => {
    const fromLine = checks[known - (failStreak[known] ?? 0)]?.startedLine ?? 0;
    return !others.some(({ ledger }) =>
      ledger.checks.some(
        ({ result, startedLine }) =>
          result !== 'passed' && startedLine > fromLine && startedLine < connection.openedLine,
      ),
    );
  };
  const alone = looks.filter(isAlone);
  const window = showing(
    subject,
    alone.filter(({ known }) => known === alone[0]?.known),
    { afterChange: true },
  );
  const [first] = looks;
  return (
    window.shows === 'out' &&
    first !== undefined &&
    others.some((other) => isShunned(subject, other, first))
  );
}

/** Out, and seen to be, just when that connection was decided. */
function isShunned(subject: Subject, { name, ledger }: InstanceReading, { connection }: Look) {
  const known = knownBefore(ledger, connection);
  const looks = looksOf(subject, name).filter((look) => look.known === known);
  return (
    standingOf(subject, name, connection) === 'out' &&
    showing(subject, looks, { afterChange: true }).shows === 'out'
  );
}

/** Once everybody fails, nobody is taken any more. */
function areAllOutAtLast(subject: Subject): boolean {
  const last = subject.connections.at(-1);
  if (last === undefined || last.refused === null) return false;
  const { unhealthyThreshold } = subject.configuration.check;
  return [...subject.instances.values()].every(
    ({ ledger }) => (ledger.failStreak[knownBefore(ledger, last)] ?? 0) >= unhealthyThreshold,
  );
}

/** It had connections again after it had failed, while all others passed. */
function comesAtLast(subject: Subject, { name, ledger }: InstanceReading): boolean {
  const { unhealthyThreshold } = subject.configuration.check;
  // failures that took it nowhere are none that it came back from
  const out = ledger.failStreak.findIndex((streak) => streak >= unhealthyThreshold);
  if (out < 0) return false;
  return looksOf(subject, name).some(
    ({ isHere, known, connection }) =>
      isHere &&
      known > out &&
      (ledger.passStreak[known] ?? 0) > 0 &&
      [...subject.instances.values()].every((other) => {
        const streak = other.ledger.passStreak[knownBefore(other.ledger, connection)] ?? 0;
        return streak > 0;
      }),
  );
}
