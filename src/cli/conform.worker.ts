/** A thread of `conform`: cases of one run, on a testbed of its own. Knows no file and no terminal. */
import { workerData } from 'node:worker_threads';
import { connect } from '../adapters/connect.ts';
import {
  type CaseExecutor,
  type EndedStretch,
  executorOn,
  type RunTerms,
  type StretchTask,
  type TimelineTask,
} from '../conformance/case-executor.ts';
import type { CaseOutcome } from '../conformance/case-runner.ts';
import { OperatorError, type OperatorErrorOptions } from '../errors/operator-error.ts';
import { openTestbed } from '../testbed/open-testbed.ts';

export interface ThreadTerms {
  readonly connectable: string;
  readonly terms: RunTerms;
}

export type ThreadTask = { readonly timeline: TimelineTask } | { readonly stretch: StretchTask };

export type ThreadReply =
  | { readonly outcome: CaseOutcome }
  | { readonly ended: EndedStretch }
  /** Errors lose their class between threads. */
  | { readonly failed: OperatorErrorOptions & { readonly message: string } };

let opened: Promise<CaseExecutor> | null = null;

export default async function work(task: ThreadTask): Promise<ThreadReply> {
  opened ??= open();
  try {
    const executor = await opened;
    return 'timeline' in task
      ? { outcome: await executor.timeline(task.timeline) }
      : { ended: await executor.configurations(task.stretch) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const { message, code, hint, exitCode } = error;
    return { failed: { message, code, exitCode, ...(hint === null ? {} : { hint }) } };
  }
}

/** Whoever runs in this process leaves nothing behind when the thread ends. */
async function open(): Promise<CaseExecutor> {
  const { connectable, terms } = workerData as ThreadTerms;
  const testbed = await openTestbed(connect(connectable), connectable);
  return executorOn(testbed, terms, new AbortController().signal);
}
