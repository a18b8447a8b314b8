/**
 * `counterpoise prove`: the suite on every seeded defect and every right implementation, in threads, and what that
 * proves of it. Knows the terminal, the clock and the file system; what is tried and how stands in `conformance/proof`.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Piscina } from 'piscina';
import { type Evidence, proofOf } from '../conformance/proof/kill-matrix.ts';
import { campaignOptions, proofOptions } from '../conformance/proof/proof-options.ts';
import { defectSpecimens, rightSpecimens, type Specimen } from '../conformance/proof/specimens.ts';
import { openThreads } from '../experiments/threads.ts';
import { renderBadge } from '../reporting/badge.ts';
import { renderProofHtml } from '../reporting/proof-html.ts';
import { renderProofText } from '../reporting/proof-text.ts';
import type { ProofResult } from '../results/proof-result.ts';
import type { Profile } from '../spec/configuration.ts';
import { openOutputFolder } from './output-folder.ts';
import type { ProveReply, ProveTask } from './prove.worker.ts';
import type { Terminal } from './terminal.ts';
import { suiteVersion } from './version.ts';

export interface ProveCommand {
  readonly profile: Profile;
  readonly seed: string;
  readonly out: string;
  /** Threads; null: one a core. */
  readonly jobs: number | null;
  /** Runs of each right implementation with fresh seeds. */
  readonly repeat: number;
  /** Of a false alarm, in all, a run of the campaign. */
  readonly alpha: number;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** Runs of one task of the campaign: long enough to be worth a thread's start, short enough for a progress line. */
const runsATask = 25;

export async function runProve(command: ProveCommand, terminal: Terminal): Promise<ProofResult> {
  const folder = await openOutputFolder(command.out, 'proof');
  const started = performance.now();
  const threads = command.jobs ?? cpus().length;
  const pool = openThreads<ProveTask, ProveReply>('./prove.worker', import.meta.url, threads);
  try {
    const evidence = await gather(command, pool, terminal);
    const result = proofOf(evidence);
    await folder.write('mutation.json', `${JSON.stringify(result, null, 2)}\n`);
    await folder.write('report.html', renderProofHtml(result));
    await folder.write('badge.svg', renderBadge(badgeOf(result)));
    const durationMs = performance.now() - started;
    print(command, result, join(folder.path, 'report.html'), durationMs, terminal);
    return result;
  } finally {
    await pool.destroy();
  }
}

async function gather(
  command: ProveCommand,
  pool: Piscina<ProveTask, ProveReply>,
  terminal: Terminal,
): Promise<Evidence> {
  const { profile, seed, repeat, alpha, signal } = command;
  const wrong = defectSpecimens.filter(({ profiles }) => profiles.includes(profile));
  const batches = batchesOf(seed, repeat);
  const watch = watching(terminal, wrong.length + rightSpecimens.length * (1 + batches.length));
  // one listener for all tasks: a signal of its own for each would be a thousand
  signal.addEventListener('abort', () => void pool.destroy(), { once: true });
  const run = async (task: ProveTask): Promise<ProveReply | null> => {
    if (signal.aborted) return null;
    try {
      return await pool.run(task);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    } finally {
      watch.ended();
    }
  };
  const trying = (specimens: readonly Specimen[]) =>
    Promise.all(
      specimens.map(async (specimen) => {
        const options = proofOptions(specimen, profile, seed);
        return { specimen, reply: await run({ specimen, options, seeds: [seed] }) };
      }),
    );
  const repeating = rightSpecimens.flatMap((specimen) =>
    batches.map((seeds) => {
      return { specimen, options: campaignOptions(specimen, profile, seed, alpha), seeds };
    }),
  );
  try {
    const right = trying(rightSpecimens);
    const defects = trying(wrong);
    const campaign = Promise.all(
      repeating.map(async (task) => ({ reply: await run(task), runs: task.seeds.length })),
    );
    const ended = (await campaign).flatMap(({ reply, runs }) =>
      reply === null ? [] : [{ alarms: reply.alarms, runs }],
    );
    return {
      suite: suiteVersion,
      profile,
      seed,
      complete: !signal.aborted,
      defects: (await defects).flatMap(triedOf),
      right: (await right).flatMap(triedOf),
      campaign:
        repeat === 0
          ? null
          : {
              repeat,
              // where it was interrupted fewer than were asked for
              runs: ended.reduce((sum, { runs }) => sum + runs, 0),
              alpha,
              alarms: ended.flatMap(({ alarms }) => alarms),
            },
    };
  } finally {
    watch.stop();
  }
}

function triedOf(one: { readonly specimen: Specimen; readonly reply: ProveReply | null }) {
  const { specimen, reply } = one;
  return reply === null ? [] : [{ specimen, tried: reply.tried }];
}

function batchesOf(seed: string, repeat: number): readonly (readonly string[])[] {
  const seeds = Array.from({ length: repeat }, (_, index) => `${seed}/repeat-${index + 1}`);
  return Array.from({ length: Math.ceil(repeat / runsATask) }, (_, batch) =>
    seeds.slice(batch * runsATask, (batch + 1) * runsATask),
  );
}

function watching(terminal: Terminal, tasks: number) {
  const progress = terminal.progress('starting threads');
  const startedMs = performance.now();
  let ended = 0;
  return {
    ended: () => {
      ended++;
      const leftMs = ((performance.now() - startedMs) / ended) * (tasks - ended);
      progress.say(`${ended}/${tasks} tried, about ${Math.ceil(leftMs / 1000)} s left`);
    },
    stop: () => progress.stop(),
  };
}

function badgeOf({ counts, gate }: ProofResult) {
  return {
    label: 'seeded defects killed',
    message: `${counts.killed}/${counts.defects}, ${counts.falseFails} false fails`,
    isGood: gate.exitCode === 0,
  };
}

function print(
  command: ProveCommand,
  result: ProofResult,
  reportFile: string,
  durationMs: number,
  terminal: Terminal,
): void {
  if (command.json) {
    terminal.print(JSON.stringify(result));
    terminal.print(JSON.stringify(result.counts));
    return;
  }
  const { colour, width } = terminal;
  terminal.print(renderProofText(result, { colour, width, reportFile, durationMs }));
}
