/** Instances with slots for a terminal: how long connections waited and took, and how busy the slots of each were. Knows the result only. */
import type { Percentiles } from '../results/durations-result.ts';
import type { ServingFigures, ServingReplications } from '../results/serving-result.ts';
import { timeCells, timeTitles } from './duration-words.ts';
import { counted, duration, figure, percent } from './figures.ts';
import { type Align, columns, harmless, type Paint } from './terminal-layout.ts';

export function servingText(serving: ServingFigures, paint: Paint): string {
  return [servingInWords(serving), timeTable(serving, paint), instanceTable(serving, paint)].join(
    '\n\n',
  );
}

/** One or two sentences, for every kind of report. */
export function servingInWords(serving: ServingFigures): string {
  const { discipline, measuredFromMs, measuredToMs, served, utilisation } = serving;
  const manner = discipline === 'fifo' ? 'waited for a slot' : 'had to share slots';
  const turnedAway =
    serving.turnedAway === 0
      ? ''
      : ` ${percent(serving.turnedAway / serving.offered)} were turned away.`;
  return (
    `${discipline}: of ${counted(served, 'connection')} served that came from ${duration(measuredFromMs)} to ${duration(measuredToMs)}, ` +
    `${percent(serving.delayedShare)} ${manner}.${turnedAway} Slots were busy ${percent(utilisation)} of the time.`
  );
}

function timeTable(times: Pick<ServingFigures, 'delay' | 'response'>, paint: Paint): string {
  const head = ['', ...timeTitles].map((title) => paint.dim(title));
  const aligns = head.map((_, at): Align => (at === 0 ? 'left' : 'right'));
  return columns([head, ...timeRows(times)], aligns);
}

/** For every kind of report: a name, then the times under `timeTitles`. */
export function timeRows({
  delay,
  response,
}: Pick<ServingFigures, 'delay' | 'response'>): readonly (readonly string[])[] {
  const row = (name: string, times: Percentiles | null) =>
    times === null ? [] : [[name, ...timeCells(times)]];
  return [...row('delay', delay), ...row('response', response)];
}

function instanceTable({ instances }: ServingFigures, paint: Paint): string {
  const head = [
    'instance',
    'slots',
    'queue',
    'served',
    'turned away',
    'delayed',
    'delay',
    'response',
    'busy',
    'most waiting',
  ];
  const rows = instances.map((each) => [
    harmless(each.name),
    figure(each.slots),
    each.queueMax === null ? 'any' : figure(each.queueMax),
    figure(each.served),
    each.turnedAway > 0 ? paint.red(figure(each.turnedAway)) : paint.dim('0'),
    percent(each.delayedShare),
    duration(each.delayMeanMs),
    duration(each.responseMeanMs),
    percent(each.utilisation),
    figure(each.waitingMax),
  ]);
  const aligns: Align[] = ['left', ...head.slice(1).map((): Align => 'right')];
  return columns([head.map((title) => paint.dim(title)), ...rows], aligns);
}

/** Times of all replications' connections together, then each figure's spread between replications. */
export function servingReplicationsText(serving: ServingReplications, paint: Paint): string {
  const spread = Object.entries(serving.spread).map(([name, { mean, standardError, min, max }]) => [
    name,
    ...[mean, standardError, min, max].map(name.endsWith('Ms') ? duration : percent),
  ]);
  const head = ['', 'mean', 'standard error', 'least', 'most'];
  return [
    timeTable(serving, paint),
    columns([head, ...spread], ['left', 'right', 'right', 'right', 'right']),
  ].join('\n\n');
}
