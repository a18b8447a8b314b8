/** Lanes of `conform` that are threads, for implementations that keep this process busy. Knows no clause and no case. */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { CaseExecutor, RunTerms } from '../conformance/case-executor.ts';
import { invariant } from '../errors/invariant.ts';
import { OperatorError } from '../errors/operator-error.ts';
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
      const started = openPool({ connectable, terms }, count);
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

/** From sources (tsx, vitest) the worker is TypeScript too; tsc does not rewrite a URL. */
function openPool(workerData: ThreadTerms, threads: number): Piscina<ThreadTask, ThreadReply> {
  const isTypeScript = import.meta.url.endsWith('.ts');
  const extension = isTypeScript ? 'ts' : 'js';
  return new Piscina({
    filename: fileURLToPath(new URL(`./conform.worker.${extension}`, import.meta.url)),
    minThreads: threads,
    maxThreads: threads,
    workerData,
    ...(isTypeScript ? { execArgv: ['--import', 'tsx'] } : {}),
  });
}
