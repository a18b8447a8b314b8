/** Verdicts are remembered by what was done and on which terms, whoever did it. */
import { describe, expect, it } from 'vitest';
import { connect } from '../adapters/connect.ts';
import type { History } from '../history/vocabulary.ts';
import { type JudgedClause, judgeHistory } from '../judging/judge-history.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { boundsFor, familiesFor } from './case-plan.ts';
import { runCase } from './case-runner.ts';
import { drawTimeline } from './drawn-timeline.ts';
import { judgedClauses } from './judged-clauses.ts';
import { RememberedVerdicts } from './remembered-verdicts.ts';

/** What one does in the first timeline of a family. */
async function recorded(connectable: string, family: string): Promise<History> {
  const testbed = await openTestbed(connect(connectable), connectable);
  const { description } = testbed;
  const all = familiesFor(
    description,
    judgedClauses.map(({ id }) => id),
  );
  const [made] = all.filter(({ name }) => name === family);
  const drawn = made && drawTimeline(made, boundsFor(description, 'console'), '1', 1);
  if (drawn === undefined) throw new Error(`no family ${family}`);
  const context = { testbed, time: 'stepped', signal: new AbortController().signal } as const;
  const { histories } = await runCase(context, drawn.name, drawn.seed, drawn.timeline);
  await testbed.dispose();
  return histories[0] as History;
}

function judging() {
  const remembered = new RememberedVerdicts();
  let judged = 0;
  return {
    of: (history: History, terms: unknown = null): readonly JudgedClause[] =>
      remembered.of(history, terms, () => {
        judged++;
        return judgeHistory(history);
      }),
    times: () => judged,
  };
}

describe('remembered verdicts', () => {
  it('judge once what two do alike, and each that does something else', async () => {
    const reference = await recorded('reference', 'draining');
    const alike = await recorded('defect:wrr-ignores-weight', 'health-timeout');
    const judge = judging();
    expect(judge.of(reference)).toEqual(judgeHistory(reference));
    expect(judge.of(alike)).toEqual(judgeHistory(alike));
    expect(judge.of(await recorded('reference', 'health-timeout'))).toBe(judge.of(alike));
    expect(judge.times()).toBe(2);
    const other = await recorded('defect:interval-doubled', 'health-timeout');
    expect(judge.of(other)).toEqual(judgeHistory(other));
    expect(judge.times()).toBe(3);
  });

  it('are asked for again where something else was declared, or on other terms', async () => {
    const history = await recorded('reference', 'draining');
    const judge = judging();
    judge.of(history);
    judge.of({ ...history, header: { ...history.header, traits: {} } });
    judge.of(history, [0.05]);
    expect(judge.times()).toBe(3);
    const { events } = history;
    const cut = { ...history, events: events.slice(0, -1) };
    expect(judge.of(cut)).toEqual(judgeHistory(cut));
  });
});
