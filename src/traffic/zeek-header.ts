/**
 * The `#` lines of a Zeek log and where they say that the wanted columns stand. Knows no row.
 * Format: https://docs.zeek.org/en/master/log-formats.html (Zeek TSV).
 */
import { badInput } from '../errors/operator-error.ts';

/** Column numbers of one `#fields` line; −1: the log has no such column. */
export interface Columns {
  readonly count: number;
  readonly time: number;
  readonly address: number;
  readonly protocol: number;
  readonly duration: number;
}

export class ZeekHeader {
  separator = '\t';
  unset = '-';
  empty = '(empty)';
  path: string | null = null;
  columns: Columns | null = null;

  see(line: string, place: string): void {
    if (line.startsWith('#separator')) {
      this.separator = unescaped(line.slice('#separator'.length).trim(), place);
      return;
    }
    const [name, ...values] = line.split(this.separator);
    if (name === '#path') this.path = knownPath(values[0] ?? '', place);
    else if (name === '#unset_field') this.unset = values[0] ?? this.unset;
    else if (name === '#empty_field') this.empty = values[0] ?? this.empty;
    else if (name === '#fields') this.columns = columnsOf(values, this.path, place);
  }
}

/** Zeek writes the separator as `\x09`. */
function unescaped(text: string, place: string): string {
  const match = /^\\x([0-9a-fA-F]{2})$/.exec(text);
  if (match !== null) return String.fromCharCode(Number.parseInt(match[1] as string, 16));
  if (text.length === 1) return text;
  throw badInput(
    `${place}  #separator is ${JSON.stringify(text.slice(0, 20))}, where one character such as \\x09 belongs`,
    'TRACE_HEADER',
  );
}

function knownPath(path: string, place: string): string {
  if (path === 'conn' || path === 'ssl') return path;
  throw badInput(
    `${place}  this is Zeek's ${JSON.stringify(path.slice(0, 40))} log; connections are in conn.log or ssl.log`,
    'TRACE_PATH',
  );
}

function columnsOf(fields: readonly string[], path: string | null, place: string): Columns {
  // Only TCP carries TLS, so an ssl log needs no protocol column.
  const needed = ['ts', 'id.orig_h', ...(path === 'ssl' ? [] : ['proto'])];
  const missing = needed.filter((field) => !fields.includes(field));
  if (missing.length > 0) {
    throw badInput(
      `${place}  #fields lacks ${missing.join(', ')}`,
      'TRACE_FIELDS',
      `Needed are ${needed.join(', ')}; duration is read where there is one.`,
    );
  }
  return {
    count: fields.length,
    time: fields.indexOf('ts'),
    address: fields.indexOf('id.orig_h'),
    protocol: path === 'ssl' ? -1 : fields.indexOf('proto'),
    duration: fields.indexOf('duration'),
  };
}
