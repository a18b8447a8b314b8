/**
 * `counterpoise judge`: a history that anything recorded → what every judge says of it. Never green by default: without
 * a clause that could have been broken and was not, the history decides nothing.
 */
import { storyOf } from '../conformance/story.ts';
import { type Document, documentBytesMax, readDocument } from '../documents/document.ts';
import type { Path } from '../documents/places.ts';
import { decodeText } from '../documents/text.ts';
import { badInput, type ExitCode, exitCodes } from '../errors/operator-error.ts';
import { decodeHistory, linesOf } from '../history/codec.ts';
import type { History } from '../history/vocabulary.ts';
import { verdictsOn } from '../judging/attribution.ts';
import { disagreements, withService } from '../judging/given-service.ts';
import { type JudgedClause, judgeHistory } from '../judging/judge-history.ts';
import { readHistory } from '../judging/read-history.ts';
import { renderJudgeText } from '../reporting/judge-text.ts';
import { type JudgeResult, judgeResultVersion } from '../results/judge-result.ts';
import type { ConfigurationDocument } from '../spec/configuration.ts';
import { validateDocument } from '../spec/validate-document.ts';
import { selectClauses } from './conform.ts';
import { readInputFile, unpacked } from './input-files.ts';
import type { Terminal } from './terminal.ts';
import { suiteVersion } from './version.ts';

export interface JudgeCommand {
  readonly file: string;
  /** Clause ids or prefixes that must be decided; empty: whatever the history says something on. */
  readonly clauses: readonly string[];
  /** A configuration file, for histories that do not say which service they saw. */
  readonly service?: string;
  readonly json: boolean;
}

/** Two million events of the length that conform writes. */
const bytesMax = 512 * 1024 * 1024;

export async function runJudge(command: JudgeCommand, terminal: Terminal): Promise<ExitCode> {
  const selected = command.clauses.length === 0 ? null : selectClauses(command.clauses);
  const bytes = unpacked(await readInputFile(command.file, { bytesMax }), command.file, {
    bytesMax,
  });
  const text = decodeText(bytes, command.file, bytesMax);
  const recorded = decodeHistory(text, command.file);
  const lines = linesOf(text);
  const lineOf = (event: number | null) =>
    `${command.file}:${lines[event === null ? 0 : event + 1] ?? 1}:1`;
  const { history, addedEvents } =
    command.service === undefined
      ? { history: recorded, addedEvents: 0 }
      : withService(recorded, await serviceIn(command.service, recorded, lineOf));
  const place = (event: number) => lineOf(event - addedEvents);
  const result = resultOf(command.file, history, selected, place);
  terminal.print(
    command.json ? JSON.stringify(result, null, 2) : renderJudgeText(result, terminal),
  );
  return result.gate.exitCode as ExitCode;
}

async function serviceIn(
  file: string,
  history: History,
  lineOf: (event: number | null) => string,
): Promise<ConfigurationDocument> {
  const { profile } = history.header;
  const document = readDocument(await readInputFile(file, { bytesMax: documentBytesMax }), file);
  const named = (document.value as { readonly profile?: unknown } | null)?.profile;
  if (named !== undefined && named !== profile) {
    throw another(
      document,
      ['profile'],
      `the profile is ${named}, and ${profile} in ${lineOf(null)}`,
    );
  }
  const { document: service } = validateDocument(document.value, { profile });
  if (service === null) {
    throw badInput(
      `${file}: not valid in the ${profile} profile, which the history names`,
      'NOT_A_SERVICE',
      `counterpoise validate ${file} --profile ${profile} says what is wrong.`,
    );
  }
  if (service.backendServices.length > 1) {
    const what = `a history is of one service, and these are ${service.backendServices.length}`;
    throw another(document, ['backendServices', 1], what, 'Keep the one that was recorded.');
  }
  const [first] = disagreements(history, service);
  if (first === undefined) return service;
  const { path, event, given, recorded } = first;
  const words = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  throw another(
    document,
    ['backendServices', 0, ...path.split('.')],
    `${path} is ${words(given)} here, and ${words(recorded)} in ${lineOf(event)}`,
  );
}

function another(
  { fileName, placeOf }: Document,
  path: Path,
  what: string,
  hint = 'Leave out --service where the history says what it saw, or name the service that it saw.',
) {
  const { line, column } = placeOf(path);
  return badInput(`${fileName}:${line}:${column}  ${what}`, 'ANOTHER_SERVICE', hint);
}

/** As a document tells it. */
export function toldVerdict({ clause, verdict, attributedTo }: JudgedClause) {
  const { is, why, expected = null, observed = null, certificate = null } = verdict;
  return { clause, is, why, expected, observed, attributedTo, certificate };
}

function resultOf(
  file: string,
  history: History,
  selected: readonly string[] | null,
  place: (event: number) => string,
): JudgeResult {
  const defects = readHistory(history).defects.map((defect) =>
    defect
      .replace(/^event (\d+): /, (_, event: string) => `${place(Number(event))}  `)
      .replace(/^header: /, `${file}:1:1  `),
  );
  const all = judgeHistory(history);
  const judged = selected === null ? all : verdictsOn(selected, all);
  const spoken = judged.filter(({ verdict }) => verdict.is !== 'inconclusive');
  const open = judged.filter(({ verdict }) => verdict.is === 'inconclusive');
  const observations = open.filter(({ verdict }) => verdict.isObservation);
  const rest = open.filter(({ verdict }) => !verdict.isObservation);
  // with no clause named, one that this history is no case of leaves nothing open
  const undecided = rest.filter((one) => selected !== null || isPartlyMet(one));
  const { implementation } = history.header;
  const evidence = spoken.flatMap(({ verdict }) => (verdict.is === 'fail' ? verdict.evidence : []));
  return {
    result: judgeResultVersion,
    kind: 'judgement',
    suite: suiteVersion,
    implementation,
    file,
    events: history.events.length,
    defects,
    verdicts: spoken.map(toldVerdict),
    observations: observations.map(said),
    undecided: undecided.map(said),
    silent: rest.filter((one) => !undecided.includes(one)).map(({ clause }) => clause),
    story: evidence.length === 0 ? [] : storyOf(history, evidence),
    gate: gateOf({ spoken, undecided, observations, defects }),
  };
}

function said({ clause, verdict }: JudgedClause) {
  return { clause, why: verdict.why };
}

/** Some of what the clause asks for came up and some did not, or it did and no answer is certain. */
function isPartlyMet({ verdict }: JudgedClause): boolean {
  return Object.values(verdict.sometimes).some((times) => times > 0);
}

interface Said {
  readonly spoken: readonly JudgedClause[];
  readonly undecided: readonly JudgedClause[];
  readonly observations: readonly JudgedClause[];
  readonly defects: readonly string[];
}

function gateOf({ spoken, undecided, observations, defects }: Said): JudgeResult['gate'] {
  const named = (some: readonly JudgedClause[]) => some.map(({ clause }) => clause).join(', ');
  const failed = spoken.filter(
    ({ verdict, attributedTo }) => verdict.is === 'fail' && attributedTo === null,
  );
  const passed = spoken.filter(({ verdict }) => verdict.is === 'pass');
  if (defects.length > 0) {
    return {
      exitCode: exitCodes.undecided,
      why: 'the history does not add up, so it proves nothing',
    };
  }
  if (spoken.length + undecided.length + observations.length === 0) {
    return { exitCode: exitCodes.nothingExecuted, why: 'this history is no case of any clause' };
  }
  if (failed.length > 0) return { exitCode: exitCodes.failed, why: `fails ${named(failed)}` };
  if (undecided.length > 0) {
    return { exitCode: exitCodes.undecided, why: `undecided on ${named(undecided)}` };
  }
  if (passed.length === 0) {
    return { exitCode: exitCodes.undecided, why: 'nothing was declared that could be broken' };
  }
  return {
    exitCode: exitCodes.met,
    why: `keeps all ${passed.length} clauses that this history could have broken`,
  };
}
