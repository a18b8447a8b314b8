/**
 * Histories as NDJSON, one object a line: written with stable keys, read with the place of every mistake. A file that
 * was cut off is a truncated history, not a mistake. Refuses to know what an event means.
 */
import { badInput } from '../errors/operator-error.ts';
import { eventFields, headerFields, wrongField } from './event-fields.ts';
import {
  type History,
  type HistoryEvent,
  type HistoryHeader,
  historyVersion,
} from './vocabulary.ts';

/** Two million events is what judges take; a line of more than a megabyte is no event. */
const eventsMax = 2_000_000;
const lineCharactersMax = 1_000_000;

type Json = Readonly<Record<string, unknown>>;

export function encodeHistory({ header, events }: History): string {
  const lines = [header, ...events].map((one) => JSON.stringify(ordered(one as unknown as Json)));
  return `${lines.join('\n')}\n`;
}

/** `event`, the times, then the rest by name. */
function ordered(value: Json): Json {
  const { event, fromMs, toMs, ...rest } = value;
  const sorted = Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    event,
    ...(fromMs === undefined ? {} : { fromMs, toMs }),
    ...Object.fromEntries(sorted),
  };
}

/** By position among the lines that are not blank: the number of each in the file. */
export function linesOf(text: string): readonly number[] {
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [index + 1]));
}

/** `file` names the text in messages. */
export function decodeHistory(text: string, file: string): History {
  const lines = text.split('\n', eventsMax + 2);
  if (lines.length > eventsMax + 1) {
    throw badInput(`${file}: more than ${eventsMax} events`, 'HISTORY_TOO_LONG');
  }
  const last = lines.length - 1;
  const events: HistoryEvent[] = [];
  let header: HistoryHeader | null = null;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const place = { line, at: (column: number) => `${file}:${index + 1}:${column}` };
    const value = parsed(place, index === last);
    // the writer was stopped in the middle of its last line
    if (value === null) continue;
    if (header === null) header = headerOf(value, place);
    else events.push(eventOf(value, place));
  }
  if (header === null) {
    throw badInput(
      `${file}:1:1  the history is empty`,
      'HISTORY_EMPTY',
      'A history begins with a line whose event is history.began.',
    );
  }
  return { header, events };
}

/** A line and what to call a column of it. */
interface Place {
  readonly line: string;
  at(column: number): string;
}

/** Where a field stands, or where it is missed. */
function fieldAt({ line, at }: Place, complaint: string): string {
  const [, field = ''] = /^'(\w+)'/.exec(complaint) ?? [];
  return at(Math.max(0, line.indexOf(`"${field}"`)) + 1);
}

function parsed(place: Place, isLast: boolean): Json | null {
  const { line, at } = place;
  let column = 1;
  if (line.length > lineCharactersMax) {
    throw badInput(
      `${at(1)}  the line is longer than ${lineCharactersMax} characters`,
      'HISTORY_LINE',
    );
  }
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch (error) {
    if (isLast && line.startsWith('{')) return null;
    const [, position] = /at position (\d+)/.exec((error as SyntaxError).message) ?? [];
    if (position !== undefined) column = Number(position) + 1;
    else if (/end of JSON/.test((error as SyntaxError).message)) column = line.length + 1;
  }
  throw badInput(
    `${at(column)}  this is no JSON object`,
    'HISTORY_LINE',
    'A history is NDJSON: one object a line, as conform writes it under histories/.',
  );
}

function headerOf(value: Json, place: Place): HistoryHeader {
  if (value['event'] !== 'history.began') {
    throw badInput(
      `${place.at(1)}  a history begins with the event history.began`,
      'HISTORY_HEADER',
      'Is this a history? conform writes them as histories/NAME.ndjson.',
    );
  }
  if (value['history'] !== historyVersion) {
    throw badInput(
      `${fieldAt(place, "'history'")}  version ${JSON.stringify(value['history'])} of histories is not known, only ${historyVersion}`,
      'HISTORY_VERSION',
    );
  }
  const wrong = wrongField(value, headerFields) ?? wrongInstances(value['instances']);
  if (wrong !== null)
    throw badInput(`${fieldAt(place, wrong)}  history.began: ${wrong}`, 'HISTORY_HEADER');
  return value as unknown as HistoryHeader;
}

function wrongInstances(instances: unknown): string | null {
  const listed = instances as readonly Json[];
  const isListed = (one: Json | null) =>
    typeof one === 'object' &&
    one !== null &&
    wrongField(one, { name: 'string', weight: 'number', port: 'number or null' }) === null;
  return listed.every(isListed) ? null : "'instances' must list name, weight and port of each";
}

function eventOf(value: Json, place: Place): HistoryEvent {
  const name = String(value['event']);
  const fields = Object.hasOwn(eventFields, name)
    ? eventFields[name as HistoryEvent['event']]
    : undefined;
  if (fields === undefined) {
    throw badInput(
      `${fieldAt(place, "'event'")}  '${name.slice(0, 60)}' is no event`,
      'HISTORY_EVENT',
      `Events are ${Object.keys(eventFields).join(', ')}.`,
    );
  }
  const wrong = wrongField(value, { fromMs: 'number', toMs: 'number', ...fields });
  if (wrong !== null)
    throw badInput(`${fieldAt(place, wrong)}  ${name}: ${wrong}`, 'HISTORY_EVENT');
  return value as unknown as HistoryEvent;
}
