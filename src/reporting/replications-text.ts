/** Several replications for a terminal: each figure's mean, its standard error and its range. */
import type { ReplicationsResult } from '../results/replications-result.ts';
import { counted, shortFigure } from './figures.ts';
import { servingReplicationsText } from './serving-text.ts';
import { columns, harmless, indent, paintFor } from './terminal-layout.ts';

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
    `${indent(table, 2)}\n\n${servingSection(result)}result  ${file}\n`
  );
}

function servingSection({ serving }: ReplicationsResult): string {
  if (serving === null) return '';
  const plain = paintFor({ colour: false, width: 80 });
  return `  serving, ${serving.discipline}: times of all replications together, then the spread between them\n\n${indent(servingReplicationsText(serving, plain), 2)}\n\n`;
}
