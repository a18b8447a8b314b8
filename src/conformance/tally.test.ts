/** The story of a failure stands where it was counted, not where another case only wavered; and which failures stand alone. */
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../judging/judge.ts';
import type { Failure } from '../results/conformance-result.ts';
import type { CaseOutcome } from './case-runner.ts';
import { baseConfiguration } from './configurations/base-configuration.ts';
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

describe('clauses that stand alone', () => {
  const judged = (verdict: object, attributedTo: string | null = null) => {
    const told = { is: 'fail', why: 'late', evidence: [], sometimes: {}, ...verdict };
    return [{ clause, verdict: told as Verdict, attributedTo }];
  };
  const aloneAfter = (...outcomes: readonly CaseOutcome[]) => {
    const tally = new Tally();
    for (const one of outcomes) tally.hear(one);
    return [...tally.standingAlone];
  };

  it('are those that failed so in any case, however they failed in others', () => {
    const alone = { ...outcome({}), judged: judged({ standsAlone: true }) };
    expect(aloneAfter(outcome({}))).toEqual([]);
    expect(aloneAfter(alone, outcome({}))).toEqual([clause]);
    expect(aloneAfter(outcome({}), alone)).toEqual([clause]);
  });

  it('are none that only wavered, were charged to another, passed, or lagged', () => {
    const verdict = { standsAlone: true };
    const alone = { ...outcome({}), judged: judged(verdict) };
    const wavering = { ...alone, intermittent: { [clause]: { failed: 1, of: 3 } } };
    const charged = { ...alone, judged: judged(verdict, 'health.consecutive') };
    const kept = { ...alone, judged: judged({ ...verdict, is: 'pass' }) };
    const seen = { ...alone, judged: judged({ ...verdict, isObservation: true }) };
    expect(aloneAfter(wavering, charged, kept, seen, { ...alone, isVoid: true })).toEqual([]);
  });

  it('say on which clauses nothing stands beside them, whatever else they fail by', () => {
    const tally = new Tally();
    const undermines = ['health.tcp'];
    tally.hear({ ...outcome({}), judged: judged({ undermines }, 'health.consecutive') });
    expect(tally.undermined.size).toBe(0);
    tally.hear({ ...outcome({}), judged: judged({ undermines }) });
    tally.hear({ ...outcome({}), judged: judged({ undermines: ['health.interval'] }) });
    expect([...tally.undermined].map(([id, by]) => [id, ...by])).toEqual([
      ['health.tcp', clause],
      ['health.interval', clause],
    ]);
  });
});

describe('narrower clauses that cannot be why', () => {
  const wide = 'change.effective';
  const apartAfter = (verdict: object, edit: Partial<CaseOutcome> = {}) => {
    const configuration = baseConfiguration;
    const timeline = { clauses: [wide], profile: 'console', configuration, steps: [] };
    const told = { is: 'fail', why: 'late', evidence: [], sometimes: {}, ...verdict };
    const judged = [{ clause: wide, verdict: told as Verdict, attributedTo: null }];
    const tally = new Tally();
    for (let times = 0; times < 2; times++)
      tally.hear({ ...outcome({}), timeline: timeline as never, judged, ...edit });
    return [...tally.apartFrom(wide)].map((ids) => [...ids]);
  };

  it('are those without a case in the timeline, and those that the judge names, told once', () => {
    const [ids, ...others] = apartAfter({});
    expect(others).toEqual([]);
    expect(ids).toEqual(expect.arrayContaining(['draining.return', 'persistence.sticks']));
    expect(ids).not.toContain('forward.port');
    expect(ids).not.toContain('schedule.wrr.cycle');
    expect(ids).not.toContain('schedule.weight-change');
    const [named] = apartAfter({ apartFrom: ['forward.port', 'schedule.weight-change'] });
    expect(named).toContain('forward.port');
    expect(named).not.toContain('schedule.weight-change');
  });

  it('are asked for nothing where the failure is no own one', () => {
    expect(apartAfter({}, { intermittent: { [wide]: { failed: 1, of: 3 } } })).toEqual([]);
    expect(apartAfter({ is: 'pass' })).toEqual([]);
  });
});
