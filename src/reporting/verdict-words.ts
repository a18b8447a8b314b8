/**
 * How a verdict is shown wherever it is shown: a symbol and a word, so that no report depends on colour, and the
 * order in which verdicts are counted. Knows no medium.
 */
import type {
  ClauseResult,
  ClauseVerdict,
  ConformanceResult,
} from '../results/conformance-result.ts';

export interface VerdictWords {
  readonly symbol: string;
  readonly word: string;
  /** What it means for the reader, a phrase. */
  readonly meaning: string;
}

/** Most urgent first. */
export const verdictsInOrder: readonly ClauseVerdict[] = [
  'fail',
  'error',
  'inconclusive',
  'pass',
  'unsupported',
  'not-applicable',
  'skipped',
];

export const verdictWords: Readonly<Record<ClauseVerdict, VerdictWords>> = {
  pass: { symbol: '✓', word: 'pass', meaning: 'kept in every case that could have broken it' },
  fail: { symbol: '✗', word: 'fail', meaning: 'broken in at least one case, with evidence' },
  inconclusive: {
    symbol: '?',
    word: 'inconclusive',
    meaning: 'not decided, for the reason given',
  },
  error: { symbol: '!', word: 'error', meaning: 'the case could not be carried out' },
  unsupported: {
    symbol: '–',
    word: 'unsupported',
    meaning: 'the implementation says that it does not do this',
  },
  'not-applicable': {
    symbol: '·',
    word: 'not applicable',
    meaning: 'without meaning for this implementation',
  },
  skipped: { symbol: '○', word: 'skipped', meaning: 'not asked for, or out of time' },
};

/** `14 pass · 1 fail`, zeros left out. */
export function countsInWords(counts: Readonly<Partial<Record<ClauseVerdict, number>>>): string {
  const parts = verdictsInOrder
    .filter((verdict) => (counts[verdict] ?? 0) > 0)
    .map((verdict) => `${counts[verdict]} ${verdictWords[verdict].word}`);
  return parts.length > 0 ? parts.join(' · ') : 'nothing judged';
}

export function countVerdicts(clauses: readonly ClauseResult[]): Record<ClauseVerdict, number> {
  const counts = Object.fromEntries(verdictsInOrder.map((verdict) => [verdict, 0])) as Record<
    ClauseVerdict,
    number
  >;
  for (const clause of clauses) counts[clause.verdict] += 1;
  return counts;
}

export interface Family {
  readonly name: string;
  readonly clauses: readonly ClauseResult[];
}

/** Clauses by the first word of their id, in the order of the result. */
export function familiesOf(clauses: readonly ClauseResult[]): readonly Family[] {
  const families = new Map<string, ClauseResult[]>();
  for (const clause of clauses) {
    const name = clause.id.split('.')[0] ?? clause.id;
    const members = families.get(name);
    if (members === undefined) families.set(name, [clause]);
    else members.push(clause);
  }
  return [...families].map(([name, members]) => ({ name, clauses: members }));
}

/** The marks beside a verdict, each a short phrase. */
export function flagsOf(clause: ClauseResult): readonly string[] {
  const flags: string[] = [];
  if (clause.attributedTo !== null) flags.push(`also affected → ${clause.attributedTo}`);
  if (clause.byAdapter !== null) flags.push('by adapter');
  if (clause.vacuous) flags.push('vacuous');
  if (clause.intermittent !== null) {
    flags.push(`intermittent ${clause.intermittent.failed}/${clause.intermittent.of}`);
  }
  return flags;
}

/** `Keeps 12 of 13 promises: 1 fail`: over the clauses on which there was something to say. */
export function headlineOf(result: ConformanceResult): string {
  const { pass, fail, error } = result.counts;
  const affected = result.clauses.filter((clause) => clause.attributedTo !== null).length;
  const inconclusive = result.counts.inconclusive - affected;
  const judged = pass + fail + error + result.counts.inconclusive;
  if (judged === 0) return 'Nothing was judged';
  if (pass === judged) return `Keeps all ${judged} promises that were put to the test`;
  const rest = countsInWords({ fail, error, inconclusive });
  const also = affected > 0 ? `, and ${affected} more affected by them` : '';
  return `Keeps ${pass} of ${judged} promises: ${rest}${also}`;
}
