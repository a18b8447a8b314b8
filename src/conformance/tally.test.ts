/** The story of a failure must stand where the failure was counted, not where another case only wavered. */
import { expect, it } from 'vitest';
import type { Failure } from '../results/conformance-result.ts';
import type { CaseOutcome } from './case-runner.ts';
import { Tally } from './tally.ts';

const clause = 'health.timeout';

function outcome(intermittent: CaseOutcome['intermittent']): CaseOutcome {
  const timeline = { clauses: [clause] } as unknown as CaseOutcome['timeline'];
  const verdict = { is: 'fail', why: 'late', evidence: [], sometimes: {} } as const;
  const judged = [{ clause, verdict, attributedTo: null }];
  return { name: 'x', seed: 's', timeline, judged, intermittent, isVoid: false, histories: [] };
}

it('tells the story of the failure that showed every time, though one that did not came first', () => {
  const tally = new Tally();
  tally.hear(outcome({ [clause]: { failed: 1, of: 3 } }));
  tally.hear(outcome({}));
  const story = { why: 'told' } as Failure;
  tally.explain(clause, story);
  expect(tally.saidOn(clause).map(({ failure }) => failure)).toEqual([null, story]);
});

it('lets what no failing clause accounts for stand on its own, in whichever order they fail', () => {
  const fail = (failing: string, ...explainedBy: readonly (readonly string[])[]) => {
    return {
      clause: failing,
      is: 'fail',
      expected: '',
      observed: '',
      by: null,
      explainedBy,
    } as const;
  };
  const path = 'config.health.path.syntax';
  const wide = 'config.accepts-valid';
  const tally = new Tally();
  const hear = (...verdicts: readonly ReturnType<typeof fail>[]) =>
    tally.hearConfiguration(verdicts, 'note', () => null);
  hear(fail(wide, [path]));
  expect([...tally.standingAlone]).toEqual([wide]);
  hear(fail(path, []), fail(wide));
  expect([...tally.standingAlone]).toEqual([path]);
  hear(fail(wide, [path], ['config.name']));
  expect([...tally.standingAlone].toSorted()).toEqual([wide, path]);
});
