/**
 * The call plane in time that passes by itself: a right implementation fails nothing and is decided on, a wrong one
 * fails on its clause, and a slow start makes neither wrong.
 */
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { connect } from '../adapters/connect.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { createWaitingReference } from '../testbed/waiting-reference.fixture.ts';
import { boundsFor, familiesFor } from './case-plan.ts';
import { failsOnce } from './case-runner.ts';
import { optionsFor } from './conform.fixture.ts';
import { conform } from './conform.ts';
import { drawTimelines } from './drawn-timeline.ts';
import { judgedClauses } from './judged-clauses.ts';

async function judged(words: readonly string[]) {
  const testbed = await openTestbed(createWaitingReference(), 'waiting');
  const selected = judgedClauses
    .map(({ id }) => id)
    .filter((id) => words.some((word) => id.startsWith(word)));
  try {
    const options = optionsFor('waiting', { selected, filter: words, jobs: 8 });
    const { result } = await conform(testbed, options);
    expect(result.time).toBe('scaled');
    return (verdict: string) =>
      result.clauses.filter((one) => one.verdict === verdict).map(({ id }) => id);
  } finally {
    await testbed.dispose();
  }
}

/** A busy machine may leave one look undecided, but hardly two in a row. */
const looksMax = 3;
/** All of them at once keep a busy machine from being on time. */
const timelinesAtOnce = 4;

/** One timeline of each family made for it, looked at again only where none showed anything. */
async function failsOn(
  clause: string,
  options: Parameters<typeof createWaitingReference>[0],
): Promise<boolean> {
  const testbed = await openTestbed(createWaitingReference(options), 'waiting');
  const { description } = testbed;
  const context = { testbed, time: 'scaled', signal: new AbortController().signal } as const;
  const drawn = familiesFor(description, [clause]).flatMap((family) =>
    drawTimelines(family, boundsFor(description, 'console'), '1', 1),
  );
  const look = pLimit(timelinesAtOnce);
  try {
    for (let looks = 0; looks < looksMax; looks++) {
      const failing = await look.map(drawn, ({ name, seed, timeline }) =>
        failsOnce(context, name, seed, timeline, clause),
      );
      if (failing.some((fails) => fails)) return true;
    }
    return false;
  } finally {
    await testbed.dispose();
  }
}

describe('the call plane in scaled time', { timeout: 120_000 }, () => {
  it('fails nothing of a right implementation, and decides what rests on traffic, drains and checks', async () => {
    const being = await judged(['schedule.wrr', 'draining', 'health.port', 'load', 'forward']);
    expect(being('fail')).toEqual([]);
    expect(being('error')).toEqual([]);
    expect(being('pass')).toEqual(
      expect.arrayContaining([
        'schedule.wrr.cycle',
        'draining.no-new',
        'health.port',
        'load.share',
      ]),
    );
  });

  it.each([
    ['unhealthy-threshold-plus-one', 'health.unhealthy-threshold'],
    ['cumulative-failures', 'health.consecutive'],
  ])('fails the defect %s on %s', async (defect, clause) => {
    const reference = connect(`defect:${defect}`);
    expect(await failsOn(clause, { reference })).toBe(true);
  });

  it('does not fail a right one that takes long to start', async () => {
    expect(await failsOn('health.unhealthy-threshold', { deployMs: 400 })).toBe(false);
  });
});
