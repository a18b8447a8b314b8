/**
 * `counterpoise conform`: judges one or several implementations and writes their reports. Knows the terminal, the
 * clock and the file system; what is judged and how stands in `conformance/`.
 */
import { cpus, loadavg } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { connect, runsInProcess } from '../adapters/connect.ts';
import { takesTime } from '../conformance/case-plan.ts';
import { type ConformEvent, type ConformRun, conform } from '../conformance/conform.ts';
import { replayCommand } from '../conformance/explaining.ts';
import { judgedClauses } from '../conformance/judged-clauses.ts';
import { shortDurations } from '../conformance/scales.ts';
import { nearestName } from '../documents/places.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { encodeHistory } from '../history/codec.ts';
import { renderConformanceHtml } from '../reporting/conformance-html.ts';
import { renderConformanceText } from '../reporting/conformance-text.ts';
import { duration, timeInWords, timeScaleInWords } from '../reporting/figures.ts';
import { renderJUnit } from '../reporting/junit.ts';
import type { ConformanceResult } from '../results/conformance-result.ts';
import type { LoadFacts, RunFacts } from '../results/run-facts.ts';
import type { Profile } from '../spec/configuration.ts';
import { unknownDeclarations } from '../spec/traits.ts';
import { measureLoad } from '../testbed/load.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import type { Testbed } from '../testbed/trial.ts';
import { configurationsThread } from './configurations-thread.ts';
import { type OutputFolder, openOutputFolder } from './output-folder.ts';
import type { Terminal } from './terminal.ts';
import { suiteVersion } from './version.ts';

export interface ConformCommand {
  readonly implementation: string;
  /** Clause ids or prefixes; empty: all. */
  readonly clauses: readonly string[];
  readonly profile: Profile;
  readonly seed: string;
  readonly jobs: number | null;
  readonly shrinkSeconds: number;
  readonly alpha: number;
  readonly load: boolean;
  readonly json: boolean;
  readonly out: string;
  readonly signal: AbortSignal;
}

export interface ConformReport {
  readonly result: ConformanceResult;
  /** The page to open. */
  readonly reportFile: string;
}

export async function runConform(
  command: ConformCommand,
  terminal: Terminal,
): Promise<ConformReport> {
  const selected = selectClauses(command.clauses);
  const adapter = connect(command.implementation);
  const testbed = await openTestbed(adapter, command.implementation);
  try {
    return await judge(command, selected, testbed, terminal);
  } finally {
    await testbed.dispose();
  }
}

async function judge(
  command: ConformCommand,
  selected: readonly string[],
  testbed: Testbed,
  terminal: Terminal,
): Promise<ConformReport> {
  const { description } = testbed;
  const folder = await openOutputFolder(command.out, fileName(command.implementation));
  const isInProcess = runsInProcess(command.implementation);
  const jobs = Math.min(command.jobs ?? lanesFor(testbed), description.limits.deploymentsMax);
  terminal.note(
    `Judging ${description.name} ${description.version} on ${selected.length} clauses, profile ${command.profile}, seed ${command.seed}, ${jobs} lane${jobs === 1 ? '' : 's'}`,
  );
  const doubts = [...unknownDeclarations(description), ...shortDurations(description)];
  for (const doubt of doubts) terminal.note(`  note: ${doubt}`);
  const started = { at: new Date().toISOString(), ms: performance.now() };
  const clock = () => performance.now() - started.ms;
  const watch = watching(terminal, folder, clock);
  const thread = configurationsThread(command.implementation, command.signal);
  let run: ConformRun;
  try {
    run = await conform(testbed, {
      connectable: command.implementation,
      suite: suiteVersion,
      seed: command.seed,
      profile: command.profile,
      selected,
      filter: command.clauses,
      jobs,
      alpha: command.alpha,
      ...(isInProcess ? { configurations: configurationsOfOurs } : {}),
      ...(isInProcess && cpus().length > 1 ? { elsewhere: thread.stretches } : {}),
      shrinkMs: command.shrinkSeconds * 1000,
      clock,
      signal: command.signal,
      listen: watch.listen,
      open: (connectable) => openTestbed(connect(connectable), connectable),
      save: (name, text) => folder.write(name, text),
    });
  } finally {
    await thread.close();
    await watch.stop();
  }
  const wantsLoad = command.load && description.plane === 'wire' && !command.signal.aborted;
  const load = wantsLoad ? await measureLoad(testbed) : null;
  const facts = factsOf(run, started.at, clock(), jobs, load);
  const written = JSON.stringify(run.result, null, 2);
  await folder.write('result.json', `${written}\n`);
  const shown = seenFromHere(run, folder);
  await writeReports(folder, shown, facts);
  if (command.json) terminal.print(written);
  else printReport(shown.result, facts, folder, terminal);
  return { result: run.result, reportFile: join(folder.path, 'report.html') };
}

/** Drawn for what runs in this process, where each takes a fraction of a millisecond. */
const configurationsOfOurs = 19_200;

const lanesPerCore = 3;

/** Most lanes wait most of the time: three to a core; one in stepped time, which never waits. */
function lanesFor(testbed: Testbed): number {
  if (!takesTime(testbed.description)) return 1;
  return Math.max(1, lanesPerCore * cpus().length);
}

/** Every clause whose id is, or begins with, one of the words; a word that matches nothing is an error. */
export function selectClauses(words: readonly string[]): readonly string[] {
  const ids = judgedClauses.map(({ id }) => id);
  if (words.length === 0) return ids;
  for (const word of words) {
    if (word.trim() === '') throw emptyClause();
    if (ids.some((id) => matches(id, word))) continue;
    const groups = ids.map((id) => id.slice(0, id.indexOf('.')));
    const nearest = nearestName(word, [...ids, ...groups]);
    throw new OperatorError(`no clause matches "${word}"`, {
      code: 'NO_SUCH_CLAUSE',
      exitCode: exitCodes.nothingExecuted,
      hint: nearest === null ? '`counterpoise clauses` lists them.' : `did you mean ${nearest}?`,
    });
  }
  return ids.filter((id) => words.some((word) => matches(id, word)));
}

/** Every id begins with nothing: it would stand for all. */
function emptyClause(): OperatorError {
  return new OperatorError('a clause is named by an empty word', {
    code: 'NO_SUCH_CLAUSE',
    exitCode: exitCodes.usage,
    hint: 'Name no clause for all of them; `counterpoise clauses` lists them.',
  });
}

function matches(id: string, word: string): boolean {
  return id.startsWith(word.replace(/\*$/, ''));
}

function watching(terminal: Terminal, folder: OutputFolder, clock: () => number) {
  const progress = terminal.progress('planning');
  const writing: Promise<unknown>[] = [];
  let cases = 0;
  let ended = 0;
  let done = 0;
  let failing = 0;
  const keep = ({ name, history }: Recorded): Promise<unknown> => {
    const written = folder.write(`histories/${name}.ndjson`, encodeHistory(history));
    // told when the run stops; unheard until then, it would end the process and leave its balancers behind
    written.catch(() => {});
    return written;
  };
  const listen = (event: ConformEvent): void => {
    switch (event.event) {
      case 'run.planned':
        cases = event.cases;
        terminal.note(planInWords(event));
        return;
      case 'time.measured':
        terminal.note(timeScaleInWords(event.timeScale));
        return;
      case 'case.ended':
        ended++;
        done += event.share;
        if (event.failing.length > 0) failing++;
        progress.say(
          `${ended}/${cases} cases, ${failing} failing, about ${secondsLeft(done, clock())} s left`,
        );
        return;
      case 'history.recorded':
        writing.push(keep(event));
        return;
      case 'shrinking.began':
        progress.say(`making the failure of ${event.clause} small`);
    }
  };
  return {
    listen,
    stop: async () => {
      progress.stop();
      await Promise.all(writing);
    },
  };
}

/** What is ahead, before it begins. */
function planInWords({
  cases,
  expectedMs,
  time,
  realMsPerSecond,
}: Extract<ConformEvent, { event: 'run.planned' }>): string {
  const takes = expectedMs === null ? '' : `, ${expectedInWords(expectedMs)}`;
  return `${cases} cases${takes}; ${timeInWords(time, realMsPerSecond)}`;
}

/** Below this nobody waits long for a core. */
const busyFrom = 1.5;

/** By how many want a core just now for each there is: a run takes so many times as long. */
function expectedInWords(expectedMs: number): string {
  const [wanting = 0] = loadavg();
  const busy = wanting / cpus().length;
  const rather =
    busy < busyFrom ? '' : `, rather ${duration(busy * expectedMs)} as busy as this machine is`;
  return `about ${duration(expectedMs)}${rather}, and more where something fails`;
}

type Recorded = Extract<ConformEvent, { event: 'history.recorded' }>;

/** At the pace so far: a busy machine and repeated cases show in it. */
function secondsLeft(done: number, elapsedMs: number): number {
  return Math.ceil(((elapsedMs / done) * (1 - done)) / 1000);
}

function factsOf(
  run: ConformRun,
  startedAt: string,
  durationMs: number,
  lanes: number,
  load: LoadFacts | null,
): RunFacts {
  const machine = { cores: cpus().length, node: process.version, platform: process.platform };
  return {
    run: 1,
    startedAt,
    durationMs,
    machine,
    lanes,
    timeScale: run.timeScale,
    trials: run.trials,
    load,
  };
}

type Shown = Pick<ConformRun, 'result' | 'histories'>;

/** The result names files from its own folder, so that it is the same wherever that is; commands are typed here. */
function seenFromHere({ result, histories }: Shown, { path }: OutputFolder): Shown {
  const fromHere = (file: string) => relative(process.cwd(), join(path, file));
  const { connectable } = result.implementation;
  const clauses = result.clauses.map((clause) => ({
    ...clause,
    failures: clause.failures.map((failure) => {
      const file = fromHere(failure.file);
      return { ...failure, file, replay: replayCommand(file, connectable) };
    }),
  }));
  return {
    result: { ...result, clauses },
    histories: Object.fromEntries(
      Object.entries(histories).map(([file, history]) => [fromHere(file), history]),
    ),
  };
}

async function writeReports(
  folder: OutputFolder,
  { result, histories }: Shown,
  facts: RunFacts,
): Promise<void> {
  await folder.write('run.json', `${JSON.stringify(facts, null, 2)}\n`);
  await folder.write('junit.xml', renderJUnit(result));
  await folder.write('report.html', await renderConformanceHtml(result, facts, histories));
}

function printReport(
  result: ConformanceResult,
  facts: RunFacts,
  folder: OutputFolder,
  terminal: Terminal,
): void {
  const { colour, width } = terminal;
  const reportFile = join(folder.path, 'report.html');
  terminal.print(renderConformanceText(result, facts, { colour, width, reportFile }));
}

/** `cmd:./my adapter` is no file name. */
function fileName(connectable: string): string {
  return connectable.replace(/[^A-Za-z0-9.-]+/g, '-');
}
