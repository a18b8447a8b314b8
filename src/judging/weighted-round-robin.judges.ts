/**
 * Judges of weighted round robin: exact counts over whole cycles of connections opened one after the other, and
 * shares by a sequential test. Order within a cycle is nobody's business.
 */
import { promiseOf, shareCertificate } from '../statistics/certificate.ts';
import { eProcess, sharesOf } from '../statistics/e-process.ts';
import { type Assessment, type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import type { Judge } from './judge.ts';
import { cycleOf, divisorOf } from './membership.ts';
import { numericTrait, schedulersOf, wordTrait } from './reading.ts';
import {
  countsInWords,
  countsOf,
  isAbsenceDoubtful,
  namesIn,
  type Stretch,
  staysInside,
  stretchesOf,
  weightsInWords,
} from './rotation.ts';
import { connectionsToSee } from './rotation-windows.ts';
import { biasToDetect } from './statistical-budget.ts';

/** Whole cycles that make a pattern: two could be chance, and the wash-out is not over yet. */
const cyclesToJudge = 3;
/** The clause itself allows so many cycles after a change (clause book), whoever declares nothing. */
const washoutCycles = 2;

/** Round robin without persistence, in stretches in which several were certainly in rotation. */
export function allRoundRobinStretches(subject: Subject): readonly Stretch[] | string {
  if (subject.configuration.scheduling !== 'weighted-round-robin')
    return 'not weighted round robin';
  if (subject.configuration.persistenceMs > 0) return 'session persistence is on';
  return stretchesOf(subject)
    .filter(
      (stretch) =>
        stretch.inRotation.length > 1 &&
        staysInside(stretch) &&
        !isAbsenceDoubtful(stretch, subject),
    )
    .map((stretch) => sinceEverybodyIsBack(stretch, subject));
}

/** Whoever ever failed a check comes back with its first connection: how soon is a matter of thresholds. */
function sinceEverybodyIsBack(stretch: Stretch, subject: Subject): Stretch {
  const { inRotation, connections } = stretch;
  const firsts = inRotation
    .filter(({ name }) => subject.instances.get(name)?.ledger.failStreak.some((run) => run > 0))
    .map(({ name }) => connections.findIndex(({ placed }) => placed.instance === name));
  const from = Math.max(0, ...firsts);
  return from === 0 ? stretch : { ...stretch, connections: connections.slice(from) };
}

/** How soon a changed weight shows is another clause's matter. */
function roundRobinStretches(subject: Subject): readonly Stretch[] | string {
  const stretches = allRoundRobinStretches(subject);
  if (typeof stretches === 'string') return stretches;
  const reweighed = subject.changes.find(
    ({ kind, outcome }) => kind === 'reweighed' && outcome !== 'rejected',
  );
  const untilLine = reweighed?.line ?? Number.POSITIVE_INFINITY;
  return stretches.filter(({ epoch }) => epoch.until.line <= untilLine);
}

/** One scheduler hands out whole cycles; several have none in common. */
function whyNoCycles(subject: Subject): string | null {
  const schedulers = wordTrait(subject, 'wrr.schedulers') ?? '1';
  return schedulers === '1' ? null : `declared: ${schedulers} schedulers, so no common cycle`;
}

/** Those in which one scheduler hands out whole cycles, whatever the weights were before. */
export function wholeCycleStretches(subject: Subject): readonly Stretch[] | string {
  return whyNoCycles(subject) ?? allRoundRobinStretches(subject);
}

/** Cycles after a change that need not be exact yet. */
export function washoutOf(subject: Subject): number {
  return Math.min(washoutCycles, numericTrait(subject, 'wrr.washoutCycles', washoutCycles));
}

/** Told by who gets nothing: where somebody whose turn it certainly is gets nothing either, it tells nothing. */
const toldByAbsence = [
  ...['health.unhealthy-threshold', 'health.healthy-threshold', 'health.consecutive'],
  ...['health.timeout', 'health.tcp', 'health.http.codes', 'health.isolation', 'health.initial'],
  ...['schedule.recovery', 'change.effective', 'persistence.source-address', 'draining.return'],
];

/** Whether somebody in rotation gets nothing for as long as tells of an absence. */
function isStarving({ epoch, inRotation, connections }: Stretch, subject: Subject): boolean {
  const needed = connectionsToSee(subject, cycleOf(epoch.members.values()), { afterChange: true });
  const telling = Math.min(needed, connections.length);
  return inRotation.some(({ name }) => {
    const here = connections.flatMap(({ placed }, index) =>
      placed.instance === name ? index : [],
    );
    const ends = [-1, ...here, connections.length];
    return ends.some((end, index) => end - (ends[index - 1] ?? end) > telling);
  });
}

export const wrrCycle: Judge = judgeOf('schedule.wrr.cycle', (subject) => {
  const stretches = roundRobinStretches(subject);
  if (typeof stretches === 'string') return stretches;
  const without = whyNoCycles(subject);
  // their shares are another clause's matter (clause book)
  if (without !== null) return { observation: without };
  const washout = washoutOf(subject);
  const judged = stretches.map((stretch) => judgeCycles(stretch, washout));
  const cycles = judged.reduce((sum, one) => sum + one.cycles, 0);
  const isSomebodyStarved = stretches.some(
    (stretch, index) => judged[index]?.breach !== null && isStarving(stretch, subject),
  );
  return {
    breaches: judged.flatMap(({ breach }) => (breach === null ? [] : [breach])),
    undermines: isSomebodyStarved ? toldByAbsence : [],
    sometimes: { 'whole cycles': cycles },
    kept: `${counted(cycles, 'whole cycle')}, each exactly in the ratio of the weights`,
  } satisfies Assessment;
});

export function judgeCycles(
  stretch: Stretch,
  washout: number,
): { readonly cycles: number; readonly breach: Breach | null } {
  const { inRotation, connections } = stretch;
  const cycle = cycleOf(inRotation);
  // where the scheduler stands when the stretch begins is not known: any alignment within a cycle after the wash-out
  const offsets = (washout + 1) * cycle;
  if (connections.length < offsets - 1 + cyclesToJudge * cycle) return { cycles: 0, breach: null };
  const divisor = divisorOf(inRotation.map(({ weight }) => weight));
  const due = new Map(inRotation.map(({ name, weight }) => [name, weight / divisor]));
  const picks = connections.map(({ placed }) => placed.instance);
  for (let offset = 0; offset < offsets; offset++) {
    if (areCyclesExact(picks, offset, cycle, due)) {
      return { cycles: Math.floor((picks.length - offset) / cycle), breach: null };
    }
  }
  const names = namesIn(stretch);
  const weights = weightsInWords(inRotation);
  const seen = countsInWords(names, countsOf(connections));
  return {
    cycles: Math.floor(picks.length / cycle),
    breach: {
      why: `no alignment of ${counted(picks.length, 'connection')} gives whole cycles of ${cycle}: ${picks
        .slice(-2 * cycle)
        .join(' ')
        .slice(0, 200)}`,
      expected: `every ${cycle} connections in a row divided as the weights ${weights}`,
      observed: `in all ${seen}, and never ${counted(cyclesToJudge, 'exact cycle')} to the end`,
      lines: connections.map(({ placed }) => placed.line),
    },
  };
}

/** From `offset` on every whole cycle is exact, and the rest of one at the end exceeds nobody's part. */
function areCyclesExact(
  picks: readonly string[],
  offset: number,
  cycle: number,
  due: ReadonlyMap<string, number>,
): boolean {
  let counts = new Map<string, number>();
  for (let index = offset; index < picks.length; index++) {
    if ((index - offset) % cycle === 0) counts = new Map();
    const pick = picks[index] ?? '';
    const count = (counts.get(pick) ?? 0) + 1;
    if (count > (due.get(pick) ?? 0)) return false;
    counts.set(pick, count);
  }
  return true;
}

export const wrrSpread: Judge = judgeOf('schedule.wrr.spread', (subject) => {
  const stretches = roundRobinStretches(subject);
  if (typeof stretches === 'string') return stretches;
  const spreads = stretches
    .filter(({ connections, inRotation }) => connections.length >= cycleOf(inRotation))
    .map((stretch) => ({ ...stretch, spread: spreadOf(stretch) }));
  const widest = spreads.toSorted((a, b) => b.spread - a.spread)[0];
  if (widest === undefined) return 'no stretch as long as a cycle';
  const weights = widest.inRotation.map(({ weight }) => weight).join(':');
  return {
    observation: `measured: of ${counted(widest.connections.length, 'connection')} by ${weights} nobody was ever further than ${widest.spread.toFixed(2)} connections from its share`,
  };
});

/** How far the count of anybody, after any number of connections, strays from its share of them. */
function spreadOf({ inRotation, connections }: Stretch): number {
  const shares = sharesOf(inRotation.map(({ weight }) => weight));
  const counts = new Map(inRotation.map(({ name }) => [name, 0]));
  let widest = 0;
  connections.forEach(({ placed }, index) => {
    counts.set(placed.instance, (counts.get(placed.instance) ?? 0) + 1);
    inRotation.forEach(({ name }, at) => {
      const due = (shares[at] ?? 0) * (index + 1);
      widest = Math.max(widest, Math.abs((counts.get(name) ?? 0) - due));
    });
  });
  return widest;
}

/**
 * Every stretch is a test of its own, so the rate is split over them. Cycles are looked at whole, which is what shuffling
 * them would come to: within one, the order of a burst is no evidence.
 */
export const wrrShare: Judge = judgeOf('schedule.wrr.share', (subject, falseAlarmRate) => {
  if (falseAlarmRate === 0) return 'no statistical check was planned on this timeline';
  const stretches = roundRobinStretches(subject);
  if (typeof stretches === 'string') return stretches;
  const washout = washoutOfAll(subject);
  const judged = stretches.map((stretch) =>
    judgeShare(afterCycles(stretch, washout), falseAlarmRate / stretches.length),
  );
  const largest = judged.toSorted(
    (a, b) => b.certificate.connections - a.certificate.connections,
  )[0];
  if (largest === undefined)
    return 'no stretch in which several instances were certainly in rotation';
  const { certificate, evidence, alarm } = largest;
  const enough = judged.filter((one) => one.certificate.detectableBias <= biasToDetect);
  return {
    breaches: judged.flatMap(({ breach }) => (breach === null ? [] : [breach])),
    sometimes: { 'stretches long enough to tell': enough.length },
    kept: `E = ${scientific(evidence)} against the declared weights after ${counted(certificate.connections, 'connection')}, alarm at ${scientific(alarm)}; ${promiseOf(certificate)}`,
    certificate,
  };
});

/** In which each scheduler may have washed out; a number of them that nobody knows may not be waited for. */
function washoutOfAll(subject: Subject): number {
  const schedulers = schedulersOf(subject);
  if (schedulers === 1) return washoutOf(subject);
  const ofEach = numericTrait(subject, 'wrr.washoutCycles', 0);
  return ofEach === 0 ? 0 : schedulers * ofEach;
}

/** Shares are those of the long run: what the wash-out gave somebody is nothing that later cycles make up for. */
function afterCycles(stretch: Stretch, cycles: number): Stretch {
  const { inRotation, connections } = stretch;
  return { ...stretch, connections: connections.slice(cycles * cycleOf(inRotation)) };
}

function judgeShare({ inRotation, connections }: Stretch, falseAlarmRate: number) {
  const cycle = cycleOf(inRotation);
  const names = inRotation.map(({ name }) => name);
  const shares = sharesOf(inRotation.map(({ weight }) => weight));
  const { logEvidence } = eProcess(shares);
  const counts = new Map(names.map((name) => [name, 0]));
  let logPeak = 0;
  const whole = Math.floor(connections.length / cycle) * cycle;
  for (let index = 0; index < whole; index++) {
    const name = connections[index]?.placed.instance ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if ((index + 1) % cycle === 0) {
      logPeak = Math.max(logPeak, logEvidence(names.map((one) => counts.get(one) ?? 0)));
    }
  }
  const evidence = Math.exp(logPeak);
  const alarm = 1 / falseAlarmRate;
  const breach: Breach | null =
    logPeak < Math.log(alarm)
      ? null
      : {
          why: `E = ${scientific(evidence)} against the declared weights after ${counted(whole, 'connection')}, alarm at ${scientific(alarm)}`,
          expected: `shares of ${names.map((name, index) => `${name} ${percent(shares[index] ?? 0)}`).join(', ')}`,
          observed: `${countsInWords(names, counts)} of ${whole}`,
          lines: connections.slice(0, whole).map(({ placed }) => placed.line),
        };
  return { evidence, alarm, breach, certificate: shareCertificate(shares, whole, falseAlarmRate) };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function scientific(value: number): string {
  return value >= 0.01 && value < 1000 ? value.toPrecision(3) : value.toExponential(1);
}
