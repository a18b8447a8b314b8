/** Places in JSON: mistakes where V8 finds them, values where they stand, and keys that are there twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayRepeatKey, mistakeIn, offsetOf, repeatedKey } from './json-places.ts';

describe('places in JSON', () => {
  it('of mistakes are there exactly where it is none', () => {
    const json = fc.json({ maxDepth: 3 });
    const broken = fc.tuple(json, fc.nat(40), fc.constantFrom('', '"', ',', 'x', '\\', '}', '0'));
    fc.assert(
      fc.property(broken, ([text, at, instead]) => {
        const edited = text.slice(0, at) + instead + text.slice(at + 1);
        let isJson = true;
        try {
          JSON.parse(edited);
        } catch {
          isJson = false;
        }
        expect(mistakeIn(edited) === null, edited).toBe(isJson);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":1 garbage', 7],
    ['{"a":', 5],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['[1,2', 4],
    ['{"a":"b\u0001c"}', 7],
    ['{"a":nul}', 5],
    ['', 0],
  ])('of the mistake in %s', (text, offset) => {
    expect(mistakeIn(text)).toBe(offset);
  });

  it('of values are those of their keys, not of others of the name', () => {
    const text = '{"b":{"c":0,"d":"\\"c\\""},"c":[1,{"d":2},{"d":3}]}';
    expect(text.slice(offsetOf(text, ['c']))).toMatch(/^"c":\[/);
    expect(text.slice(offsetOf(text, ['c', 2, 'd']))).toMatch(/^"d":3/);
    expect(text.slice(offsetOf(text, ['b', 'missing']))).toMatch(/^"b":/);
    expect(offsetOf(text, ['missing'])).toBe(0);
  });

  it('of keys that are there twice are those of the second, however they are written', () => {
    expect(repeatedKey('{"a":{"b":1},"c":{"b":[{"b":1},{"b":1}]}}')).toBeNull();
    expect(repeatedKey('{"a":1,"b":{"c":1,"\\u0063":2}}')).toEqual({
      path: ['b', 'c'],
      offset: 18,
    });
  });

  it('are looked for wherever a key may be there twice', () => {
    const may = (text: string) => mayRepeatKey(text, JSON.parse(text) as object);
    expect(may('{"a":{"b":1},"c":[1,{"b":"x"}]}')).toBe(false);
    expect(may('{"a":1,"b":{"c":1,"c":2}}')).toBe(true);
    expect(may('{"a":1,"a":{"c":1}}')).toBe(true);
    expect(may('{"a":"::1"}')).toBe(true);
  });

  it('end where somebody nests without end', () => {
    expect(mistakeIn('['.repeat(1_000_000))).toBe(0);
  });
});
