/** The codec: what is written reads back, mistakes have a place, and a file cut off is a truncated history. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { OperatorError } from '../errors/operator-error.ts';
import { decodeHistory, encodeHistory } from './codec.ts';
import type { History } from './vocabulary.ts';

const history: History = {
  header: {
    event: 'history.began',
    history: 1,
    suite: '1.0.0',
    implementation: { connectable: 'fake', name: 'fake', version: '1' },
    time: 'stepped',
    configuration: { backendServices: [{ name: 'b', port: 80, healthCheck: { method: 'tcp' } }] },
    profile: 'console',
    traits: null,
    instances: [{ name: 'a', weight: 1, port: null }],
    seed: 's',
    timeline: null,
  },
  events: [
    { event: 'connection.opened', fromMs: 1, toMs: 2, connection: 0, source: '127.0.0.2', port: 5 },
    { event: 'connection.placed', fromMs: 1, toMs: 2.5, connection: 0, instance: 'a', port: 80 },
    { event: 'check.replied', fromMs: 3, toMs: 3, check: 0, reply: 204 },
    { event: 'history.ended', fromMs: 4, toMs: 4, events: 3, why: 'complete' },
  ],
};

function complaint(text: string): string {
  try {
    decodeHistory(text, 'h.ndjson');
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
  return 'none';
}

describe('histories as NDJSON', () => {
  it('read back as they were written, event n on line n + 2', () => {
    const text = encodeHistory(history);
    expect(decodeHistory(text, 'h.ndjson')).toEqual(history);
    expect(text.split('\n')[2]).toContain('connection.placed');
  });

  it('have the same bytes whatever the order of keys was', () => {
    const backwards = {
      ...history,
      events: history.events.map(
        (event) =>
          Object.fromEntries(Object.entries(event).toReversed()) as unknown as typeof event,
      ),
    };
    expect(encodeHistory(backwards)).toBe(encodeHistory(history));
  });

  it('may be cut off in the middle of the last line', () => {
    const text = encodeHistory(history);
    expect(decodeHistory(text.slice(0, -20), 'h.ndjson').events).toHaveLength(3);
  });

  it('say where they are wrong', () => {
    const lines = encodeHistory(history).split('\n');
    const withLine = (index: number, line: string) => complaint(lines.with(index, line).join('\n'));
    expect(withLine(2, '{"event":')).toBe('h.ndjson:3:10  this is no JSON object');
    expect(withLine(2, '{"event" 1}')).toBe('h.ndjson:3:10  this is no JSON object');
    expect(withLine(2, '[1]')).toBe('h.ndjson:3:1  this is no JSON object');
    expect(withLine(2, '{"event":"toString","fromMs":1,"toMs":1}')).toBe(
      "h.ndjson:3:2  'toString' is no event",
    );
    expect(withLine(2, '{"event":"check.abandoned","fromMs":1,"toMs":null,"check":1}')).toBe(
      "h.ndjson:3:39  check.abandoned: 'toMs' must be a number",
    );
    expect(withLine(0, '{"event":"history.began","history":2}')).toContain('version 2');
    expect(complaint('')).toContain('empty');
    expect(complaint('\u0000\u0001binary')).toContain('h.ndjson:1:1');
  });
});

it('reads the example on the page that describes the format', async () => {
  const page = await readFile(new URL('../../docs/history.md', import.meta.url), 'utf8');
  const [, example = ''] = /```json\n([^`]+)```/.exec(page) ?? [];
  const { header, events } = decodeHistory(example, 'docs/history.md');
  expect(header.instances).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ event: 'history.ended', events: events.length });
});
