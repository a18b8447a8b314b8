/**
 * Judges on what wrong, odd and real balancers did: histories that were recorded once (`npm run record:histories`), and
 * which of them each judge passes and fails, one file a clause. A line that changes is a verdict that changes.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeHistory } from '../history/codec.ts';
import type { History } from '../history/vocabulary.ts';
import { judgeHistory } from './judge-history.ts';
import { judges } from './judges.ts';
import { readHistory } from './read-history.ts';
import { budgetOfHistory, usualAlpha } from './statistical-budget.ts';

const archive = new URL('./recorded/histories.ndjson.gz', import.meta.url);
const histories = historiesIn(gunzipSync(readFileSync(archive)).toString('utf8'));

/** One after the other, each with its header first. */
function historiesIn(text: string): readonly History[] {
  const parts = text.split(/^(?=\{"event":"history\.began")/m);
  return parts.map((part, index) => decodeHistory(part, `${archive.pathname}#${index}`));
}

function nameOf({ header }: History): string {
  return `${header.implementation.connectable} ${header.seed}`;
}

describe('judges on recorded histories', () => {
  it('have some of every kind', () => {
    const kinds = histories.map(({ header }) => header.implementation.connectable.split(':')[0]);
    expect(new Set(kinds)).toEqual(
      new Set(['reference', 'variant', 'defect', 'haproxy', 'nginx', 'nftables', 'pen']),
    );
    expect(new Set(histories.map(nameOf)).size).toBe(histories.length);
  });

  const budget = budgetOfHistory(usualAlpha);
  it.each(judges)('say of $clause what they said', async (judge) => {
    const lines = histories.flatMap((history) => {
      const { is } = judge.judge(readHistory(history), budget);
      return is === 'inconclusive' ? [] : [`${is} ${nameOf(history)}\n`];
    });
    await expect(lines.join('')).toMatchFileSnapshot(`recorded/${judge.clause}.txt`);
  });

  it('charge what fails to the clauses that they charged', async () => {
    const lines = histories.flatMap((history) =>
      judgeHistory(history)
        .filter(({ attributedTo }) => attributedTo !== null)
        .map(
          ({ clause, attributedTo }) => `${clause} to ${attributedTo ?? ''}: ${nameOf(history)}\n`,
        ),
    );
    await expect(lines.join('')).toMatchFileSnapshot('recorded/charged.txt');
  });
});
