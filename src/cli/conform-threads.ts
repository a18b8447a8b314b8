/** Lanes of `conform` that are threads, for implementations that keep this process busy. Knows no clause and no case. */
import type { Piscina } from 'piscina';
import type { CaseExecutor, RunTerms } from '../conformance/case-executor.ts';
import { invariant } from '../errors/invariant.ts';
import { OperatorError } from '../errors/operator-error.ts';
import { openThreads } from '../experiments/threads.ts';
import type { ThreadReply, ThreadTask, ThreadTerms } from './conform.worker.ts';

export interface CaseThreads {
  /** Starts them. Once for all; whatever waits when the signal comes is rejected. */
  readonly executor: (terms: RunTerms) => CaseExecutor;
  readonly close: () => Promise<void>;
}

export function caseThreads(connectable: string, count: number, signal: AbortSignal): CaseThreads {
  let pool: Piscina<ThreadTask, ThreadReply> | null = null;
  return {
    executor: (terms) => {
      invariant(pool === null, 'the threads of one run are started once');
      const started = openThreads<ThreadTask, ThreadReply>(
        './conform.worker',
        import.meta.url,
        count,
        { connectable, terms } satisfies ThreadTerms,
      );
      pool = started;
      signal.addEventListener('abort', () => void started.destroy(), { once: true });
      return executorIn(started);
    },
    close: async () => pool?.destroy(),
  };
}

function executorIn(pool: Piscina<ThreadTask, ThreadReply>): CaseExecutor {
  const ask = async (task: ThreadTask) => {
    const reply = await pool.run(task);
    if ('failed' in reply) throw new OperatorError(reply.failed.message, reply.failed);
    return reply;
  };
  return {
    timeline: async (timeline) => {
      const reply = await ask({ timeline });
      invariant('outcome' in reply, 'a timeline has an outcome');
      return reply.outcome;
    },
    configurations: async (stretch) => {
      const reply = await ask({ stretch });
      invariant('ended' in reply, 'a stretch of configurations ends');
      return reply.ended;
    },
  };
}
