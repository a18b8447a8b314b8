/**
 * Shares of addresses under source IP, each address counted once, against the declared band by exact tails. Knows no
 * hash and no change.
 */
import { lowerTail, upperTail } from '../statistics/binomial.ts';
import { bandCertificate } from '../statistics/certificate.ts';
import { sharesOf } from '../statistics/e-process.ts';
import type { Breach, Subject } from './assessment.ts';
import type { Member } from './membership.ts';
import { numericTrait, type Placed } from './reading.ts';
import { countsOf, isAbsenceDoubtful, type Stretch, staysInside } from './rotation.ts';
import { stretchesBySource } from './source-phases.ts';

/** Of so many addresses a share strays from its chance by 2.5 points at most (standard deviation): half the default band. */
export const addressesToJudge = 400;
/** Trait `source.shareTolerance` of the clause book. */
const usualTolerance = 0.05;

/** Those whose shares tell of the weights. */
export function tellingStretches(subject: Subject): readonly Stretch[] | string {
  const stretches = stretchesBySource(subject);
  if (typeof stretches === 'string') return stretches;
  return stretches.filter(
    (stretch) =>
      stretch.inRotation.length > 1 && staysInside(stretch) && !isAbsenceDoubtful(stretch, subject),
  );
}

/** Shares of the addresses, each counted once, against the declared band. */
export function judgeShares(
  subject: Subject,
  { inRotation, connections }: Pick<Stretch, 'inRotation' | 'connections'>,
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
