/** The schemas of a history line: equal to the types, published as they are, and strict about what they do not know. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { publishedSchema } from './published-schema.ts';
import { type historyEventSchema, type historyHeaderSchema, historyLineSchema } from './schema.ts';
import { type HistoryEvent, type HistoryHeader, historyVersion } from './vocabulary.ts';

type Frozen<T> = T extends (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

const events: Same<Frozen<z.infer<typeof historyEventSchema>>, HistoryEvent> = true;
const headers: Same<Frozen<z.infer<typeof historyHeaderSchema>>, HistoryHeader> = true;

const published = publishedSchema(historyLineSchema, {
  name: 'history',
  version: historyVersion,
  title: 'One line of a history',
  description:
    'What happened in one trial, as NDJSON: the header on the first line, one event on each other. Times are milliseconds since the first line.',
});

describe('the schema of a history', () => {
  it('has the shape of the types, both ways', () => {
    expect([events, headers]).toEqual([true, true]);
  });

  it('is published as it is', async () => {
    await expect(published).toMatchFileSnapshot('../../schemas/history.schema.json');
  });

  const validate = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true }).compile(
    JSON.parse(published),
  );
  const placed = {
    event: 'connection.placed',
    connection: 3,
    instance: 'a',
    port: 80,
    fromMs: 1,
    toMs: 2,
  };

  it('takes a header and an event', () => {
    const header = {
      event: 'history.began',
      history: 1,
      suite: '0.1.0',
      implementation: { connectable: 'reference', name: 'Reference', version: '1' },
      time: 'stepped',
      configuration: {},
      profile: 'console',
      traits: { refusal: { reading: 'reset', providedBy: 'balancer' } },
      instances: [{ name: 'a', weight: 1, port: null }],
      seed: '1',
      timeline: null,
    };
    expect([validate(header), validate(placed)]).toEqual([true, true]);
  });

  it('takes a configured line without a read-back, which JSON leaves out when undefined', () => {
    const configured = {
      event: 'service.configured',
      outcome: { is: 'rejected', violations: [{ clause: null, path: '', expected: 'a map' }] },
      configuration: null,
      effective: null,
      fromMs: 0,
      toMs: 0,
    };
    expect(validate(configured)).toBe(true);
  });

  it.each([
    ['an unknown event', { ...placed, event: 'connection.dreamt' }],
    ['an unknown key', { ...placed, colour: 'red' }],
    ['a missing key', { ...placed, instance: undefined }],
    ['a negative time', { ...placed, fromMs: -1 }],
    ['a status outside HTTP', { event: 'check.replied', check: 1, reply: 99, fromMs: 0, toMs: 0 }],
  ])('refuses %s', (_, line) => {
    expect(validate(JSON.parse(JSON.stringify(line)))).toBe(false);
  });
});
