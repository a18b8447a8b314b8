/**
 * Goal: the simulator is right wherever queueing theory knows the answer, at loads from 0.1 to 0.98. Method: 20 replications
 * a case after a warm-up of five relaxation times, held against closed forms by a t-test at one in a thousand; a case that
 * misses it is decided by its retest on seeds of its own, so that a right simulator fails once in a million. Cases with a
 * mistake show what the same rule notices.
 */
import { describe, expect, it } from 'vitest';
import { disagrees, judged, mistakes, theoryCases } from './theory-cases.fixture.ts';

describe('simulation and theory', () => {
  it.each(theoryCases.map((each) => [each.name, each] as const))('agree on %s', (_, theoryCase) => {
    const first = judged(theoryCase, 'first');
    if (!first.some(disagrees)) return;
    expect(judged(theoryCase, 'retest').filter(disagrees)).toEqual([]);
  });

  it.each(mistakes.map((each) => [each.name, each] as const))('notice %s', (_, mistake) => {
    expect(judged(mistake, 'first').some(disagrees)).toBe(true);
    expect(judged(mistake, 'retest').some(disagrees)).toBe(true);
  });
});
