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
    const place = `${file}:${index + 1}:1`;
    const value = parsed(line, place, index === last);
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

function parsed(line: string, place: string, isLast: boolean): Json | null {
  if (line.length > lineCharactersMax) {
    throw badInput(
      `${place}  the line is longer than ${lineCharactersMax} characters`,
      'HISTORY_LINE',
    );
  }
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    if (isLast && line.startsWith('{')) return null;
  }
  throw badInput(
    `${place}  this is no JSON object`,
    'HISTORY_LINE',
    'A history is NDJSON: one object a line, as conform writes it under histories/.',
  );
}

function headerOf(value: Json, place: string): HistoryHeader {
  if (value['event'] !== 'history.began') {
    throw badInput(
      `${place}  a history begins with the event history.began`,
      'HISTORY_HEADER',
      'Is this a history? conform writes them as histories/NAME.ndjson.',
    );
  }
  if (value['history'] !== historyVersion) {
    throw badInput(
      `${place}  version ${JSON.stringify(value['history'])} of histories is not known, only ${historyVersion}`,
      'HISTORY_VERSION',
    );
  }
  const wrong = wrongField(value, headerFields) ?? wrongInstances(value['instances']);
  if (wrong !== null) throw badInput(`${place}  history.began: ${wrong}`, 'HISTORY_HEADER');
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

function eventOf(value: Json, place: string): HistoryEvent {
  const name = String(value['event']);
  const fields = Object.hasOwn(eventFields, name)
    ? eventFields[name as HistoryEvent['event']]
    : undefined;
  if (fields === undefined) {
    throw badInput(
      `${place}  '${name.slice(0, 60)}' is no event`,
      'HISTORY_EVENT',
      `Events are ${Object.keys(eventFields).join(', ')}.`,
    );
  }
  const wrong = wrongField(value, { fromMs: 'number', toMs: 'number', ...fields });
  if (wrong !== null) throw badInput(`${place}  ${name}: ${wrong}`, 'HISTORY_EVENT');
  return value as unknown as HistoryEvent;
}
