/**
 * Verdicts on what was seen before: judges are pure, so that whoever does the very same in a timeline as somebody
 * before is told the same. Knows no judge and no implementation.
 */
import isEqual from 'fast-deep-equal';
import type { History } from '../history/vocabulary.ts';
import type { JudgedClause } from '../judging/judge-history.ts';

/** Most defects do in a timeline what the reference does, and the rest each something of their own. */
const aTimelineMax = 3;
/** Of all histories that are kept: those of 80 timelines have some 60,000. */
const eventsMax = 400_000;

type Judged = readonly JudgedClause[];

interface Remembered {
  readonly history: History;
  readonly terms: unknown;
  readonly judged: Judged;
}

export class RememberedVerdicts {
  readonly #byTimeline = new Map<string, Remembered[]>();
  #events = 0;

  /** `terms`: whatever else the verdicts depend on, as plain data. */
  of(history: History, terms: unknown, judge: () => Judged): Judged {
    const { seed } = history.header;
    const known = this.#byTimeline.get(seed) ?? [];
    const same = known.find((one) => isSame(one.history, history) && isEqual(one.terms, terms));
    if (same !== undefined) return same.judged;
    const judged = judge();
    const { length } = history.events;
    if (known.length < aTimelineMax && this.#events + length <= eventsMax) {
      this.#events += length;
      this.#byTimeline.set(seed, [...known, { history, terms, judged }]);
    }
    return judged;
  }
}

/** Who it was is no matter of what was done. */
function isSame(one: History, other: History): boolean {
  return (
    isEqual(one.events, other.events) &&
    isEqual({ ...one.header, implementation: null }, { ...other.header, implementation: null })
  );
}
