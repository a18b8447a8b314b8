/** Several replications for a terminal: each figure's mean, its standard error and its range, and percentiles of all together. */
import { durationNames } from '../results/durations-result.ts';
import type { ReplicationsResult } from '../results/replications-result.ts';
import { durationWords, percentileTitles } from './duration-words.ts';
import { counted, duration, figure, shortFigure } from './figures.ts';
import { servingReplicationsText } from './serving-text.ts';
import { type Align, columns, harmless, indent, paintFor } from './terminal-layout.ts';

export function renderReplicationsText(result: ReplicationsResult, file: string): string {
  const { scenario, replications, scheduling, seed, spread } = result;
  const rows = Object.entries(spread).map(([name, { mean, standardError, min, max }]) => [
    name,
    ...[mean, standardError, min, max].map(shortFigure),
  ]);
  const table = columns(
    [['', 'mean', 'standard error', 'least', 'most'], ...rows],
    ['left', 'right', 'right', 'right', 'right'],
  );
  return (
    `${harmless(scenario.name)}: ${counted(replications, 'replication')} under ${scheduling}, seed ${harmless(seed)}\n\n` +
    `${indent(table, 2)}\n\n${durationTable(result)}${servingSection(result)}result  ${file}\n`
  );
}

/** Percentiles of all values together, and the standard error that replications give each. */
function durationTable({ durations }: ReplicationsResult): string {
  const rows = durationNames.flatMap((name) => {
    const told = durations[name];
    if (told === null) return [];
    const { merged, spread } = told;
    return [
      [
        durationWords[name],
        figure(merged.count),
        ...percentileTitles.map(
          ([title]) => `${duration(merged[title])} ± ${duration(spread[title].standardError)}`,
        ),
      ],
    ];
  });
  if (rows.length === 0) return '';
  const titles = ['', 'count', ...percentileTitles.map(([, title]) => title)];
  const aligns = titles.map((_, at): Align => (at === 0 ? 'left' : 'right'));
  return `durations, all replications together ± standard error\n${indent(columns([titles, ...rows], aligns), 2)}\n\n`;
}

function servingSection({ serving }: ReplicationsResult): string {
  if (serving === null) return '';
  const plain = paintFor({ colour: false, width: 80 });
  return `serving, ${serving.discipline}: times of all replications together, then the spread between replications\n${indent(servingReplicationsText(serving, plain), 2)}\n\n`;
}
