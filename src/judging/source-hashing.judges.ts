/**
 * Judges of source IP scheduling: an address keeps its instance while the set stands still, and many addresses divide
 * by the weights within a declared band. Knows no hash.
 */
import { promiseOf } from '../statistics/certificate.ts';
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import type { Judge } from './judge.ts';
import { type Placed, wordTrait } from './reading.ts';
import { phasesOf, stretchesBySource } from './source-phases.ts';
import { reweighingOf } from './source-reweighing.ts';
import { addressesToJudge, judgeShares } from './source-shares.ts';

export const sourceSticky: Judge = judgeOf('schedule.source.sticky', (subject) => {
  const stretches = stretchesBySource(subject);
  if (typeof stretches === 'string') return stretches;
  const breaches: Breach[] = [];
  const instances = new Set<string>();
  let returns = 0;
  const mayMove = movesByOrder(subject);
  for (const { connections } of phasesOf(stretches)) {
    const homes = new Map<string, Placed>();
    for (const connection of connections) {
      instances.add(connection.placed.instance);
      const before = homes.get(connection.source);
      if (before === undefined || mayMove(before, connection)) {
        homes.set(connection.source, connection);
        continue;
      }
      returns++;
      if (before.placed.instance !== connection.placed.instance)
        breaches.push(moved(before, connection));
    }
  }
  return {
    breaches,
    sometimes: {
      'addresses that came back': returns,
      'instances reached beyond the first': Math.max(0, instances.size - 1),
    },
    kept: `${counted(returns, 'connection')} of addresses seen before went where they had gone before`,
  };
});

/** Declared to move others, too, when somebody goes: by their places in the list, perhaps, which another order changes. */
const movingOthers = ['any', 'on-down'];

function movesByOrder(subject: Subject): (before: Placed, after: Placed) => boolean {
  if (!movingOthers.includes(wordTrait(subject, 'source.disruption') ?? '')) return () => false;
  const { relistings } = subject.whole;
  return (before, after) =>
    relistings.some(({ line }) => line > before.openedLine && line < after.placed.line);
}

function moved(before: Placed, connection: Placed): Breach {
  return {
    why: `${connection.source} moved from ${before.placed.instance} to ${connection.placed.instance}`,
    expected: `${before.placed.instance}, as for connection ${before.connection} of the same address`,
    observed: connection.placed.instance,
    lines: [before.placed.line, connection.placed.line],
  };
}

export const sourceShare: Judge = judgeOf('schedule.source.share', (subject, falseAlarmRate) => {
  if (falseAlarmRate === 0) return 'no statistical check was planned on this timeline';
  const reweighing = reweighingOf(subject);
  if (typeof reweighing === 'string') return reweighing;
  const { before, after, wereKept } = reweighing;
  // what those do not follow who kept the weights before is another clause's matter
  const telling = wereKept ? before : [...before, ...after];
  const judged = telling.map((stretch) =>
    judgeShares(subject, stretch, falseAlarmRate / telling.length),
  );
  const largest = judged.toSorted((a, b) => b.addresses - a.addresses)[0];
  if (largest === undefined) return 'several instances were never certainly in rotation';
  const enough = judged.filter(({ isEnough }) => isEnough);
  const outside = enough.find(({ isInside }) => !isInside);
  return {
    breaches: judged.flatMap(({ breach }) => (breach === null ? [] : [breach])),
    sometimes: { [`stretches with ${addressesToJudge} addresses`]: enough.length },
    kept: `${largest.addresses} addresses: ${largest.words}; ${promiseOf(largest.certificate)}`,
    certificate: largest.certificate,
    ...(outside === undefined
      ? {}
      : {
          doubt: `${outside.words} of ${outside.addresses} addresses: outside the band, yet chance could do it`,
        }),
  };
});
