/** What of a story is told and what is folded: nothing that proves the failure is ever hidden. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoryLine } from '../results/conformance-result.ts';
import { passagesOf } from './story-steps.ts';

const background = (atMs: number): StoryLine => ({
  atMs,
  text: `check ${atMs}`,
  isEvidence: false,
  event: { event: 'check.abandoned', check: atMs, fromMs: atMs, toMs: atMs },
});
const evidence = (atMs: number): StoryLine => ({ ...background(atMs), isEvidence: true });
const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => background(from + index));

describe('passages of a story', () => {
  it('fold what is far from the evidence and keep what led up to it', () => {
    const passages = passagesOf([...lines(20), evidence(20), ...lines(10, 21)]);
    expect(passages.map(({ is, steps }) => [is, steps.length])).toEqual([
      ['folded', 15],
      ['told', 8],
      ['folded', 8],
    ]);
  });

  it('tell changes wherever they stand', () => {
    const removed: StoryLine = {
      ...background(3),
      event: {
        event: 'instance.removed',
        instance: 'a',
        outcome: { is: 'accepted' },
        fromMs: 3,
        toMs: 3,
      },
    };
    const told = passagesOf([removed, ...lines(20), evidence(30)]).filter(
      ({ is }) => is === 'told',
    );
    expect(told[0]?.steps.map(({ line }) => line)).toEqual([removed]);
  });

  it('tell a story without evidence whole', () => {
    expect(passagesOf(lines(30)).map(({ is }) => is)).toEqual(['told']);
  });

  it('lose no step, keep the order, never fold evidence, and number it from 1', () => {
    const story = fc
      .array(fc.boolean(), { maxLength: 60 })
      .map((kinds) => kinds.map((is, at) => (is ? evidence(at) : background(at))));
    fc.assert(
      fc.property(story, (given) => {
        const passages = passagesOf(given);
        const steps = passages.flatMap((passage) => passage.steps);
        expect(steps.map(({ line }) => line)).toEqual(given);
        const folded = passages
          .filter(({ is }) => is === 'folded')
          .flatMap((passage) => passage.steps);
        expect(folded.some(({ line }) => line.isEvidence)).toBe(false);
        const numbers = steps.flatMap(({ number }) => number ?? []);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      }),
      { seed: 1 },
    );
  });
});
