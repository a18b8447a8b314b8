/**
 * Bytes → values with places: YAML or JSON, one document, bounded in size, depth and aliases, every mistake with its
 * file:line:column. Refuses to know what a document means.
 */
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  visit,
  type YAMLMap,
  type Document as YamlDocument,
} from 'yaml';
import { badInput } from '../errors/operator-error.ts';
import type { Path } from './places.ts';
import { decodeText } from './text.ts';

export interface Place {
  readonly line: number;
  readonly column: number;
}
export interface Document {
  readonly fileName: string;
  /** Plain JSON values, besides NaN and the infinities that YAML can write. */
  readonly value: unknown;
  /** Where the value at `path` stands (a map or list: its key); of a missing one, where that which lacks it stands. */
  placeOf(path: Path): Place;
}

/** Enough for 20 services with 100 instances each written out at length; a document beyond it is a mistake. */
export const documentBytesMax = 1024 * 1024;
/** Of the parser's stack, which grows by up to three for each level; deeper ones exhaust memory in the parser. */
const stackMax = 100;
/** How often one anchor may be used, directly and through others: the parser's measure against alias bombs. */
const aliasesMax = 100;

type AliasTargets = ReadonlyMap<Node, Node>;
type Complain = (offset: number, message: string, code: string, hint?: string) => never;

export function readDocument(content: Uint8Array | string, fileName: string): Document {
  const text = decodeText(content, fileName, documentBytesMax);
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const complain: Complain = (offset, message, code, hint) => {
    const { line, column } = placeAt(offset);
    throw badInput(`${fileName}:${line}:${column}  ${message}`, code, hint);
  };
  refuseDeepNesting(text, lines, complain);
  // Duplicate keys are looked for below: the parser's own search takes time in the square of a map's size.
  const yaml = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const targets = refuseMistakes(yaml, complain);
  const value: unknown = plainValue(yaml, complain);
  if (value === null) {
    complain(0, 'the file is empty', 'DOCUMENT_EMPTY', 'Write a YAML or JSON document into it.');
  }
  return { fileName, value, placeOf: (path) => placeAt(offsetOf(yaml, targets, path)) };
}

function refuseDeepNesting(text: string, lines: LineCounter, complain: Complain): void {
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme)) {
      // Only the depth is wanted here.
    }
    if (parser.stack.length > stackMax) {
      complain(
        parser.offset,
        'nested too deeply',
        'DOCUMENT_TOO_DEEP',
        'A configuration needs fewer than ten levels.',
      );
    }
  }
  lines.lineStarts = [];
}

/** Gives what each alias stands for: the parser's own way of finding out walks the whole document each time. */
function refuseMistakes(yaml: YamlDocument.Parsed, complain: Complain): AliasTargets {
  const mistake = yaml.errors[0] ?? yaml.warnings[0];
  if (mistake !== undefined) {
    const [message, hint] = inOurWords(mistake.code, mistake.message);
    complain(mistake.pos[0], message, 'DOCUMENT_SYNTAX', hint);
  }
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(yaml, {
    Node: (_key, node, around) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target === undefined) {
          complain(
            startOf(node),
            `*${node.source} refers to an anchor that is not set before it`,
            'DOCUMENT_ALIAS',
            `Write &${node.source} at the value meant.`,
          );
        }
        if (around.includes(target)) {
          complain(
            startOf(node),
            `*${node.source} stands inside what it refers to`,
            'DOCUMENT_ALIAS',
          );
        }
        targets.set(node, target);
      } else if (isNode(node) && 'anchor' in node && node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
      if (isMap(node)) refuseOddKeys(node, complain);
    },
  });
  return targets;
}

function refuseOddKeys(map: YAMLMap, complain: Complain): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key) || key.value === null) {
      complain(
        isNode(key) ? startOf(key) : startOf(map),
        'a key must be a plain name',
        'DOCUMENT_KEY',
      );
    }
    const name = String(key.value);
    if (seen.has(name)) {
      complain(
        startOf(key),
        `the key ${JSON.stringify(name)} is given twice`,
        'DOCUMENT_DUPLICATE_KEY',
        'Keep one of the two.',
      );
    }
    seen.add(name);
  }
}

function plainValue(yaml: YamlDocument, complain: Complain): unknown {
  try {
    return yaml.toJS({ maxAliasCount: aliasesMax });
  } catch (cause) {
    // The one way left to fail: anchors and their uses were checked above.
    if (!(cause instanceof ReferenceError)) throw cause;
    let first = 0;
    visit(yaml, {
      Alias: (_key, alias) => {
        first = startOf(alias);
        return visit.BREAK;
      },
    });
    return complain(
      first,
      'aliases that multiply each other',
      'DOCUMENT_ALIAS',
      `Use one anchor at most ${aliasesMax} times, write the rest out.`,
    );
  }
}

function offsetOf(yaml: YamlDocument, targets: AliasTargets, path: Path): number {
  let node: unknown = yaml.contents;
  let place = isNode(node) ? startOf(node) : 0;
  for (const part of path) {
    if (isAlias(node)) node = targets.get(node);
    let key: Node | null = null;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) return place;
      key = isNode(pair.key) ? pair.key : null;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
      node = node.items[part];
    } else return place;
    const isHeldByKey = key !== null && (!isNode(node) || isCollection(node));
    if (isHeldByKey && key !== null) place = startOf(key);
    else if (isNode(node)) place = startOf(node);
  }
  return place;
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** What went wrong, and what to do about it. */
function inOurWords(code: string, message: string): readonly [string, string?] {
  switch (code) {
    case 'TAB_AS_INDENT':
      return ['a tab as indentation, which YAML forbids', 'Indent with spaces.'];
    case 'MULTIPLE_DOCS':
      return [
        'a second document begins here, one file holds one document',
        'Remove the "---" and what follows, or put it into a file of its own.',
      ];
    case 'TAG_RESOLVE_FAILED':
      return [
        `${message.charAt(0).toLowerCase()}${message.slice(1)}`,
        'Write plain values, without tags.',
      ];
    default:
      return [`not valid YAML: ${message}`];
  }
}
