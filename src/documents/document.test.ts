import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperatorError } from '../errors/operator-error.ts';
import { documentBytesMax, readDocument } from './document.ts';

function complaint(content: string | Uint8Array): string {
  try {
    readDocument(content, 'f.yaml');
  } catch (error) {
    if (error instanceof OperatorError && error.exitCode === 65) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('a document', () => {
  it('gives plain values, and where each of them stands', () => {
    const document = readDocument('a: 1\nlist:\n  - name: x\n    port: 80.0\n', 'f.yaml');
    expect(document.value).toEqual({ a: 1, list: [{ name: 'x', port: 80 }] });
    expect(document.placeOf(['list', 0, 'port'])).toEqual({ line: 4, column: 11 });
    expect(document.placeOf(['list'])).toEqual({ line: 2, column: 1 });
  });

  it('stands, where something is missing, at what lacks it', () => {
    const document = readDocument('list:\n  - name: x\n', 'f.yaml');
    expect(document.placeOf(['list', 0, 'port'])).toEqual({ line: 2, column: 5 });
    expect(document.placeOf(['list', 3])).toEqual({ line: 1, column: 1 });
  });

  it('is found through an alias', () => {
    const document = readDocument('a: &x {port: 80}\nb: *x\n', 'f.yaml');
    expect(document.value).toEqual({ a: { port: 80 }, b: { port: 80 } });
    expect(document.placeOf(['b', 'port'])).toEqual({ line: 1, column: 14 });
  });

  it('may be JSON, also indented with tabs or behind a byte order mark', () => {
    expect(readDocument('\uFEFF{\n\t"a": [1,\n\t\t2]\n}\n', 'f.json').value).toEqual({ a: [1, 2] });
  });

  it('reads 010 as ten, as YAML 1.2 does', () => {
    expect(readDocument('port: 010\n', 'f.yaml').value).toEqual({ port: 10 });
  });

  it.each<readonly [string, string | Uint8Array, string]>([
    ['empty', '', 'f.yaml:1:1  the file is empty'],
    ['only a comment', '# nothing\n', 'f.yaml:1:1  the file is empty'],
    ['binary', new Uint8Array([97, 10, 98, 0, 1]), 'f.yaml:2:2  a NUL byte: this is no text file'],
    [
      'no UTF-8',
      new Uint8Array([97, 58, 10, 98, 0xff, 98]),
      'f.yaml:2:2  bytes that are no UTF-8 text',
    ],
    [
      'cut in a character',
      new Uint8Array([97, 0xe4, 0xb8]),
      'f.yaml:1:3  bytes that are no UTF-8 text',
    ],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 97, 0]), 'f.yaml:1:1  the file is UTF-16 text'],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'f.yaml:3:1  the key "a" is given twice'],
    ['a tab', 'a:\n\tb: 1\n', 'f.yaml:2:1  a tab as indentation, which YAML forbids'],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      'f.yaml:2:1  a second document begins here, one file holds one document',
    ],
    ['a tag', 'a: !!js/function 3\n', 'f.yaml:1:4  unresolved tag: tag:yaml.org,2002:js/function'],
    [
      'an alias to nothing',
      'a: 1\nb: *y\n',
      'f.yaml:2:4  *y refers to an anchor that is not set before it',
    ],
    ['an alias inside itself', 'a: &x [*x]\n', 'f.yaml:1:8  *x stands inside what it refers to'],
    ['a list as a key', '? [1]\n: 2\n', 'f.yaml:1:3  a key must be a plain name'],
    [
      'an unfinished list',
      'a: [1,\n',
      'f.yaml:2:1  not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'too large',
      'a'.repeat(documentBytesMax + 1),
      'f.yaml:1:1  the file has 1 MiB, at most 1 MiB are read',
    ],
  ])('that is or has %s is refused with its place', (_what, content, message) => {
    expect(complaint(content)).toBe(message);
  });

  it.each([
    ['flow lists', '['.repeat(200_000)],
    ['dashes', '- '.repeat(200_000)],
    ['flow maps', '{a: '.repeat(100_000)],
    [
      'indentation',
      Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    ],
  ])('nested without end by %s is refused', (_what, text) => {
    expect(complaint(text)).toContain('nested too deeply');
  });

  it('with a bomb of aliases is refused', () => {
    const bomb = [
      'a0: &a0 [x, x]',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
    ];
    expect(complaint(bomb.join('\n'))).toBe('f.yaml:2:10  aliases that multiply each other');
  });

  it('with 50,000 keys in one map is read', () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join('\n');
    expect(Object.keys(readDocument(text, 'f.yaml').value as object)).toHaveLength(50_000);
  });

  it('made of any bytes is read or refused with a place, never anything else', () => {
    const pieces = fc.constantFrom(
      'a: ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&x ',
      '*x',
      '"',
      "'",
      '\n',
      '  ',
      '\t',
      '!t ',
      '|',
      '? ',
      '%',
      '---\n',
      '<<: ',
      '1',
      '\u0085',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 }),
        (parts) => {
          try {
            readDocument(parts.join(''), 'f.yaml');
          } catch (error) {
            expect(error).toBeInstanceOf(OperatorError);
            expect((error as Error).message).toMatch(/^f\.yaml:\d+:\d+ {2}\S/);
          }
        },
      ),
      { seed: 7, numRuns: 3000 },
    );
  });
});
