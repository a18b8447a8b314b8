/** A thread beside the lanes of `conform`, for configurations of what keeps this process busy. Knows no clause and no case. */
import type { Piscina } from 'piscina';
import type {
  EndedConfiguration,
  RunStretch,
  Stretch,
  StretchTerms,
} from '../conformance/configurations/stretches.ts';
import { invariant } from '../errors/invariant.ts';
import { openThreads } from '../experiments/threads.ts';
import type { ThreadTerms } from './configurations.worker.ts';

export interface ConfigurationsThread {
  /** Starts it, once; whatever waits when the signal comes is rejected. */
  readonly stretches: (terms: StretchTerms) => RunStretch;
  readonly close: () => Promise<void>;
}

export function configurationsThread(
  connectable: string,
  signal: AbortSignal,
): ConfigurationsThread {
  let pool: Piscina<Stretch, readonly EndedConfiguration[]> | null = null;
  return {
    stretches: (terms) => {
      invariant(pool === null, 'the thread of a run is started once');
      const data: ThreadTerms = { connectable, terms };
      const started = openThreads<Stretch, readonly EndedConfiguration[]>(
        './configurations.worker',
        import.meta.url,
        1,
        data,
      );
      pool = started;
      signal.addEventListener('abort', () => void started.destroy(), { once: true });
      return (stretch) => started.run(stretch);
    },
    close: async () => pool?.destroy(),
  };
}
