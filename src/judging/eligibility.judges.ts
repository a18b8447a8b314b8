/**
 * Judges of who may be picked at all, whatever the algorithm: nobody certainly unhealthy or removed while somebody is
 * certainly in rotation; and whoever recovered, again.
 */
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { knownBefore } from './check-ledger.ts';
import { isNeverNormal, isNothingHeeded } from './health-results.judges.ts';
import type { Judge } from './judge.ts';
import { cycleOf, epochOf } from './membership.ts';
import { type InstanceReading, isPlaced, type Placed } from './reading.ts';
import { propagationOf, standingOf } from './rotation.ts';
import { cyclesToSee, looksOf, showing, whyNoWindows } from './rotation-windows.ts';

export const eligible: Judge = judgeOf('schedule.eligible', (subject) => {
  const breaches: Breach[] = [];
  let tempted = 0;
  /** Connections in a row that an instance did not get while it was out: who shuns it for two cycles knows that it is. */
  const shunned = new Map<string, number>();
  let standsAlone = false;
  const { persistenceMs, scheduling } = subject.configuration;
  const isWithoutMemory = persistenceMs === 0 && scheduling === 'weighted-round-robin';
  const isAnyoneOut = [...subject.instances.values()].some(isEverOut);
  for (const connection of subject.connections) {
    if (!isPlaced(connection)) continue;
    const epoch = epochOf(subject.epochs, connection);
    if (epoch === null || (!isAnyoneOut && epoch.removed.size === 0)) continue;
    const standings = new Map(
      [...epoch.members.keys()].map((name) => [name, standingOf(subject, name, connection)]),
    );
    const others = [...standings].filter(([, standing]) => standing === 'in').map(([name]) => name);
    if (others.length === 0) continue;
    const barred = [
      ...epoch.removed.keys(),
      ...[...standings]
        .filter(([name, standing]) => standing === 'out' && isUndeniable(subject, name, connection))
        .map(([name]) => name),
    ];
    if (barred.length === 0) continue;
    tempted++;
    const { instance, line } = connection.placed;
    for (const name of shunned.keys()) if (!barred.includes(name)) shunned.delete(name);
    for (const name of barred) {
      const times = shunned.get(name) ?? 0;
      // it came back without a pass: no count of results that is off brings that about
      if (name !== instance) shunned.set(name, times + 1);
      else {
        const isLong = times >= cyclesToSee * cycleOf(epoch.members.values());
        if (isWithoutMemory && isLong && !epoch.removed.has(name)) standsAlone = true;
        shunned.set(name, 0);
      }
    }
    if (barred.includes(instance))
      breaches.push(barredBreach(connection, epoch.removed.has(instance), others, line));
  }
  return {
    breaches,
    standsAlone: standsAlone || (breaches.length > 0 && isNothingHeeded(subject)),
    sometimes: { 'connections while somebody was out of rotation': tempted },
    kept: `${counted(tempted, 'connection')} while somebody was out of rotation, none went there`,
  };
});

function isEverOut({ ledger }: InstanceReading): boolean {
  return ledger.failStreak.some((streak) => streak > 0);
}

function barredBreach(
  { connection, placed }: Placed,
  isRemoved: boolean,
  others: readonly string[],
  line: number,
): Breach {
  const state = isRemoved ? 'removed' : 'unhealthy';
  return {
    why: `connection ${connection} went to ${placed.instance}, which was ${state}, while ${others.join(', ')} could take it`,
    expected: `one of ${others.join(', ')}`,
    observed: placed.instance,
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
  const { unhealthyThreshold, healthyThreshold } = subject.configuration.check;
  const needed = healthyThreshold + passesBeyond;
  const breaches: Breach[] = [];
  let recovered = 0;
  for (const { name, ledger } of subject.instances.values()) {
    const looks = looksOf(subject, name);
    const { checks, passStreak, failStreak } = ledger;
    for (let known = needed; known <= checks.length; known++) {
      const start = known - needed;
      const isRecovery =
        passStreak[known] === needed && (failStreak[start] ?? 0) >= unhealthyThreshold;
      if (!isRecovery) continue;
      // with the same answer it had been in rotation before, so the answer is not to blame
      const wasThere = looks.some(
        (look) =>
          look.isHere &&
          look.known < start &&
          checks[look.known - 1]?.reply === checks[start]?.reply,
      );
      if (!wasThere) continue;
      const end = checks.findIndex(({ result }, index) => index >= known && result !== 'passed');
      const to = end < 0 ? checks.length : end;
      const window = showing(
        subject,
        looks.filter((look) => known <= look.known && look.possible <= to),
        { afterChange: true },
      );
      if (window.shows === 'nothing') continue;
      recovered++;
      if (window.shows === 'in') continue;
      breaches.push({
        why: `${name} passed ${needed} checks in a row and got none of ${window.lines.length} connections`,
        expected: `${name} in rotation again`,
        observed: 'out of rotation',
        lines: [
          ...window.lines,
          ...checks.slice(start, known).map(({ startedLine }) => startedLine),
        ],
      });
    }
  }
  return {
    breaches: [...breaches, ...refusedAfterwards(subject, needed)],
    sometimes: { 'recoveries seen in traffic': recovered },
    kept: `${counted(recovered, 'time')} a recovered instance got connections again`,
  };
});

/** Clients that nobody took although somebody had recovered, who had taken some with the same answers before. */
function refusedAfterwards(subject: Subject, needed: number): readonly Breach[] {
  const refused = subject.connections.filter((one) => one.refused !== null);
  return refused.flatMap((connection): readonly Breach[] => {
    const back = [...subject.instances.values()].find(({ name, ledger, refusingFromMs }) => {
      const known = knownBefore(ledger, connection, propagationOf(subject));
      const { passStreak, notPassed, checks } = ledger;
      const reply = checks[known - 1]?.reply;
      return (
        (passStreak[known] ?? 0) >= needed &&
        (notPassed[known] ?? 0) > 0 &&
        refusingFromMs === Number.POSITIVE_INFINITY &&
        !subject.changes.some(({ instance }) => instance === name) &&
        looksOf(subject, name).some(
          (look) => look.isHere && checks[look.known - 1]?.reply === reply,
        )
      );
    });
    const line = connection.refused?.line;
    if (back === undefined || line === undefined) return [];
    return [
      {
        why: `connection ${connection.connection} was refused although ${back.name} had passed ${needed} checks in a row`,
        expected: `${back.name} in rotation again`,
        observed: 'nobody in rotation',
        lines: [line],
      },
    ];
  });
}
