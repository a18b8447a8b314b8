/** What a simulation says of instances with slots: how long connections waited, took, and how busy the slots were. */
import type { Percentiles } from './durations-result.ts';
import type { Spread } from './replications-result.ts';

export interface ServingFigures {
  readonly discipline: 'fifo' | 'processor-sharing';
  /** Connections that came from here on are measured, each to its end; slots are watched until arrivals end. */
  readonly measuredFromMs: number;
  readonly measuredToMs: number;
  readonly offered: number;
  readonly turnedAway: number;
  readonly served: number;
  /** Of those served: had to wait for a slot or to share one. */
  readonly delayedShare: number;
  /** How much longer than its own work a connection took; the mean is exact. null: nobody was served. */
  readonly delay: Percentiles | null;
  /** From arrival to end. */
  readonly response: Percentiles | null;
  /** Busy slots of all, on average. */
  readonly utilisation: number;
  readonly instances: readonly ServingInstance[];
}
export interface ServingInstance {
  readonly name: string;
  readonly slots: number;
  /** null: no limit. */
  readonly queueMax: number | null;
  readonly offered: number;
  readonly turnedAway: number;
  readonly served: number;
  readonly delayedShare: number;
  readonly delayMeanMs: number;
  readonly responseMeanMs: number;
  readonly utilisation: number;
  /** Most connections at once for which there was no slot, warm-up included. */
  readonly waitingMax: number;
}
/** Over replications: times of all their connections together, and how figures vary between replications. */
export interface ServingReplications {
  readonly discipline: ServingFigures['discipline'];
  readonly delay: Percentiles | null;
  readonly response: Percentiles | null;
  readonly spread: Readonly<
    Record<
      | 'turnedAwayShare'
      | 'delayedShare'
      | 'delayMeanMs'
      | 'delayP99Ms'
      | 'responseMeanMs'
      | 'responseP99Ms'
      | 'utilisation',
      Spread
    >
  >;
  readonly instances: readonly {
    readonly name: string;
    readonly turnedAway: number;
    readonly delayMeanMs: Spread;
    readonly utilisation: Spread;
  }[];
}
