/**
 * `npm start`: the main job in one command. Judges the reference and every real balancer found on this machine,
 * simulates a shipped scenario on a recorded trace, and says what was found and which file to open.
 */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodes, worstOf } from '../errors/operator-error.ts';
import { renderOverviewHtml } from '../reporting/overview-html.ts';
import type { ConformanceResult } from '../results/conformance-result.ts';
import { findServers } from '../testbed/servers.ts';
import type { ConformReport } from './conform.ts';
import { judgeIfThere } from './conform-several.ts';
import { writeInFolder } from './output-folder.ts';
import { runSimulate } from './simulate.ts';
import type { Terminal } from './terminal.ts';

export interface DemoCommand {
  readonly seed: string;
  readonly out: string;
  readonly signal: AbortSignal;
}

/** Somebody is waiting for the whole of it. */
const demoShrinkSeconds = 8;
/** The trace in it was recorded by this project on a real HAProxy. */
const scenario = 'source-ip-skew.yaml';

export async function runDemo(command: DemoCommand, terminal: Terminal): Promise<number> {
  const { signal, seed, out } = command;
  const balancers = await findServers('balancer');
  for (const { connectable: name, packages } of balancers.filter(({ path }) => path === null)) {
    terminal.print(
      `\n!! ${name} is not installed here, so no real balancer is judged in its place.\n!! apt-get install ${packages.join(' ')}\n`,
    );
  }
  const found = balancers.flatMap(({ path, connectable }) =>
    path === null ? [] : (connectable ?? []),
  );
  const reports: ConformReport[] = [];
  const codes: number[] = [];
  for (const implementation of ['reference', ...found]) {
    if (signal.aborted) break;
    const judged = await judgeIfThere(
      {
        implementation,
        clauses: [],
        profile: 'console',
        seed,
        jobs: null,
        shrinkSeconds: demoShrinkSeconds,
        alpha: 1e-6,
        load: true,
        json: false,
        out,
        signal,
      },
      terminal,
    );
    if ('result' in judged) reports.push(judged);
    else codes.push(judged.exitCode);
  }
  const simulation = signal.aborted
    ? null
    : await runSimulate({ file: shipped(scenario), out, json: false, signal }, terminal);
  const index = join(out, 'index.html');
  const inside = (reportFile: string) => relative(out, reportFile);
  await writeInFolder(
    index,
    await renderOverviewHtml({
      runs: reports.map(({ result, reportFile }) => ({ result, href: inside(reportFile) })),
      simulations:
        simulation === null
          ? []
          : [{ result: simulation.result, href: inside(simulation.reportFile) }],
    }),
  );
  sayWhatWasFound(reports, index, terminal);
  codes.push(...reports.map(({ result }) => exitCodeFor(result)));
  return worstOf(signal.aborted ? [...codes, exitCodes.interrupted] : codes);
}

/** What a real balancer breaks is what the demo is for; only the reference must break nothing. */
function exitCodeFor({ implementation, gate }: ConformanceResult): number {
  const isReal = implementation.connectable !== 'reference';
  const isFinding = gate.exitCode === exitCodes.failed || gate.exitCode === exitCodes.undecided;
  return isReal && isFinding ? exitCodes.met : gate.exitCode;
}

function sayWhatWasFound(
  reports: readonly ConformReport[],
  index: string,
  terminal: Terminal,
): void {
  terminal.print('\nWhat was found:');
  for (const { result } of reports) {
    const { pass, fail, inconclusive, unsupported } = result.counts;
    terminal.print(
      `  ${result.implementation.name} ${result.implementation.version}: ${pass} pass, ${fail} fail, ${inconclusive} inconclusive, ${unsupported} unsupported: ${result.gate.why}`,
    );
  }
  terminal.print(`\nOpen ${index} in a browser.`);
}

/** Scenarios stand beside the sources, and one folder further up from what is built. */
function shipped(name: string): string {
  const isBuilt = import.meta.url.endsWith('.js');
  const root = new URL(isBuilt ? '../../../' : '../../', import.meta.url);
  return relative(process.cwd(), fileURLToPath(new URL(`scenarios/${name}`, root)));
}
