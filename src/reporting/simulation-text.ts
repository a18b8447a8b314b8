/** The simulation report for a terminal: totals, a table per instance, detections, and where the load came from. Knows the result only. */
import type {
  Detection,
  SimulatedInstance,
  SimulationResult,
} from '../results/simulation-result.ts';
import { durationsSeen, timeCells, timeTitles } from './duration-words.ts';
import { counted, duration, figure, moment, percent, shortFigure } from './figures.ts';
import { servingText } from './serving-text.ts';
import {
  type Align,
  columns,
  harmless,
  indent,
  type Paint,
  paintFor,
  type TerminalLook,
  wrapped,
} from './terminal-layout.ts';

export interface SimulationLook extends TerminalLook {
  /** The page to open for more; absent: none was written. */
  readonly reportFile?: string;
}

const sourcesListed = 5;
const detectionsListed = 20;
/** A source with less than this of all connections is not worth a remark. */
const remarkableShare = 0.1;

export function renderSimulationText(result: SimulationResult, look: SimulationLook): string {
  const paint = paintFor(look);
  const sections = [
    identity(result, look, paint),
    totals(result, paint),
    section('instances', instanceTable(result.instances, paint), paint),
    ...(result.serving === null
      ? []
      : [section('serving', servingText(result.serving, paint), paint)]),
    ...(durationsSeen(result.durations).length > 0
      ? [section('durations', durationTable(result, paint), paint)]
      : []),
    ...(result.detections.length > 0
      ? [section('failures', detectionTable(result.detections, paint), paint)]
      : []),
    ...(result.sources.busiest.length > 0
      ? [section('sources', sourceTable(result, paint), paint)]
      : []),
    ...(result.notes.length > 0 ? [section('notes', notes(result, look), paint)] : []),
    ...(look.reportFile === undefined ? [] : [`open  ${paint.cyan(harmless(look.reportFile))}`]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function section(title: string, text: string, paint: Paint): string {
  return `${paint.bold(title)}\n${indent(text, 2)}`;
}

function identity(result: SimulationResult, look: TerminalLook, paint: Paint): string {
  const { name, description, file } = result.scenario;
  const rows = [
    ['simulated', `${paint.bold(harmless(name))} (${harmless(file)})`],
    ['under', harmless(result.scheduling)],
    ['for', `${duration(result.simulatedMs)}, ${counted(result.events, 'event')}`],
    ['by', `counterpoise ${harmless(result.suite)}, seed ${harmless(result.seed)}`],
  ].map(([label = '', text = '']) => [paint.dim(label), text]);
  const head = columns(rows, ['left', 'left']);
  return description === '' ? head : `${wrapped(harmless(description), look.width)}\n\n${head}`;
}

function totals({ totals: all, serving }: SimulationResult, paint: Paint): string {
  const rows: [string, number, string][] = [
    ['arrived', all.arrived, ''],
    ['placed', all.placed, ''],
    ['refused', all.refused, 'nobody was eligible'],
    ...(serving === null
      ? []
      : ([
          ['turned away', all.turnedAway, 'the slots and the queue of their instance were full'],
        ] satisfies [string, number, string][])),
    ['failed', all.failed, 'placed on an instance that was down and not yet detected'],
    ['lost', all.lost, 'established when their instance failed'],
    ['cut', all.cutByDrain, 'still open at the end of a drain'],
    ['completed', all.completed, ''],
  ];
  const counts = rows.map(([label, count, meaning]) => {
    const isBad = meaning !== '' && count > 0;
    return [label, isBad ? paint.red(figure(count)) : figure(count), paint.dim(meaning)];
  });
  const active = [
    ['active, mean', shortFigure(all.activeMean), ''],
    ['active, most', figure(all.activeMax), ''],
  ];
  return section('connections', columns([...counts, ...active], ['left', 'right', 'left']), paint);
}

function instanceTable(instances: readonly SimulatedInstance[], paint: Paint): string {
  const head = [
    'instance',
    'weight',
    'placed',
    'share',
    'by weight',
    'active',
    'most',
    'failed',
    'lost',
    'cut',
    'eligible',
  ].map((title) => paint.dim(title));
  const rows = instances.map((instance) => [
    harmless(instance.name),
    figure(instance.weight),
    figure(instance.placed),
    percent(instance.share),
    paint.dim(percent(instance.shareByWeight)),
    shortFigure(instance.activeMean),
    figure(instance.activeMax),
    countedBad(instance.failed, paint),
    countedBad(instance.lost, paint),
    countedBad(instance.cutByDrain, paint),
    percent(instance.eligibleShare),
  ]);
  const aligns: Align[] = ['left', ...Array.from({ length: 10 }, (): Align => 'right')];
  return columns([head, ...rows], aligns);
}

function durationTable({ durations }: SimulationResult, paint: Paint): string {
  const titles = ['', 'count', ...timeTitles];
  const rows = durationsSeen(durations).map(({ words, percentiles }) => [
    words,
    figure(percentiles.count),
    ...timeCells(percentiles),
  ]);
  const aligns = titles.map((_, at): Align => (at === 0 ? 'left' : 'right'));
  return columns([titles.map((title) => paint.dim(title)), ...rows], aligns);
}

function countedBad(count: number, paint: Paint): string {
  return count > 0 ? paint.red(figure(count)) : paint.dim('0');
}

function detectionTable(detections: readonly Detection[], paint: Paint): string {
  const head = ['instance', 'failed at', 'taken out after', 'recovered at', 'back after'];
  const rows = detections
    .slice(0, detectionsListed)
    .map((each) => [
      harmless(each.instance),
      moment(each.failedAtMs),
      each.detectedAtMs === null
        ? paint.yellow('never')
        : duration(each.detectedAtMs - each.failedAtMs),
      each.recoveredAtMs === null ? '–' : moment(each.recoveredAtMs),
      each.recoveredAtMs === null || each.returnedAtMs === null
        ? '–'
        : duration(each.returnedAtMs - each.recoveredAtMs),
    ]);
  const table = columns(
    [head.map((title) => paint.dim(title)), ...rows],
    ['left', 'right', 'right', 'right', 'right'],
  );
  const unlisted = detections.length - detectionsListed;
  return unlisted > 0 ? `${table}\nand ${counted(unlisted, 'more failure')}` : table;
}

function sourceTable(result: SimulationResult, paint: Paint): string {
  const { count, busiest } = result.sources;
  const rows = busiest.slice(0, sourcesListed).map((source) => {
    const share = percent(source.share);
    return [
      harmless(source.address),
      figure(source.connections),
      source.share >= remarkableShare ? paint.yellow(share) : share,
      spreadInWords(source.instances),
    ];
  });
  const table = columns(rows, ['left', 'right', 'right', 'left']);
  return `${counted(count, 'source')}; the busiest:\n${table}`;
}

/** `all on a`, or the instances most used first. */
function spreadInWords(instances: Readonly<Record<string, number>>): string {
  const used = Object.entries(instances)
    .filter(([, placed]) => placed > 0)
    .sort(([, a], [, b]) => b - a);
  const total = used.reduce((sum, [, placed]) => sum + placed, 0);
  const [first] = used;
  if (first === undefined) return 'placed nowhere';
  if (used.length === 1) return `all on ${harmless(first[0])}`;
  const named = used
    .slice(0, 4)
    .map(([name, placed]) => `${harmless(name)} ${percent(placed / total)}`);
  return used.length > 4 ? `${named.join(', ')}, …` : named.join(', ');
}

function notes(result: SimulationResult, look: TerminalLook): string {
  return result.notes.map((note) => wrapped(`- ${harmless(note)}`, look.width - 2)).join('\n');
}
