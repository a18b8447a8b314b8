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

  it('read back what was found wrong, and who said so, of a document that was rejected', () => {
    const violations = [
      { clause: null, path: 'port', expected: 'a port', observed: 0, by: 'balancer' },
      { clause: 'config.name', path: 'name', expected: 'a name', observed: undefined },
    ] as const;
    const outcome = { is: 'rejected', violations } as const;
    const told = { outcome, configuration: {}, readBack: null, effective: null };
    const configured = { event: 'service.configured', fromMs: 0, toMs: 0, ...told } as const;
    const rejected: History = { ...history, events: [configured] };
    expect(decodeHistory(encodeHistory(rejected), 'h.ndjson')).toEqual(rejected);
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
    expect(withLine(2, '{"event":"check.abandoned" fromMs}')).toBe(
      'h.ndjson:3:28  this is no JSON object',
    );
    expect(withLine(2, '{"event":"check.abandoned","fromMs":1,"toMs":1,"check":1,"check":2}')).toBe(
      "h.ndjson:3:58  'check' is there twice",
    );
    expect(withLine(2, '{"event" : "check.abandoned","fromMs":1,"toMs":1,"check":1}')).toBe('none');
    expect(complaint('')).toContain('empty');
    expect(complaint('\u0000\u0001binary')).toContain('h.ndjson:1:1');
  });
});

describe('a value that the published schema does not have', () => {
  const when = { fromMs: 1, toMs: 1 };
  const accepted = { outcome: { is: 'accepted' } };
  const effective = { intervalMs: 5000, timeoutMs: 2000, persistenceMs: 0, drainMs: 0 };
  const configured = {
    ...{ event: 'service.configured', ...when, ...accepted },
    ...{ configuration: null, readBack: null, effective },
  };
  const reweighed = { ...when, event: 'instance.reweighed', instance: 'a', weight: 1, port: null };
  const behaved = { ...when, event: 'instance.behaved', instance: 'a', traffic: 'accepted' };
  const always = { reply: 200, afterMs: 0 };
  const replied = { ...when, event: 'check.replied', check: 1, reply: 200 };
  const opened = { ...when, event: 'connection.opened', connection: 1, source: 's', port: 0 };
  const header = { ...history.header };
  const trait = (name: string, reading: unknown) => ({
    ...header,
    traits: { [name]: { reading, providedBy: 'balancer' } },
  });

  it.each<[string, object]>([
    ["'effective' must be an object or null", { ...configured, effective: 'x' }],
    ["'effective' must be an object or null", { ...configured, effective: -1 }],
    ["'effective.intervalMs' must be a number above 0", { ...configured, effective: {} }],
    [
      "'effective.drainMs' must be a number from 0",
      { ...configured, effective: { ...effective, drainMs: -1 } },
    ],
    ["'outcome.note' must be a string", { ...configured, outcome: { is: 'unknown' } }],
    ["'outcome.is' must be one of", { ...configured, outcome: { is: 'perhaps', note: '' } }],
    ["'outcome.violations' must be a list", { ...configured, outcome: { is: 'rejected' } }],
    [
      "'outcome.violations[0].path' must be a string",
      { ...configured, outcome: { is: 'rejected', violations: [{ clause: null }] } },
    ],
    ["'weight' must be a whole number", { ...reweighed, ...accepted, weight: -1 }],
    ["'weight' must be a whole number", { ...reweighed, ...accepted, weight: 1.5 }],
    ["'weight' must be a whole number", { ...reweighed, ...accepted, weight: 1e15 }],
    [
      "'checks[1].afterMs' must be",
      { ...behaved, checks: [always, { reply: 200, afterMs: -1 }], afterwards: always },
    ],
    ["'afterwards.reply' must be a status", { ...behaved, checks: [], afterwards: {} }],
    ["'reply' must be a status from 100 to 999", { ...replied, reply: 1e9 }],
    ["'reply' must be a status from 100 to 999", { ...replied, reply: 200.5 }],
    ["'check' must be a whole number from 0", { ...replied, check: 1.5 }],
    ["'connection' must be a whole number from 0", { ...opened, connection: -1 }],
    ["'port' must be a whole number from 0 to 65535", { ...opened, port: 1e6 }],
    ["'instances[0].weight' must be", { ...header, instances: [{ name: 'a', weight: 101 }] }],
    [
      "'implementation.version' must be",
      { ...header, implementation: { connectable: '', name: '' } },
    ],
    ["'traits.draining' must be an object", { ...header, traits: { draining: 1 } }],
    ['\'traits["health.intial"]\' says what nobody can', trait('health.intial', 'up')],
    ['\'traits["health.initial"]\' says what nobody can', trait('health.initial', 'sideways')],
    ['\'traits["change.propagationMs"]\' says what', trait('change.propagationMs', -1)],
    ["'cheks' is no field here", { ...header, cheks: 'none' }],
    ["'sorce' is no field here", { ...opened, sorce: 's' }],
    [
      "'outcome.violations' is no field here",
      { ...reweighed, outcome: { is: 'accepted', violations: [] } },
    ],
    [
      "'afterwards.always' is no field here",
      { ...behaved, checks: [], afterwards: { ...always, always: true } },
    ],
  ])('is refused where it stands: %s', (what, line) => {
    const [first = '', ...rest] = encodeHistory(history).split('\n');
    const isHeader = 'history' in line;
    const own = JSON.stringify(line);
    const text = (isHeader ? [own, ...rest] : [first, own, ...rest]).join('\n');
    const told = complaint(text);
    expect(told).toContain(what);
    const [, row, column = '0'] = /^h\.ndjson:(\d):(\d+) {2}/.exec(told) ?? [];
    expect(row).toBe(isHeader ? '1' : '2');
    expect(Number(column)).toBeGreaterThan(1);
  });

  it('is none where nothing is said of a read-back', () => {
    const { readBack: _, ...silent } = configured;
    const [first = '', ...rest] = encodeHistory(history).split('\n');
    expect(complaint([first, JSON.stringify(silent), ...rest].join('\n'))).toBe('none');
  });
});

it('reads the example on the page that describes the format', async () => {
  const page = await readFile(new URL('../../docs/history.md', import.meta.url), 'utf8');
  const [, example = ''] = /```json\n([^`]+)```/.exec(page) ?? [];
  const { header, events } = decodeHistory(example, 'docs/history.md');
  expect(header.instances).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ event: 'history.ended', events: events.length - 1 });
});
