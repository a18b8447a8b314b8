/**
 * `counterpoise models`: the machines that everything runs on, as diagrams or as the tables made of them. Knows
 * where text goes; what a machine is stands in `models/`.
 */
import { join } from 'node:path';
import Table from 'cli-table3';
import { mermaidOf, svgOf } from '../../models/diagrams.ts';
import { machines, type NamedMachine } from '../../models/machines.ts';
import { actionListShift, type Table as MachineTable } from '../../models/table.ts';
import { nearestName } from '../documents/places.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { writeInFolder } from './output-folder.ts';

export interface ModelsCommand {
  readonly name?: string;
  readonly format: 'mermaid' | 'svg' | 'table';
  /** A folder; without one the text is the answer. */
  readonly out?: string;
}

const endings = { mermaid: 'mmd', svg: 'svg', table: 'txt' } as const;

export async function runModels(command: ModelsCommand): Promise<{ readonly stdout: string }> {
  const chosen = machinesNamed(command.name);
  const drawn = await Promise.all(
    chosen.map(async (machine) => ({ machine, text: await draw(machine, command.format) })),
  );
  const { out } = command;
  if (out === undefined) return { stdout: drawn.map(({ text }) => text).join('\n') };
  const written = drawn.map(async ({ machine, text }) => {
    const path = join(out, `${machine.name}.${endings[command.format]}`);
    await writeInFolder(path, text);
    return path;
  });
  return { stdout: `${(await Promise.all(written)).join('\n')}\n` };
}

function machinesNamed(name: string | undefined): readonly NamedMachine[] {
  if (name === undefined) return machines;
  const found = machines.filter((machine) => machine.name === name);
  if (found.length > 0) return found;
  const names = machines.map((machine) => machine.name);
  throw new OperatorError(`${name}: there is no such model`, {
    code: 'MODEL_UNKNOWN',
    exitCode: exitCodes.usage,
    hint: `Did you mean \`${nearestName(name, names) ?? names[0]}\`? Known: ${names.join(', ')}.`,
  });
}

async function draw(named: NamedMachine, format: ModelsCommand['format']): Promise<string> {
  const { machine, sentence } = named;
  if (format === 'mermaid') return `%% ${sentence}\n${mermaidOf(machine)}`;
  if (format === 'svg') return svgOf(machine, sentence);
  return `${sentence}\n${tableText(named.compiled().table)}\n`;
}

/** One row a state, one column an event: where it leads and what is done on the way. */
function tableText(table: MachineTable): string {
  const width = table.events.length;
  const text = new Table({ head: ['state', ...table.events], style: { head: [], border: [] } });
  table.states.forEach((state, index) => {
    const cells = table.events.map((_, event) => {
      const cell = index * width + event;
      const next = table.next[cell] as number;
      const list = table.actionLists[(table.outcome[cell] as number) >>> actionListShift] ?? [];
      const does = list.map((action) => table.actions[action]).join(', ');
      const place = next === index ? '·' : (table.states[next] as string);
      return does === '' ? place : `${place}\n/ ${does}`;
    });
    const tags = table.tags.filter((_, bit) => ((table.stateTags[index] as number) >> bit) & 1);
    text.push([tags.length === 0 ? state : `${state}\n«${tags.join(', ')}»`, ...cells]);
  });
  return text.toString();
}
