/**
 * What a failure looks like: the seeded defect that, put to the same timelines or configurations, fails most alike.
 * Its own verdicts are the signature, so nothing is kept that could grow stale.
 */
import type { Likeness } from '../../results/conformance-result.ts';
import type { Testbed } from '../../testbed/trial.ts';
import { type CaseContext, type CaseOutcome, runCase } from '../case-runner.ts';
import type { ConfigurationCase } from '../configurations/configuration-case.ts';
import type { ConfigurationVerdict } from '../configurations/judge-configuration.ts';
import { runConfigurationCase } from '../configurations/run-configurations.ts';
import { defectSpecimens, type Specimen } from './specimens.ts';

/** What fails, and as what it shows. */
type Signature = ReadonlyMap<string, string>;

export interface DiagnosisOptions {
  readonly open: (connectable: string) => Promise<Testbed>;
  readonly signal: AbortSignal;
}

/** Less than this is no likeness: half of what fails, or of how, is something else. */
const likenessMin = 0.5;

function signatureOf(outcome: Pick<CaseOutcome, 'judged'>): Signature {
  return new Map(
    outcome.judged
      .filter(({ verdict }) => verdict.is === 'fail')
      .map(({ clause, verdict }) => [clause, inKind(verdict.observed ?? '')]),
  );
}

/** Which instance and how many is chance; the words are not. */
function inKind(observed: string): string {
  return observed.replace(/\d+(\.\d+)*/g, '#').replace(/\b[a-l]\b/g, 'x');
}

/** Clauses in common, and of those the ones that show in the same way. */
export function likenessOf(one: Signature, other: Signature): number {
  const all = new Set([...one.keys(), ...other.keys()]);
  if (all.size === 0) return 0;
  const points = [...all].map((clause) => {
    if (!one.has(clause) || !other.has(clause)) return 0;
    return one.get(clause) === other.get(clause) ? 1 : 0.5;
  });
  return points.reduce<number>((sum, point) => sum + point, 0) / all.size;
}

/** By what the defects do on the timelines in which `clause` failed. */
export function diagnoseTimelines(
  clause: string,
  outcomes: readonly CaseOutcome[],
  { open, signal }: DiagnosisOptions,
): Promise<Likeness | null> {
  return nearest(clause, open, async (testbed) => {
    const [time = 'stepped'] = testbed.description.time;
    const context: CaseContext = { testbed, time, signal };
    let sum = 0;
    for (const { name, seed, timeline, judged } of outcomes) {
      const again = await runCase(context, name, seed, timeline);
      sum += likenessOf(signatureOf({ judged }), signatureOf(again));
    }
    return sum / Math.max(1, outcomes.length);
  });
}

/** By what the defects answer to the configurations at which `clause` failed. */
export function diagnoseConfigurations(
  clause: string,
  cases: readonly {
    readonly one: ConfigurationCase;
    readonly verdicts: readonly ConfigurationVerdict[];
  }[],
  { open }: DiagnosisOptions,
): Promise<Likeness | null> {
  return nearest(clause, open, async (testbed) => {
    let sum = 0;
    for (const [index, { one, verdicts }] of cases.entries()) {
      const { verdicts: again } = await runConfigurationCase(testbed, one, 'stepped', index + 1);
      // whoever answers rightly where this one failed is nothing like it
      const answered = answerOf(again);
      if (answered.get(clause) === 'fail') sum += likenessOf(answerOf(verdicts), answered);
    }
    return sum / Math.max(1, cases.length);
  });
}

/** Passes count, too: a defect that takes one value too many is told from one that takes all. */
function answerOf(verdicts: readonly ConfigurationVerdict[]): Signature {
  return new Map(verdicts.map(({ clause, is }) => [clause, is]));
}

/** Of the defects that break the clause; of equals the first of the catalogue. */
async function nearest(
  clause: string,
  open: DiagnosisOptions['open'],
  likeness: (testbed: Testbed) => Promise<number>,
): Promise<Likeness | null> {
  let best: { readonly specimen: Specimen; readonly points: number } | null = null;
  for (const specimen of defectSpecimens.filter(({ breaks }) => breaks.includes(clause))) {
    const testbed = await open(specimen.connectable);
    try {
      const points = await likeness(testbed);
      if (points >= likenessMin && points > (best?.points ?? 0)) best = { specimen, points };
    } finally {
      await testbed.dispose();
    }
  }
  if (best === null) return null;
  const { name, sentence, thread } = best.specimen;
  return { defect: name, sentence, thread };
}
