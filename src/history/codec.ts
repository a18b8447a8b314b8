/**
 * Histories as NDJSON, one object a line: written with stable keys, read with the place of every mistake. A file that
 * was cut off is a truncated history, not a mistake. Refuses to know what an event means.
 */
import { formatPath } from '../documents/places.ts';
import { badInput } from '../errors/operator-error.ts';
import { eventFields, headerFields, type Wrong, wrongField } from './event-fields.ts';
import { mayRepeatKey, mistakeIn, offsetOf, repeatedKey } from './json-places.ts';
import {
  type History,
  type HistoryEvent,
  type HistoryHeader,
  historyVersion,
} from './vocabulary.ts';

/** Two million events is what judges take; a line of more than a megabyte is no event. */
const eventsMax = 2_000_000;
const lineCharactersMax = 1_000_000;

const hint =
  'docs/history.md and schemas/history.schema.json say what stands in a line; conform writes histories under histories/.';

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
    throw badInput(
      `${file}: more than ${eventsMax} events`,
      'HISTORY_TOO_LONG',
      'Record less, or judge it in parts that each begin with a header and end with history.ended.',
    );
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

function parsed({ line, at }: Place, isLast: boolean): Json | null {
  let column = 1;
  let object: Json | null = null;
  if (line.length > lineCharactersMax) {
    throw badInput(
      `${at(1)}  the line is longer than ${lineCharactersMax} characters`,
      'HISTORY_LINE',
      hint,
    );
  }
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      object = value as Json;
  } catch {
    if (isLast && line.startsWith('{')) return null;
    column = (mistakeIn(line) ?? 0) + 1;
  }
  if (object !== null) {
    const repeated = mayRepeatKey(line, object) ? repeatedKey(line) : null;
    if (repeated === null) return object;
    const { path, offset } = repeated;
    throw badInput(`${at(offset + 1)}  '${formatPath(path)}' is there twice`, 'HISTORY_LINE', hint);
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
    const column = offsetOf(place.line, ['history']) + 1;
    throw badInput(
      `${place.at(column)}  version ${JSON.stringify(value['history'])} of histories is not known, only ${historyVersion}`,
      'HISTORY_VERSION',
      hint,
    );
  }
  const wrong = wrongField(value, headerFields);
  if (wrong !== null) throw refused(place, 'history.began', wrong, 'HISTORY_HEADER');
  return value as unknown as HistoryHeader;
}

function eventOf(value: Json, place: Place): HistoryEvent {
  const name = String(value['event']);
  const fields = eventFields.get(name);
  if (fields === undefined) {
    throw badInput(
      `${place.at(offsetOf(place.line, ['event']) + 1)}  '${name.slice(0, 60)}' is no event`,
      'HISTORY_EVENT',
      `Events are ${[...eventFields.keys()].join(', ')}.`,
    );
  }
  const wrong = wrongField(value, fields);
  if (wrong !== null) throw refused(place, name, wrong, 'HISTORY_EVENT');
  return value as unknown as HistoryEvent;
}

function refused({ line, at }: Place, event: string, { path, what }: Wrong, code: string) {
  const column = offsetOf(line, path) + 1;
  return badInput(`${at(column)}  ${event}: '${formatPath(path)}' ${what}`, code, hint);
}
