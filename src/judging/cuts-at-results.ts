/**
 * Connections of instances that never failed a check, which the balancer ends just when another one's results take that
 * out of rotation or back into it. Charged only where nothing else can be why.
 */
import type { When } from '../history/vocabulary.ts';
import type { Breach, Subject } from './assessment.ts';
import type { CheckReading, InstanceReading, Placed } from './reading.ts';
import { isPlaced } from './reading.ts';
import { resultsBeyond } from './rotation.ts';

type Ended = Placed & { readonly closed: NonNullable<Placed['closed']> };

/** How late the end of a connection may show on a real machine. */
const lagMs = 1000;

export function cutsAtResults(subject: Subject): readonly Breach[] {
  if (subject.whole.changes.length > 0 || subject.whole.reconfigurations.length > 0) return [];
  const turns = [...subject.instances.values()].flatMap((one) => turnsOf(subject, one));
  if (turns.length === 0) return [];
  const cuts = subject.connections.filter(isPlaced).flatMap((connection) => {
    const { closed, placed } = connection;
    const isCut = closed?.by === 'balancer' && isFaultless(subject, placed.instance);
    return isCut ? [{ ...connection, closed }] : [];
  });
  const judged = cuts.map((cut) => ({ cut, turn: turnBefore(subject, turns, cut) }));
  // somebody who ends connections at other times, too, has other reasons
  if (judged.some(({ turn }) => turn === null)) return [];
  return judged.flatMap(({ cut, turn }): readonly Breach[] => {
    if (turn === null || !isOutlived(subject, cut)) return [];
    return [
      {
        why: `connection ${cut.connection} on ${cut.placed.instance}, which failed no check, was ended at the ${turn.result} check that decided on ${turn.instance}`,
        expected: `the results of ${turn.instance} decide on ${turn.instance}`,
        observed: `the balancer ${cut.closed.how} it`,
        lines: [turn.startedLine, cut.closed.line],
      },
    ];
  });
}

function isFaultless(subject: Subject, instance: string): boolean {
  const checks = subject.instances.get(instance)?.ledger.checks ?? [];
  return checks.length > 0 && checks.every(({ result }) => result === 'passed');
}

/** Checks that take an instance out of rotation, or back after it was out. */
function turnsOf({ configuration }: Subject, { ledger }: InstanceReading): readonly CheckReading[] {
  const { unhealthyThreshold, healthyThreshold } = configuration.check;
  const { checks, failStreak, passStreak } = ledger;
  return checks.filter((_, index) => {
    const known = index + 1;
    const isBack =
      passStreak[known] === healthyThreshold &&
      (failStreak[known - healthyThreshold] ?? 0) >= unhealthyThreshold;
    return failStreak[known] === unhealthyThreshold || isBack;
  });
}

/** The one just at which the connection was ended, with nobody doing anything in between; null: none. */
function turnBefore(
  { connections, time }: Subject,
  turns: readonly CheckReading[],
  { closed, placed }: Ended,
): CheckReading | null {
  const longestMs = time === 'stepped' ? 0 : lagMs;
  const turn = turns.find(({ concluded: { line, toMs } }) => {
    if (line === null || line < placed.line || line > closed.line) return false;
    const isDone = (other: number) => line < other && other < closed.line;
    const isJustThen = closed.fromMs >= toMs && closed.toMs - toMs <= longestMs;
    return (
      isJustThen &&
      !connections.some(
        (one) => isDone(one.openedLine) || one.carried.some((carried) => isDone(carried.line)),
      )
    );
  });
  return turn ?? null;
}

/** Whether one that is no younger and was idle no shorter went on: it is no limit of time that ended this one. */
function isOutlived({ connections }: Subject, cut: Ended): boolean {
  const activeMs = (one: Placed) =>
    one.carried.findLast(({ line }) => line < cut.closed.line)?.toMs ?? one.placed.toMs;
  return connections
    .filter(isPlaced)
    .some(
      (one) =>
        one.opened.toMs <= cut.opened.fromMs &&
        activeMs(one) <= activeMs(cut) &&
        (one.closed === null ||
          (one.closed.line > cut.closed.line && one.closed.by !== 'balancer')),
    );
}

/** Ended just when a check of somebody, or of somebody else than `except`, had failed: that may be why. */
export function isAtFailure(
  { instances }: Pick<Subject, 'instances'>,
  { fromMs, toMs }: NonNullable<Placed['closed']>,
  except: string | null = null,
): boolean {
  return [...instances.values()].some(
    ({ name, ledger }) =>
      name !== except && ledger.checks.some((check) => isFailedWithin(check, { fromMs, toMs })),
  );
}

function isFailedWithin({ result, concluded }: CheckReading, { fromMs, toMs }: When): boolean {
  return result === 'failed' && concluded.fromMs <= toMs && concluded.toMs >= fromMs;
}

/** The same of somebody else, who had not long been out by then: further failures of who is out change nothing. */
export function isAtTellingFailure(
  { instances, configuration }: Subject,
  closed: NonNullable<Placed['closed']>,
  except: string,
): boolean {
  const needed = configuration.check.unhealthyThreshold + resultsBeyond;
  return [...instances.values()].some(
    ({ name, ledger }) =>
      name !== except &&
      ledger.checks.some(
        (check, index) => (ledger.failStreak[index] ?? 0) < needed && isFailedWithin(check, closed),
      ),
  );
}
