/**
 * `counterpoise replay`: runs one saved timeline or configuration case again, on the implementation it was found on
 * or on another, and tells what every judge says. Green only where what it was saved for is decided.
 */
import { isBuiltIn } from '../adapters/built-in.ts';
import { connect, runsInProcess } from '../adapters/connect.ts';
import { type CaseOutcome, runCase } from '../conformance/case-runner.ts';
import { parseConfigurationCase } from '../conformance/configurations/configuration-case.ts';
import { runConfigurationCase } from '../conformance/configurations/run-configurations.ts';
import { storyOf } from '../conformance/story.ts';
import type { Timeline } from '../conformance/timeline.ts';
import { idleSteps } from '../conformance/timeline-names.ts';
import { parseTimeline } from '../conformance/timeline-schema.ts';
import { type Document, readDocument } from '../documents/document.ts';
import { parsePath } from '../documents/places.ts';
import { badInput, type ExitCode, exitCodes, OperatorError } from '../errors/operator-error.ts';
import { typed } from '../errors/typed.ts';
import type { JudgedClause } from '../judging/judge-history.ts';
import { renderReplayText } from '../reporting/replay-text.ts';
import type { ReplayResult } from '../results/replay-result.ts';
import { appliesTo, clauseOf } from '../spec/clauses.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import type { Testbed } from '../testbed/trial.ts';
import { readInputFile } from './input-files.ts';
import { toldVerdict } from './judge.ts';
import type { Terminal } from './terminal.ts';

export interface ReplayCommand {
  readonly file: string;
  /** null: the one named in the file, else the reference. */
  readonly implementation: string | null;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** Far more than any generated timeline; a larger file is a mistake. */
const bytesMax = 1 << 20;

export async function runReplay(command: ReplayCommand, terminal: Terminal): Promise<ExitCode> {
  const bytes = await readInputFile(command.file, { bytesMax });
  const document = readDocument(bytes, command.file);
  const { run, notes } = caseOf(document);
  const implementation = command.implementation ?? foundOn(document, command.file) ?? 'reference';
  const testbed = await openTestbed(connect(implementation), implementation);
  try {
    terminal.note(`Replaying ${command.file} on ${implementation}`);
    for (const note of notes) terminal.note(`  note: ${note}`);
    const result = await run(testbed, command);
    terminal.print(
      command.json ? JSON.stringify(result, null, 2) : renderReplayText(result, terminal),
    );
    return result.gate.exitCode as ExitCode;
  } finally {
    await testbed.dispose();
  }
}

interface Case {
  readonly run: (testbed: Testbed, command: ReplayCommand) => Promise<ReplayResult>;
  /** What the reader may not have meant. */
  readonly notes: readonly string[];
}

/** What the file holds, checked before anything is started. */
function caseOf(document: Document): Case {
  if (property(document.value, 'case') !== undefined) {
    const parsed = parseConfigurationCase(document.value);
    if ('violations' in parsed) throw refused(document, parsed.violations);
    const { configurationCase } = parsed;
    return {
      run: (testbed, command) => replayConfiguration(configurationCase, testbed, command),
      notes: [],
    };
  }
  const parsed = parseTimeline(document.value);
  if ('violations' in parsed) throw refused(document, parsed.violations);
  const { timeline } = parsed;
  const found = property(property(document.value, 'found'), 'clause');
  return {
    run: (testbed, command) =>
      replayTimeline(timeline, typeof found === 'string' ? found : null, testbed, command),
    notes: idleSteps(timeline),
  };
}

async function replayConfiguration(
  configurationCase: Parameters<typeof runConfigurationCase>[1],
  testbed: Testbed,
  { file, signal }: ReplayCommand,
): Promise<ReplayResult> {
  const [time = 'real'] = testbed.description.time;
  const { verdicts } = await runConfigurationCase(testbed, configurationCase, time, 1);
  const told = verdicts.map(({ clause, is, expected, observed }) => ({
    clause,
    is,
    why: `expected ${expected}, observed ${observed}`,
    expected,
    observed,
    attributedTo: null,
    certificate: null,
  }));
  const passed = told.filter(({ is }) => is === 'pass').map(({ clause }) => clause);
  const gate =
    gateBefore(told, signal) ??
    (passed.length > 0
      ? { exitCode: exitCodes.met, why: `keeps ${passed.join(', ')}` }
      : { exitCode: exitCodes.undecided, why: 'it decides nothing on this implementation' });
  return { file, verdicts: told, story: [], gate };
}

async function replayTimeline(
  timeline: Timeline,
  found: string | null,
  testbed: Testbed,
  { file, signal }: ReplayCommand,
): Promise<ReplayResult> {
  const [time = 'real'] = testbed.description.time;
  const outcome = await runCase({ testbed, time, signal }, 'replay', 'replay', timeline);
  const [history] = outcome.histories;
  const own = new Set([...timeline.clauses, ...(found === null ? [] : [found])]);
  const spoken = outcome.judged
    .map((one) => asDecided(one, outcome, testbed))
    .filter(({ clause, verdict }) => verdict.is !== 'inconclusive' || own.has(clause));
  const evidence = spoken.flatMap(({ verdict }) => (verdict.is === 'fail' ? verdict.evidence : []));
  const verdicts = spoken.map(toldVerdict);
  return {
    file,
    verdicts,
    story: history === undefined ? [] : storyOf(history, evidence),
    gate: gateBefore(verdicts, signal) ?? gateOf(timeline, found, verdicts),
  };
}

/** What does not show every time, or is about what the implementation says it does not do, is no failure. */
function asDecided(
  one: JudgedClause,
  { intermittent }: CaseOutcome,
  { description }: Testbed,
): JudgedClause {
  const { clause, verdict } = one;
  const seen = intermittent[clause];
  const why = !appliesTo(clause, description.capabilities)
    ? `${description.name} does not support what it asks for`
    : seen !== undefined
      ? `failed in ${seen.failed} of ${seen.of} runs: ${verdict.why}`
      : null;
  return why === null ? one : { ...one, verdict: { ...verdict, is: 'inconclusive', why } };
}

type Verdicts = ReplayResult['verdicts'];

/** What comes before all else: an interruption, and whatever fails, be it what the case was made for or not. */
function gateBefore(verdicts: Verdicts, signal: AbortSignal): ReplayResult['gate'] | null {
  if (signal.aborted) return { exitCode: exitCodes.interrupted, why: 'interrupted before the end' };
  const failing = verdicts.filter(({ is }) => is === 'fail');
  const own = failing.filter(({ attributedTo }) => attributedTo === null);
  const told = (own.length > 0 ? own : failing).map(({ clause }) => clause);
  return failing.length === 0
    ? null
    : { exitCode: exitCodes.failed, why: `fails ${told.join(', ')}` };
}

/** Nothing fails: green only where the clause that it was found to fail, or one that it was made for, is kept. */
function gateOf(
  { clauses, steps }: Timeline,
  found: string | null,
  verdicts: Verdicts,
): ReplayResult['gate'] {
  const undecided = (why: string) => ({ exitCode: exitCodes.undecided, why });
  const passed = verdicts.filter(({ is }) => is === 'pass').map(({ clause }) => clause);
  if (steps.length === 0) return undecided('the timeline has no steps, so it shows nothing');
  if (found !== null && !passed.includes(found)) {
    return undecided(`undecided on ${named(found)}, which this timeline was found to fail`);
  }
  const kept = passed.filter((clause) => clause === found || clauses.includes(clause));
  if (kept.length > 0) return { exitCode: exitCodes.met, why: `keeps ${kept.join(', ')}` };
  if (clauses.length > 0) {
    return undecided(
      `undecided on ${clauses.map(named).join(', ')}, which this timeline was made for`,
    );
  }
  return passed.length > 0
    ? { exitCode: exitCodes.met, why: `keeps ${passed.join(', ')}` }
    : undecided('no clause is decided');
}

function named(clause: string): string {
  return clauseOf(clause) === undefined ? `${clause} (no such clause)` : clause;
}

function refused(
  document: Document,
  violations: readonly { readonly path: string; readonly expected: string }[],
) {
  const lines = violations.map(({ path, expected }) => {
    const { line, column } = document.placeOf(parsePath(path) ?? []);
    return `${document.fileName}:${line}:${column}  ${path === '' ? '' : `${path}  `}${expected}`;
  });
  return badInput(
    lines.join('\n'),
    'NOT_A_TIMELINE',
    'conform saves such files under failures/; schemas/timeline.schema.json describes them',
  );
}

/** Timelines that a run saved say where they were found. A file may name what we bring ourselves, and start nothing else. */
function foundOn({ value }: Document, file: string): string | null {
  const implementation = property(property(value, 'found'), 'implementation');
  if (typeof implementation !== 'string') return null;
  if (runsInProcess(implementation) || isBuiltIn(implementation)) return implementation;
  throw new OperatorError(
    `${file} was found on ${JSON.stringify(implementation)}, which a file alone does not start`,
    {
      code: 'IMPLEMENTATION_NOT_NAMED',
      exitCode: exitCodes.usage,
      hint: `If you trust it: ${typed(['npx', 'counterpoise', 'replay', file, implementation])}`,
    },
  );
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
