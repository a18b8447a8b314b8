/**
 * What a round of the proof is made of, drawn once for all specimens that are put to it one after the other: drawing
 * anew for each took a twelfth of the time. Knows no specimen.
 */
import type { ConfigurationCase } from '../configurations/configuration-case.ts';
import { generatedCases } from '../configurations/generated-cases.ts';
import { type DrawnTimeline, drawTimeline } from '../drawn-timeline.ts';
import type { Bounds, Family } from '../families/family.ts';

/** Specimens differ in their bounds and in how many rounds they take; a campaign has a seed for each run. */
const roundsMax = 24;

export class DrawnRounds {
  readonly #known = new Map<string, DrawnRound>();

  /** The oldest is forgotten where there are too many. */
  round(bounds: Bounds, seed: string, number: number): DrawnRound {
    const key = JSON.stringify([bounds, seed, number]);
    const round = this.#known.get(key) ?? new DrawnRound(bounds, seed, number);
    this.#known.set(key, round);
    const [oldest] = this.#known.keys();
    if (this.#known.size > roundsMax && oldest !== undefined) this.#known.delete(oldest);
    return round;
  }
}

export class DrawnRound {
  readonly bounds: Bounds;
  /** Of this round alone. */
  readonly seed: string;
  readonly #runSeed: string;
  readonly #number: number;
  readonly #timelines = new Map<string, DrawnTimeline>();
  #documents: readonly ConfigurationCase[] = [];

  constructor(bounds: Bounds, seed: string, number: number) {
    this.bounds = bounds;
    this.seed = `${seed}/${number}`;
    this.#runSeed = seed;
    this.#number = number;
  }

  timeline(family: Family): DrawnTimeline {
    const known =
      this.#timelines.get(family.name) ??
      drawTimeline(family, this.bounds, this.#runSeed, this.#number);
    this.#timelines.set(family.name, known);
    return known;
  }

  documents(count: number): readonly ConfigurationCase[] {
    if (this.#documents.length < count) {
      this.#documents = [...generatedCases(this.bounds.profile, this.seed, count)];
    }
    return this.#documents.slice(0, count);
  }
}
