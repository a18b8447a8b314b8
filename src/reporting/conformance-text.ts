/**
 * The conformance report for a terminal: what was judged, every clause on a line, each failure as a story, and
 * what it comes down to. Knows results and facts of the run, no stream and no file.
 */
import type {
  ClauseResult,
  ClauseVerdict,
  ConformanceResult,
  Failure,
  Likeness,
  StoryLine,
} from '../results/conformance-result.ts';
import type { RunFacts } from '../results/run-facts.ts';
import { counted, coverageInWords, duration, figure, moment, timeInWords } from './figures.ts';
import { passagesOf } from './story-steps.ts';
import {
  columns,
  harmless,
  indent,
  type Paint,
  paintFor,
  type TerminalLook,
  wrapped,
} from './terminal-layout.ts';
import {
  countsInWords,
  countVerdicts,
  familiesOf,
  flagsOf,
  headlineOf,
  verdictsInOrder,
  verdictWords,
} from './verdict-words.ts';

export interface ConformanceLook extends TerminalLook {
  /** The page to open for more; absent: none was written. */
  readonly reportFile?: string;
}

/** Below this the reason goes under its clause instead of beside it. */
const widthForReasonBeside = 100;
const failuresToldPerClause = 2;

export function renderConformanceText(
  result: ConformanceResult,
  facts: RunFacts | null,
  look: ConformanceLook,
): string {
  const sections = [
    identity(result, facts, look),
    ...familiesOf(result.clauses).map((family) => familySection(family.name, family.clauses, look)),
    ...adapterNotes(result.clauses, look),
    ...failureStories(result, look),
    summary(result, look),
  ];
  return `${sections.join('\n\n')}\n`;
}

function identity(result: ConformanceResult, facts: RunFacts | null, look: TerminalLook): string {
  const paint = paintFor(look);
  const { name, version, connectable } = result.implementation;
  const rows: [string, string][] = [
    ['judged', `${name} ${version} (${connectable})`],
    ['by', `counterpoise ${result.suite}, profile ${result.profile}, seed ${result.seed}`],
    ['time', timeInWords(result.time, result.realMsPerSecond)],
    ['evidence', evidenceInWords(result)],
    ['canary', result.canary.why],
  ];
  const coverage = coverageInWords(result.coverage);
  if (coverage !== '') rows.push(['covered', coverage]);
  if (result.falseAlarms.checks > 0) rows.push(['alarms', alarmsInWords(result)]);
  if (result.filter.length > 0) rows.push(['only', result.filter.join(', ')]);
  if (facts !== null) {
    rows.push(['took', `${duration(facts.durationMs)} on ${counted(facts.lanes, 'lane')}`]);
  }
  if (!result.complete) rows.push(['note', 'incomplete: the run ended early']);
  const paintOf = (label: string) =>
    label === 'judged' ? paint.bold : label === 'note' ? paint.yellow : String;
  const cells = rows.map(([label, text]) => [
    paint.dim(label),
    paintOf(label)(wrapped(harmless(text), look.width - 10)),
  ]);
  return columns(cells, ['left', 'left']);
}

/** What the statistical verdicts are worth, all together. */
function alarmsInWords({ falseAlarms, clauses }: ConformanceResult): string {
  const { alpha, checks, rateOfEach } = falseAlarms;
  const certified = clauses.filter(({ certificate }) => certificate !== null).length;
  return `false in at most ${small(alpha)} of runs: ${counted(checks, 'statistical check')} of ${counted(certified, 'clause')} at ${small(rateOfEach)} each, all others are exact`;
}

function small(value: number): string {
  return value >= 0.001 ? String(value) : value.toExponential(1).replace('.0e', 'e');
}

function evidenceInWords({ cases }: ConformanceResult): string {
  return [
    counted(cases.configurations, 'configuration'),
    counted(cases.timelines, 'timeline'),
    counted(cases.connections, 'connection'),
    counted(cases.checks, 'check'),
  ].join(', ');
}

function familySection(name: string, clauses: readonly ClauseResult[], look: TerminalLook): string {
  const paint = paintFor(look);
  const title = `${paint.bold(harmless(name))}  ${paint.dim(countsInWords(countVerdicts(clauses)))}`;
  return `${title}\n${indent(clauseLines(clauses, look), 2)}`;
}

function clauseLines(clauses: readonly ClauseResult[], look: TerminalLook): string {
  const paint = paintFor(look);
  if (look.width < widthForReasonBeside) {
    return clauses
      .map((clause) => {
        const head = columns(
          [[verdictCell(clause.verdict, paint), harmless(clause.id)]],
          ['left', 'left'],
        );
        return `${head}\n${paint.dim(indent(wrapped(reasonOf(clause), look.width - 6), 4))}`;
      })
      .join('\n');
  }
  const idWidth = Math.max(...clauses.map((clause) => harmless(clause.id).length));
  const reasonWidth = Math.max(30, look.width - idWidth - widestVerdict - 8);
  const rows = clauses.map((clause) => [
    verdictCell(clause.verdict, paint),
    harmless(clause.id),
    paint.dim(wrapped(reasonOf(clause), reasonWidth)),
  ]);
  return columns(rows, ['left', 'left', 'left']);
}

const widestVerdict =
  2 + Math.max(...verdictsInOrder.map((each) => verdictWords[each].word.length));

export function verdictCell(verdict: ClauseVerdict, paint: Paint): string {
  const { symbol, word } = verdictWords[verdict];
  return verdictPaint(verdict, paint)(`${symbol} ${word}`.padEnd(widestVerdict));
}

function verdictPaint(verdict: ClauseVerdict, paint: Paint): (text: string) => string {
  if (verdict === 'pass') return paint.green;
  if (verdict === 'fail') return (text) => paint.bold(paint.red(text));
  if (verdict === 'error') return (text) => paint.bold(paint.magenta(text));
  return verdict === 'inconclusive' ? paint.yellow : paint.dim;
}

function reasonOf(clause: ClauseResult): string {
  const flags = flagsOf(clause).map((flag) => `[${flag}]`);
  return harmless([clause.why, ...flags].join('  '));
}

/** What the adapter does in the balancer's place, each thing once. */
function adapterNotes(clauses: readonly ClauseResult[], look: TerminalLook): string[] {
  const notes = new Set(clauses.flatMap(({ byAdapter }) => byAdapter ?? []));
  if (notes.size === 0) return [];
  const paint = paintFor(look);
  const lines = [...notes].map((note) => paint.dim(wrapped(`- ${harmless(note)}`, look.width - 2)));
  return [`${paint.bold('by adapter')}\n${indent(lines.join('\n'), 2)}`];
}

function failureStories(result: ConformanceResult, look: TerminalLook): string[] {
  return result.clauses
    .filter((clause) => clause.failures.length > 0)
    .map((clause) => failureStory(clause, affectedBy(clause, result.clauses), look));
}

function affectedBy(clause: ClauseResult, all: readonly ClauseResult[]): readonly string[] {
  return all.filter((each) => each.attributedTo === clause.id).map((each) => each.id);
}

function failureStory(
  clause: ClauseResult,
  affected: readonly string[],
  look: TerminalLook,
): string {
  const paint = paintFor(look);
  const { symbol, word } = verdictWords[clause.verdict];
  const mark = verdictPaint(clause.verdict, paint)(`${symbol} ${word.toUpperCase()}`);
  const textWidth = look.width - 4;
  const lines = [
    paint.dim('─'.repeat(look.width)),
    `${mark}  ${paint.bold(harmless(clause.id))}  ${paint.dim(clause.strength)}`,
    indent(wrapped(harmless(clause.statement), textWidth), 2),
  ];
  for (const failure of clause.failures.slice(0, failuresToldPerClause)) {
    lines.push('', indent(failureLines(failure, look), 2));
  }
  const untold = clause.failures.length - failuresToldPerClause;
  if (untold > 0) lines.push('', `  and ${counted(untold, 'more failing case')} in the report`);
  if (affected.length > 0) {
    const text = `also affected: ${affected.map(harmless).join(', ')}`;
    lines.push('', indent(paint.dim(wrapped(text, textWidth)), 2));
  }
  return lines.join('\n');
}

function failureLines(failure: Failure, look: TerminalLook): string {
  const paint = paintFor(look);
  const labelWidth = 'expected'.length;
  const textWidth = look.width - labelWidth - 6;
  const row = (label: string, text: string) => [
    paint.dim(label),
    wrapped(harmless(text), textWidth),
  ];
  const head = columns(
    [
      row('expected', failure.expected),
      row('observed', failure.observed),
      row('because', failure.why),
      ...(failure.looksLike === null ? [] : [row('like', likenessInWords(failure.looksLike))]),
    ],
    ['left', 'left'],
  );
  const foot = columns(
    [
      // A command is for copying: it is never broken.
      [paint.dim('replay'.padEnd(labelWidth)), paint.cyan(harmless(failure.replay))],
      [paint.dim('file'), harmless(failure.file)],
    ],
    ['left', 'left'],
  );
  const story = storyLines(failure, look);
  return story === '' ? `${head}\n${foot}` : `${head}\n\n${story}\n\n${foot}`;
}

function likenessInWords({ defect, sentence, thread }: Likeness): string {
  const place = thread === null ? '' : ` As in ${thread}.`;
  return `looks like defect ${defect}: ${sentence}${place}`;
}

function storyLines(failure: Failure, look: TerminalLook): string {
  if (failure.story.length === 0) return '';
  const { from, to, runs } = failure.shrunk;
  const title =
    from > to
      ? `timeline, shrunk from ${counted(from, 'step')} to ${figure(to)} in ${counted(runs, 'run')}`
      : 'timeline';
  const table = `${paintFor(look).dim(title)}\n${indent(storyTable(failure.story, look), 2)}`;
  if (failure.indifferent.length === 0) return table;
  const free = `any would do: ${failure.indifferent.join(', ')}`;
  return `${table}\n${indent(wrapped(harmless(free), look.width - 4), 2)}`;
}

export function storyTable(story: readonly StoryLine[], look: TerminalLook): string {
  const paint = paintFor(look);
  const momentWidth = Math.max(...story.map((line) => moment(line.atMs).length));
  const rows = passagesOf(story).flatMap((passage) => {
    if (passage.is === 'folded') {
      return [['', '', paint.dim(`… ${counted(passage.steps.length, 'step')} of background`)]];
    }
    return passage.steps.map(({ line }) => {
      const text = wrapped(harmless(line.text), look.width - momentWidth - 12);
      return [
        paint.dim(moment(line.atMs)),
        line.isEvidence ? paint.red('▸') : ' ',
        line.isEvidence ? paint.bold(text) : text,
      ];
    });
  });
  return columns(rows, ['right', 'left', 'left']);
}

function summary(result: ConformanceResult, look: ConformanceLook): string {
  const paint = paintFor(look);
  const rows = verdictsInOrder
    .filter((verdict) => result.counts[verdict] > 0)
    .map((verdict) => [
      verdictPaint(verdict, paint)(figure(result.counts[verdict])),
      verdictCell(verdict, paint),
      paint.dim(wrapped(verdictWords[verdict].meaning, look.width - widestVerdict - 12)),
    ]);
  const lines = [
    paint.dim('─'.repeat(look.width)),
    paint.bold(wrapped(headlineOf(result), look.width)),
  ];
  if (rows.length > 0) lines.push(indent(columns(rows, ['right', 'left', 'left']), 2));
  lines.push(
    wrapped(`${harmless(result.gate.why)} (exit code ${result.gate.exitCode})`, look.width),
  );
  if (look.reportFile !== undefined) lines.push(`open  ${paint.cyan(harmless(look.reportFile))}`);
  return lines.join('\n');
}
