/**
 * `counterpoise replay`: runs one saved timeline or configuration case again, on the implementation it was found on
 * or on another, and tells what every judge says.
 */
import { connect } from '../adapters/connect.ts';
import { runCase } from '../conformance/case-runner.ts';
import { parseConfigurationCase } from '../conformance/configurations/configuration-case.ts';
import { runConfigurationCase } from '../conformance/configurations/run-configurations.ts';
import { storyOf } from '../conformance/story.ts';
import type { Timeline } from '../conformance/timeline.ts';
import { parseTimeline } from '../conformance/timeline-schema.ts';
import { type Document, readDocument } from '../documents/document.ts';
import { parsePath } from '../documents/places.ts';
import { badInput, type ExitCode, exitCodes } from '../errors/operator-error.ts';
import { renderReplayText } from '../reporting/replay-text.ts';
import type { ReplayResult } from '../results/replay-result.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import type { Testbed } from '../testbed/trial.ts';
import { readInputFile } from './input-files.ts';
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
  const implementation = command.implementation ?? foundOn(document.value) ?? 'reference';
  const run = caseOf(document);
  const testbed = await openTestbed(connect(implementation), implementation);
  try {
    terminal.note(`Replaying ${command.file} on ${implementation}`);
    const result = await run(testbed, command);
    terminal.print(
      command.json ? JSON.stringify(result, null, 2) : renderReplayText(result, terminal),
    );
    return exitCodeOf(result, command.signal);
  } finally {
    await testbed.dispose();
  }
}

type Run = (testbed: Testbed, command: ReplayCommand) => Promise<ReplayResult>;

/** What the file holds, checked before anything is started. */
function caseOf(document: Document): Run {
  if (property(document.value, 'case') !== undefined) {
    const parsed = parseConfigurationCase(document.value);
    if ('violations' in parsed) throw refused(document, parsed.violations);
    return async (testbed, command) => {
      const [time = 'real'] = testbed.description.time;
      const { verdicts } = await runConfigurationCase(testbed, parsed.configurationCase, time, 1);
      return {
        file: command.file,
        verdicts: verdicts.map(({ clause, is, expected, observed }) => ({
          clause,
          is,
          why: `expected ${expected}, observed ${observed}`,
          expected,
          observed,
          attributedTo: null,
        })),
        story: [],
      };
    };
  }
  const parsed = parseTimeline(document.value);
  if ('violations' in parsed) throw refused(document, parsed.violations);
  return (testbed, command) => replayTimeline(parsed.timeline, testbed, command);
}

async function replayTimeline(
  timeline: Timeline,
  testbed: Testbed,
  command: ReplayCommand,
): Promise<ReplayResult> {
  const [time = 'real'] = testbed.description.time;
  const context = { testbed, time, signal: command.signal };
  const outcome = await runCase(context, 'replay', 'replay', timeline);
  const [history] = outcome.histories;
  const spoken = outcome.judged.filter(
    ({ clause, verdict }) => verdict.is !== 'inconclusive' || timeline.clauses.includes(clause),
  );
  const evidence = spoken.flatMap(({ verdict }) => (verdict.is === 'fail' ? verdict.evidence : []));
  return {
    file: command.file,
    verdicts: spoken.map(({ clause, verdict, attributedTo }) => ({
      clause,
      is: verdict.is,
      why: verdict.why,
      expected: verdict.expected ?? null,
      observed: verdict.observed ?? null,
      attributedTo,
    })),
    story: history === undefined ? [] : storyOf(history, evidence),
  };
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

/** Timelines that a run saved say where they were found. */
function foundOn(value: unknown): string | null {
  const implementation = property(property(value, 'found'), 'implementation');
  return typeof implementation === 'string' ? implementation : null;
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function exitCodeOf(result: ReplayResult, signal: AbortSignal): ExitCode {
  if (signal.aborted) return exitCodes.interrupted;
  const having = (is: string) => result.verdicts.some((one) => one.is === is);
  if (having('fail')) return exitCodes.failed;
  return having('pass') ? exitCodes.met : exitCodes.undecided;
}
