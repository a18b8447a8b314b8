/**
 * Judges of who may be picked at all, whatever the algorithm: nobody certainly unhealthy or removed while somebody is
 * certainly in rotation; and whoever recovered, again.
 */
import { clauses } from '../spec/clauses.ts';
import { isUnchangedMember } from './absences.ts';
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { knownBefore, knownPossibly } from './check-ledger.ts';
import { isNeverNormal, isNothingHeeded } from './health-results.judges.ts';
import type { Judge } from './judge.ts';
import { cycleOf, type Epoch, epochOf } from './membership.ts';
import { type TemptationAfterChange, temptedAfterChange } from './out-at-change.ts';
import {
  type CheckReading,
  decided,
  type InstanceReading,
  isPlaced,
  type Placed,
  propagationOf,
} from './reading.ts';
import { standingOf } from './rotation.ts';
import {
  connectionsToSee,
  type Look,
  looksOf,
  showing,
  type Window,
  whyNoWindows,
} from './rotation-windows.ts';

/** What checks decide: nothing can be said of how they do where they decide nothing. Whose they are comes before that. */
const toldByHeed = clauses
  .filter(({ id, broader }) => id.startsWith('health.') && broader?.includes('schedule.eligible'))
  .filter(({ isPremise }) => isPremise !== true)
  .map(({ id }) => id);

export const eligible: Judge = judgeOf('schedule.eligible', (subject) => {
  const temptations = temptationsOf(subject);
  const later = temptedAfterChange(subject);
  const barred = temptations.flatMap((one) => (isYieldedTo(one) ? [barredBreach(one)] : []));
  const healed = later.flatMap((one) => (isYieldedTo(one) ? [healedBreach(one)] : []));
  const isHeedless = barred.length > 0 && isNothingHeeded(subject);
  const count = temptations.length + later.length;
  return {
    breaches: [...barred, ...healed],
    // whoever was kept out until then counts results, and no count brings anybody back without a pass
    standsAlone: isHeedless || healed.length > 0 || isTakenAgainWithoutPass(subject, temptations),
    undermines: isHeedless ? toldByHeed : [],
    sometimes: { 'connections while somebody was out of rotation': count },
    kept: `${counted(count, 'connection')} while somebody was out of rotation, none went there`,
  };
});

/** A connection that some could take while others must not have it. */
interface Temptation {
  readonly connection: Placed;
  readonly epoch: Epoch;
  /** Certainly in rotation. */
  readonly others: readonly string[];
  /** Removed, or out beyond doubt. */
  readonly barred: readonly string[];
}

function temptationsOf(subject: Subject): readonly Temptation[] {
  const isAnyoneOut = [...subject.instances.values()].some(isEverOut);
  return subject.connections.filter(isPlaced).flatMap((connection) => {
    const epoch = epochOf(subject.epochs, connection);
    if (epoch === null || (!isAnyoneOut && epoch.removed.size === 0)) return [];
    const temptation = temptationAt(subject, connection, epoch);
    return temptation.others.length > 0 && temptation.barred.length > 0 ? [temptation] : [];
  });
}

function temptationAt(subject: Subject, connection: Placed, epoch: Epoch): Temptation {
  const others: string[] = [];
  const barred = [...epoch.removed.keys()];
  for (const { name, weight } of epoch.members.values()) {
    const standing = standingOf(subject, name, connection);
    if (standing === 'in' && weight > 0) others.push(name);
    if (standing === 'out' && isUndeniable(subject, name, connection)) barred.push(name);
  }
  return { connection, epoch, others, barred };
}

function isYieldedTo({ connection, barred }: Pick<Temptation, 'connection' | 'barred'>): boolean {
  return barred.includes(connection.placed.instance);
}

/**
 * Whether an instance that was shunned for two cycles is taken again while it is still out: who shuns it so long knows
 * that it is, and no count of results that is off brings it back without a pass.
 */
function isTakenAgainWithoutPass(subject: Subject, temptations: readonly Temptation[]): boolean {
  const { persistenceMs, scheduling } = subject.configuration;
  if (persistenceMs > 0 || scheduling !== 'weighted-round-robin') return false;
  const shunned = new Map<string, { readonly times: number; readonly passes: number }>();
  const passesOf = (name: string, connection: Placed) => {
    const ledger = subject.instances.get(name)?.ledger;
    return ledger?.notFailed[knownBefore(ledger, connection)] ?? 0;
  };
  for (const { connection, epoch, barred } of temptations) {
    const { instance } = connection.placed;
    // whoever passed a check since may have come back and gone out again
    for (const [name, { passes }] of shunned) {
      const isSame = barred.includes(name) && passes === passesOf(name, connection);
      if (!isSame) shunned.delete(name);
    }
    const times = shunned.get(instance)?.times ?? 0;
    const isLong =
      times > connectionsToSee(subject, cycleOf(epoch.members.values()), { afterChange: false });
    if (isLong && barred.includes(instance) && !epoch.removed.has(instance)) return true;
    for (const name of barred) {
      // who leaves is shunned for that, whatever its checks say
      if (epoch.removed.has(name)) {
        shunned.delete(name);
        continue;
      }
      const before = name === instance ? -1 : (shunned.get(name)?.times ?? 0);
      shunned.set(name, { times: before + 1, passes: passesOf(name, connection) });
    }
  }
  return false;
}

function isEverOut({ ledger }: InstanceReading): boolean {
  return ledger.failStreak.some((streak) => streak > 0);
}

function barredBreach({ connection, epoch, others }: Temptation): Breach {
  const { instance, line } = connection.placed;
  const state = epoch.removed.has(instance) ? 'removed' : 'unhealthy';
  return {
    why: `connection ${connection.connection} went to ${instance}, which was ${state}, while ${others.join(', ')} could take it`,
    expected: `one of ${others.join(', ')}`,
    observed: instance,
    lines: [line],
  };
}

function healedBreach({ connection, others }: TemptationAfterChange): Breach {
  const { instance, line } = connection.placed;
  return {
    why: `connection ${connection.connection} went to ${instance} after another configuration was accepted, while ${others.join(', ')} could take it: ${instance} was unhealthy before and has passed no check since`,
    expected: `one of ${others.join(', ')}`,
    observed: instance,
    lines: [line],
  };
}

/** Failed in a way that no setting calls a pass, so that no health check gone wrong explains the traffic. */
export function isUndeniable(subject: Subject, instance: string, { openedLine }: Placed): boolean {
  const checks = subject.instances.get(instance)?.ledger.checks ?? [];
  const last = checks.findLast(
    ({ startedLine, concluded }) => startedLine < openedLine && (concluded.line ?? 0) < openedLine,
  );
  if (last === undefined) return false;
  return last.reply === null || last.reply === 'refused' || isNeverNormal(last.reply);
}

/** Passes beyond the threshold, so that counting one or two too many is not charged here. */
const passesBeyond = 2;

export const recovery: Judge = judgeOf('schedule.recovery', (subject) => {
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  const needed = subject.configuration.check.healthyThreshold + passesBeyond;
  const seen = [...subject.instances.values()].flatMap((instance) =>
    recoveriesOf(subject, instance, needed).filter(({ window }) => window.shows !== 'nothing'),
  );
  return {
    breaches: [
      ...seen.flatMap((one) => (one.window.shows === 'out' ? [missingBreach(one, needed)] : [])),
      ...refusedAfterwards(subject, needed),
    ],
    sometimes: { 'recoveries seen in traffic': seen.length },
    kept: `${counted(seen.length, 'time')} a recovered instance got connections again`,
  };
});

/** An instance that certainly was out and has passed since, and what traffic shows until its next failure. */
interface Recovery {
  readonly name: string;
  readonly window: Window;
  readonly checks: readonly CheckReading[];
}

function recoveriesOf(
  subject: Subject,
  { name, ledger }: InstanceReading,
  needed: number,
): readonly Recovery[] {
  const { checks, passStreak, failStreak } = ledger;
  const { unhealthyThreshold } = subject.configuration.check;
  const looks = looksOf(subject, name);
  return [...passStreak.keys()].flatMap((known): Recovery[] => {
    const start = known - needed;
    const isRecovery =
      passStreak[known] === needed && (failStreak[start] ?? 0) >= unhealthyThreshold;
    if (!isRecovery || !wasThereBefore(looks, checks, start)) return [];
    const end = checks.findIndex(({ result }, index) => index >= known && result !== 'passed');
    const to = end < 0 ? checks.length : end;
    const since = looks.filter((look) => known <= look.known && look.possible <= to);
    const window = showing(subject, since, { afterChange: true });
    return [{ name, window, checks: checks.slice(start, known) }];
  });
}

/** With the same answer it had been in rotation before, so the answer is not to blame. */
function wasThereBefore(looks: readonly Look[], checks: readonly CheckReading[], start: number) {
  const reply = checks[start]?.reply;
  return looks.some(
    (look) => look.isHere && look.known < start && checks[look.known - 1]?.reply === reply,
  );
}

function missingBreach({ name, window, checks }: Recovery, needed: number): Breach {
  return {
    why: `${name} passed ${needed} checks in a row and got none of ${window.lines.length} connections`,
    expected: `${name} in rotation again`,
    observed: 'out of rotation',
    lines: [...window.lines, ...checks.map(({ startedLine }) => startedLine)],
  };
}

/** Clients that nobody took although somebody had recovered, who had taken some with the same answers before. */
function refusedAfterwards(subject: Subject, needed: number): readonly Breach[] {
  const refused = subject.connections
    .filter((one) => one.refused !== null)
    .flatMap((one) => decided(one) ?? []);
  return refused.flatMap((connection): readonly Breach[] => {
    const back = [...subject.instances.values()].find(({ name, ledger, refusingFromMs }) => {
      const known = knownBefore(ledger, connection, propagationOf(subject));
      const possible = Math.max(known, knownPossibly(ledger, connection));
      const { passStreak, notPassed, checks } = ledger;
      const reply = checks[known - 1]?.reply;
      return (
        (passStreak[known] ?? 0) >= needed &&
        notPassed[known] === notPassed[possible] &&
        (notPassed[known] ?? 0) > 0 &&
        refusingFromMs === Number.POSITIVE_INFINITY &&
        isUnchangedMember(subject, name) &&
        looksOf(subject, name).some(
          (look) => look.isHere && checks[look.known - 1]?.reply === reply,
        )
      );
    });
    if (back === undefined) return [];
    return [
      {
        why: `connection ${connection.connection} was refused although ${back.name} had passed ${needed} checks in a row`,
        expected: `${back.name} in rotation again`,
        observed: 'nobody in rotation',
        lines: [connection.placed.line],
      },
    ];
  });
}
