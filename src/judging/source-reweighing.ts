/**
 * Source IP scheduling through a change of weights: whether those before it were kept, and whether new addresses divide
 * by the new ones. Whoever is known may stay where he was. Knows no hash.
 */
import { promiseOf } from '../statistics/certificate.ts';
import type { Assessment, Breach, Subject } from './assessment.ts';
import type { Placed } from './reading.ts';
import type { Stretch } from './rotation.ts';
import { type Phase, phasesOf } from './source-phases.ts';
import { addressesToJudge, judgeShares, tellingStretches } from './source-shares.ts';

interface Reweighing {
  readonly before: readonly Stretch[];
  readonly after: readonly Stretch[];
  /** The weights before the change, uneven ones, were seen to be kept. */
  readonly wereKept: boolean;
}

export function reweighingOf(subject: Subject): Reweighing | string {
  const stretches = tellingStretches(subject);
  if (typeof stretches === 'string') return stretches;
  const change = subject.changes.find(
    ({ kind, outcome, weight }) => kind === 'reweighed' && outcome !== 'rejected' && weight > 0,
  );
  const untilLine = change?.line ?? Number.POSITIVE_INFINITY;
  const isBefore = ({ epoch }: Stretch) => epoch.until.line <= untilLine;
  const before = stretches.filter(isBefore);
  const after = stretches.filter((stretch) => !isBefore(stretch));
  return { before, after, wereKept: after.length > 0 && areKept(subject, before) };
}

/** Equal parts are also what somebody gives who sees no weights. */
function areKept(subject: Subject, before: readonly Stretch[]): boolean {
  const judged = phasesOf(before)
    .map((phase) => ({ phase, shares: judgeShares(subject, phase, 0) }))
    .filter(({ shares }) => shares.isEnough);
  const isUneven = ({ inRotation }: Phase) =>
    new Set(inRotation.map(({ weight }) => weight)).size > 1;
  return (
    judged.every(({ shares }) => shares.isInside) && judged.some(({ phase }) => isUneven(phase))
  );
}

export function judgeReweighing(
  subject: Subject,
  falseAlarmRate: number,
  cuts: readonly Breach[],
): Assessment | string {
  const reweighing = reweighingOf(subject);
  if (typeof reweighing === 'string') return reweighing;
  const { wereKept, after } = reweighing;
  const obligation = `times that ${addressesToJudge} new addresses met changed weights`;
  const phases = wereKept && falseAlarmRate > 0 ? phasesOf(after) : [];
  const rate = falseAlarmRate / phases.length;
  const firsts = firstConnections(subject);
  const judged = phases.map((phase) => {
    const isNew = (one: Placed) => firsts.get(one.source) === one.connection;
    const connections = [...phase.first.values()].filter(isNew);
    return judgeShares(subject, { inRotation: phase.inRotation, connections }, rate);
  });
  const largest = judged.toSorted((a, b) => b.addresses - a.addresses)[0];
  const enough = judged.filter(({ isEnough }) => isEnough);
  const outside = enough.find(({ isInside }) => !isInside);
  const changed = judged.flatMap(({ breach }) => breach ?? []).map(afterwards);
  return {
    breaches: [...changed, ...cuts],
    sometimes: { [obligation]: enough.length },
    kept:
      largest === undefined
        ? 'nobody came after the change'
        : `${largest.addresses} new addresses by the new weights: ${largest.words}; ${promiseOf(largest.certificate)}`,
    ...(largest === undefined ? {} : { certificate: largest.certificate }),
    ...(outside === undefined
      ? {}
      : {
          doubt: `${outside.words} of ${outside.addresses} addresses: outside the band, yet chance could do it`,
        }),
  };
}

/** By address: its first connection, wherever it came to. */
function firstConnections({ connections }: Subject): ReadonlyMap<string, number> {
  const firsts = new Map<string, number>();
  for (const { source, connection } of connections) {
    if (!firsts.has(source)) firsts.set(source, connection);
  }
  return firsts;
}

function afterwards(breach: Breach): Breach {
  return { ...breach, why: `after the weights were changed, ${breach.why}` };
}
