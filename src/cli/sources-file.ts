/** The table that `simulate --sources` writes: one row a source that connected, in the order of addresses' numbers. */
import type { SourcesTable } from '../experiments/sources-table.ts';
import { formatAddress } from '../traffic/trace.ts';
import { GrowingFile } from './growing-file.ts';

/** Rows written at once. */
const rowsInPiece = 4096;

export async function writeSources(path: string, table: SourcesTable): Promise<number> {
  const { addresses, arrived, instances } = table;
  const file = await GrowingFile.open(path, '--sources');
  try {
    const head = ['address', 'arrived', 'refused', 'failed', 'placed', ...instances];
    let text = `${head.map(cell).join(',')}\n`;
    let rows = 0;
    for (let source = 0; source < addresses.length; source++) {
      if (arrived[source] === 0) continue;
      text += rowOf(table, source);
      rows++;
      if (rows % rowsInPiece !== 0) continue;
      await file.write(text);
      text = '';
    }
    await file.write(text);
    return rows;
  } finally {
    await file.close();
  }
}

function rowOf({ addresses, arrived, failed, places, instances }: SourcesTable, source: number) {
  const width = instances.length + 1;
  const row = places.subarray(source * width, (source + 1) * width);
  const placed = row.subarray(0, -1);
  const sum = placed.reduce((all, count) => all + count, 0);
  const address = formatAddress(addresses[source] as number);
  return `${address},${arrived[source]},${row.at(-1)},${failed[source]},${sum},${placed.join(',')}\n`;
}

/** RFC 4180: quoted where a comma, a quote or a line's end stands in it. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
