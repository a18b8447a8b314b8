/**
 * Judges of source IP scheduling: an address keeps its instance while the set stands still, and many addresses divide
 * by the weights within a declared band. Knows no hash.
 */
import { lowerTail, upperTail } from '../statistics/binomial.ts';
import { bandCertificate } from '../statistics/certificate.ts';
import { sharesOf } from '../statistics/e-process.ts';
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import type { Judge } from './judge.ts';
import type { Member } from './membership.ts';
import { numericTrait, type Placed } from './reading.ts';
import { countsOf, isAbsenceDoubtful, type Stretch, staysInside } from './rotation.ts';
import { phasesOf, stretchesBySource } from './source-phases.ts';
import { promiseOf } from './weighted-round-robin.judges.ts';

export const sourceSticky: Judge = judgeOf('schedule.source.sticky', (subject) => {
  const stretches = stretchesBySource(subject);
  if (typeof stretches === 'string') return stretches;
  const breaches: Breach[] = [];
  const instances = new Set<string>();
  let returns = 0;
  for (const { connections, first } of phasesOf(stretches)) {
    for (const connection of connections) {
      instances.add(connection.placed.instance);
      const before = first.get(connection.source);
      if (before === undefined || before === connection) continue;
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

function moved(before: Placed, connection: Placed): Breach {
  return {
    why: `${connection.source} moved from ${before.placed.instance} to ${connection.placed.instance}`,
    expected: `${before.placed.instance}, as for connection ${before.connection} of the same address`,
    observed: connection.placed.instance,
    lines: [before.placed.line, connection.placed.line],
  };
}

/** Of so many addresses a share strays from its chance by 2.5 points at most (standard deviation): half the default band. */
const addressesToJudge = 400;
/** Trait `source.shareTolerance` of the clause book. */
const usualTolerance = 0.05;

export const sourceShare: Judge = judgeOf('schedule.source.share', (subject, falseAlarmRate) => {
  if (falseAlarmRate === 0) return 'no statistical check was planned on this timeline';
  const stretches = stretchesBySource(subject);
  if (typeof stretches === 'string') return stretches;
  const telling = stretches.filter(
    (stretch) =>
      stretch.inRotation.length > 1 && staysInside(stretch) && !isAbsenceDoubtful(stretch, subject),
  );
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

/** Shares of the addresses, each counted once, against the declared band. */
export function judgeShares(
  subject: Subject,
  { inRotation, connections }: Stretch,
  falseAlarmRate: number,
) {
  const tolerance = numericTrait(subject, 'source.shareTolerance', usualTolerance);
  const seen = new Set<string>();
  const firsts = connections.filter(({ source }) => !seen.has(source) && seen.add(source));
  const shares = sharesOf(inRotation.map(({ weight }) => weight));
  const parts = partsOf(inRotation, firsts, shares, tolerance);
  const addresses = firsts.length;
  const words = partsInWords(parts, addresses);
  const worst = parts.toSorted((a, b) => a.chance - b.chance)[0];
  const isBroken = worst !== undefined && worst.chance <= falseAlarmRate / parts.length;
  const lines = firsts.map(({ placed }) => placed.line);
  return {
    addresses,
    words,
    breach: isBroken ? strayBreach(worst, words, tolerance, lines) : null,
    isInside: parts.every((part) => part.isInside),
    isEnough: addresses >= addressesToJudge,
    certificate: bandCertificate(shares, tolerance, addresses, falseAlarmRate),
  };
}

/** What one instance has of the addresses. */
interface Part {
  readonly name: string;
  readonly due: number;
  readonly count: number;
  readonly isInside: boolean;
  readonly chance: number;
}

function partsOf(
  inRotation: readonly Member[],
  firsts: readonly Placed[],
  shares: readonly number[],
  tolerance: number,
): readonly Part[] {
  const counts = countsOf(firsts);
  const addresses = firsts.length;
  return inRotation.map(({ name }, index) => {
    const due = shares[index] ?? 0;
    const count = counts.get(name) ?? 0;
    const stray = addresses === 0 ? 0 : count / addresses - due;
    const isInside = Math.abs(stray) <= tolerance;
    return { name, due, count, isInside, chance: chanceBeyond(count, addresses, due, tolerance) };
  });
}

function partsInWords(parts: readonly Part[], addresses: number): string {
  const percent = (count: number) => ((100 * count) / Math.max(1, addresses)).toFixed(1);
  return parts
    .map(({ name, count, due }) => `${name} ${percent(count)} % (due ${(100 * due).toFixed(1)} %)`)
    .join(', ');
}

function strayBreach(
  { name, count, due, chance }: Part,
  words: string,
  tolerance: number,
  lines: readonly number[],
): Breach {
  return {
    why: `${name} has ${count} of ${lines.length} addresses; a share inside the band gives that with probability ${chance.toExponential(1)}`,
    expected: `${(100 * due).toFixed(1)} % within ${100 * tolerance} points`,
    observed: words,
    lines,
  };
}

/** How likely a count at least so far out is where the true share is at the edge of the band: exact, both sides. */
function chanceBeyond(count: number, trials: number, due: number, tolerance: number): number {
  if (trials === 0) return 1;
  return count / trials > due
    ? upperTail(count, trials, Math.min(1, due + tolerance))
    : lowerTail(count, trials, Math.max(0, due - tolerance));
}
