/**
 * `counterpoise simulate`: reads a scenario and the files that it names, runs it, prints and writes what came out.
 * Holds no rule of its own.
 */
import { availableParallelism } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import { type Document, readDocument } from '../documents/document.ts';
import { type ExitCode, exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { TakeHistory } from '../experiments/history-channel.ts';
import type { DurationCounts } from '../experiments/percentiles.ts';
import {
  runReplications,
  runSimulation,
  type Simulated,
  type SimulationOptions,
} from '../experiments/run-simulation.ts';
import type { SimulationIdentity } from '../experiments/simulation-document.ts';
import { renderReplicationsText } from '../reporting/replications-text.ts';
import { renderSimulationHtml } from '../reporting/simulation-html.ts';
import { renderSimulationText } from '../reporting/simulation-text.ts';
import type { SimulationResult } from '../results/simulation-result.ts';
import type { Engine } from '../simulation/engines.ts';
import type { Plan } from '../simulation/plan.ts';
import { planScenario } from '../simulation/planning.ts';
import { readScenario } from '../simulation/read-scenario.ts';
import type { Scheduling } from '../spec/configuration.ts';
import type { Trace } from '../traffic/trace.ts';
import { readZeekTrace } from '../traffic/zeek-trace.ts';
import { HistoryFile } from './history-file.ts';
import { readInputFile } from './input-files.ts';
import { openOutputFolder, writeInFolder } from './output-folder.ts';
import { writeSources } from './sources-file.ts';
import type { Terminal } from './terminal.ts';
import { suiteVersion } from './version.ts';

export interface SimulateCommand {
  readonly file: string;
  /** Instead of the configuration's own. */
  readonly scheduling?: Scheduling;
  /** Instead of the configuration's own; 0: no sessions. */
  readonly persistence?: number;
  /** Instead of the scenario's own. */
  readonly seed?: string;
  readonly engine?: Engine;
  /** A file for the run's history; packed where it ends in .gz. */
  readonly history?: string;
  /** A file for a table of where every source went, CSV. */
  readonly sources?: string;
  /** A file for the durations as an HDR histogram log. */
  readonly hdr?: string;
  /** More than 1: that many independent runs, merged. */
  readonly replications?: number;
  /** Threads for them; what a machine has, if omitted. */
  readonly workers?: number;
  /** Reports go to `<out>/simulate-<scenario name>[-<algorithm>]/`. */
  readonly out: string;
  readonly json: boolean;
  readonly signal: AbortSignal;
}
export interface SimulateOutcome {
  readonly exitCode: ExitCode;
  readonly result: SimulationResult;
  /** The page to open. */
  readonly reportFile: string;
}

/** Hand-written files; what is longer is no scenario. */
const bytesMax = 1024 ** 2;
/** Packed or not; far more connections than a trace may have. */
const traceBytesMax = 512 * 1024 ** 2;
const pieceBytes = 1024 ** 2;

export async function runSimulate(
  command: SimulateCommand,
  terminal: Terminal,
): Promise<SimulateOutcome> {
  const { result, durations, sources, cpuSeconds } = await simulate(
    command,
    terminal,
    (plan, identity, options) => runOne(command, terminal, plan, identity, options),
  );
  if (command.sources !== undefined && sources !== null) {
    const rows = await writeSources(command.sources, sources);
    terminal.note(`sources  ${command.sources} (${rows} rows)`);
  }
  await writeHdr(command, durations, result, result.simulatedMs);
  const folder = await openOutputFolder(command.out, folderName(command, result));
  const written = `${JSON.stringify(result, null, 2)}\n`;
  await folder.write('result.json', written);
  await folder.write('run.json', runFacts(result.events, cpuSeconds));
  const reportFile = await folder.write('report.html', await renderSimulationHtml(result));
  const { colour, width } = terminal;
  terminal.print(
    command.json ? written : renderSimulationText(result, { colour, width, reportFile }),
  );
  return { exitCode: exitCodes.met, result, reportFile };
}

/** With the history going to its file meanwhile, if one is wanted. */
async function runOne(
  { history: path, sources }: SimulateCommand,
  terminal: Terminal,
  plan: Plan,
  identity: SimulationIdentity,
  options: SimulationOptions,
): Promise<Simulated> {
  const wishes = { ...options, sources: sources !== undefined };
  if (path === undefined) return runSimulation(plan, identity, wishes);
  const file = await HistoryFile.open(path, plan, identity.configuration);
  try {
    const history: TakeHistory = (columns, length) => file.take(columns, length);
    const simulated = await runSimulation(plan, identity, { ...wishes, history });
    await file.end(simulated.result.simulatedMs);
    terminal.note(`history  ${path} (${file.events} events)`);
    return simulated;
  } catch (error) {
    await file.breakOff(options.signal?.aborted === true ? 'interrupted' : 'error');
    throw error;
  }
}

async function writeHdr(
  { hdr }: SimulateCommand,
  durations: DurationCounts,
  { suite, scenario }: Pick<SimulationResult, 'suite' | 'scenario'>,
  simulatedMs: number,
): Promise<void> {
  if (hdr === undefined) return;
  // The library takes a while to load, and few want it.
  const { hdrLog } = await import('../experiments/hdr-log.ts');
  const log = hdrLog(durations, { suite, scenario: scenario.name, simulatedMs });
  await writeInFolder(hdr, log, '--hdr');
}

/** Several independent runs of a scenario, told as means with their spread. */
export async function runSimulateReplications(
  command: SimulateCommand,
  terminal: Terminal,
): Promise<ExitCode> {
  const { replications = 1, workers = availableParallelism() } = command;
  expectOfOneRun(command);
  const { result, durations, cpuSeconds } = await simulate(
    command,
    terminal,
    (plan, identity, options) => runReplications(plan, identity, replications, workers, options),
  );
  await writeHdr(command, durations, result, 0);
  const folder = await openOutputFolder(command.out, folderName(command, result));
  const written = `${JSON.stringify(result, null, 2)}\n`;
  const file = await folder.write('replications.json', written);
  await folder.write('run.json', runFacts(result.events, cpuSeconds));
  terminal.print(command.json ? written : renderReplicationsText(result, file));
  return exitCodes.met;
}

/** A history and a table of sources are of one run; which of several would be anyone's guess. */
function expectOfOneRun({ history, sources }: SimulateCommand): void {
  const option = history !== undefined ? '--history' : sources !== undefined ? '--sources' : null;
  if (option === null) return;
  throw new OperatorError(`${option} tells a single run, not several replications`, {
    code: 'OPTION_OF_ONE_RUN',
    exitCode: exitCodes.usage,
    hint: 'Leave out --replications: the first replication is the run without it.',
  });
}

/** Another algorithm than the scenario's own goes beside it, so that both can be compared. */
function folderName(
  { scheduling }: SimulateCommand,
  { scenario }: { readonly scenario: { readonly name: string } },
): string {
  return `simulate-${scenario.name}${scheduling === undefined ? '' : `-${scheduling}`}`;
}

function runFacts(events: number, cpuSeconds: number): string {
  const eventsPerCpuSecond = Math.round(events / cpuSeconds);
  return `${JSON.stringify({ run: 1, cpuSeconds, eventsPerCpuSecond })}\n`;
}

async function simulate<Outcome>(
  command: SimulateCommand,
  terminal: Terminal,
  runner: (
    plan: Plan,
    identity: SimulationIdentity,
    options: SimulationOptions,
  ) => Promise<Outcome>,
): Promise<Outcome> {
  const progress = terminal.progress(`reading ${command.file}`);
  try {
    const document = readDocument(await readInputFile(command.file, { bytesMax }), command.file);
    const scenario = readScenario(document);
    const besides = (path: string) => asTyped(resolve(dirname(command.file), path), command.file);
    const serviceDocument =
      typeof scenario.service === 'string' ? await readService(besides(scenario.service)) : null;
    const { planWith, configuration } = planScenario({
      scenario,
      document,
      serviceDocument,
      seed: command.seed ?? null,
      scheduling: command.scheduling ?? null,
      persistenceMs: command.persistence === undefined ? null : command.persistence * 1000,
    });
    const { trace: tracePath } = scenario.traffic;
    const trace = tracePath === undefined ? null : await openTrace(besides(tracePath));
    const plan = planWith(trace);
    progress.say(`simulating ${scenario.scenario}`);
    const identity = {
      suite: suiteVersion,
      scenario: {
        name: scenario.scenario,
        description: scenario.description ?? '',
        file: command.file,
      },
      configuration,
      notes: trace?.notes ?? [],
    };
    const { signal, engine = 'table' } = command;
    return await runner(plan, identity, { signal, engine });
  } finally {
    progress.stop();
  }
}

async function readService(path: string): Promise<Document> {
  return readDocument(await readInputFile(path, { bytesMax }), path);
}

/** Messages and results name files as the user would: relative where the scenario was given relative. */
function asTyped(path: string, scenarioFile: string): string {
  return resolve(scenarioFile) === scenarioFile ? path : relative(process.cwd(), path);
}

async function openTrace(path: string): Promise<Trace> {
  const bytes = await readInputFile(path, { bytesMax: traceBytesMax });
  const inPieces = async function* () {
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      yield bytes.subarray(from, from + pieceBytes);
    }
  };
  return readZeekTrace(inPieces(), path);
}
