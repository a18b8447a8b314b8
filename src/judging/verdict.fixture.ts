/** For tests: what the judges say on a history, in the shape that tests compare; each verdict must show what it rests on. */
import { expect } from 'vitest';
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import type { Verdict } from './judge.ts';
import { type JudgedClause, judgeHistory } from './judge-history.ts';

/** A history is also judged where it has come one, two, … of so many equal parts far. */
const beginnings = 4;

export function verdictOn(history: History, clause: string): Verdict {
  const found = judged(history).find((one) => one.clause === clause);
  if (found === undefined) throw new Error(`no judge of ${clause}`);
  return found.verdict;
}

/** Failing clauses charged to themselves. */
export function failures(history: History): readonly string[] {
  const all = judged(history);
  expectLastingFailures(all, history);
  expectAsGoodInShortenedTime(all, history);
  return all
    .filter(({ verdict, attributedTo }) => verdict.is === 'fail' && attributedTo === null)
    .map(({ clause }) => clause);
}

export function passes(history: History): readonly string[] {
  return judged(history)
    .filter(({ verdict }) => verdict.is === 'pass')
    .map(({ clause }) => clause);
}

function judged(history: History): readonly JudgedClause[] {
  const all = judgeHistory(history);
  for (const { clause, verdict } of all) expectGrounds(clause, verdict, history);
  return all;
}

/** Nothing fails on the beginning of a history where nothing fails on the whole, or what passes there. */
function expectLastingFailures(all: readonly JudgedClause[], history: History): void {
  const isRight = all.every(({ verdict }) => verdict.is !== 'fail');
  for (let part = 1; part < beginnings; part++) {
    const length = Math.ceil((part * history.events.length) / beginnings);
    judgeHistory(beginningOf(history, length)).forEach(({ clause, verdict }, index) => {
      if (verdict.is !== 'fail') return;
      const place = `${clause}, the first ${length} events: ${verdict.why}`;
      expect(isRight || all[index]?.verdict.is === 'pass', place).toBe(false);
    });
  }
}

/** In shortened time judges allow for a machine that is late, so that nothing fails there that did not in stepped time. */
function expectAsGoodInShortenedTime(all: readonly JudgedClause[], history: History): void {
  const header = { ...history.header, time: 'scaled' as const };
  judgeHistory({ ...history, header }).forEach(({ clause, verdict }, index) => {
    if (verdict.is !== 'fail') return;
    expect(all[index]?.verdict.is, `${clause} in shortened time: ${verdict.why}`).toBe('fail');
  });
}

function beginningOf(history: History, length: number): History {
  const events = history.events.slice(0, length);
  const { fromMs, toMs } = events[length - 1] as HistoryEvent;
  const ended = { event: 'history.ended', events: length, why: 'complete', fromMs, toMs } as const;
  return { ...history, events: [...events, ended] };
}

/** A failure proves itself by lines of the history, a pass names situations that came up, and all say why. */
function expectGrounds(clause: string, verdict: Verdict, { events }: History): void {
  const { is, why, expected, observed, evidence, sometimes } = verdict;
  const counts = Object.values(sometimes);
  expect(why, clause).toMatch(/^(?!.*(undefined|NaN|null|\[object))\S.*\S$/s);
  expect(
    counts.every((count) => count >= 0),
    `${clause}: ${JSON.stringify(sometimes)}`,
  ).toBe(true);
  if (is === 'pass') expect(counts.length > 0 && !counts.includes(0), clause).toBe(true);
  if (is !== 'fail') return;
  expect([expected, observed], clause).toEqual([
    expect.stringMatching(/\S/),
    expect.stringMatching(/\S/),
  ]);
  expect(evidence, clause).not.toEqual([]);
  expect(evidence, clause).toEqual([...new Set(evidence)].toSorted((one, other) => one - other));
  for (const line of evidence) expect(events[line], `${clause}: line ${line}`).toBeDefined();
}
