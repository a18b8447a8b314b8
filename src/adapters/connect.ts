/**
 * From what the user calls an implementation to an adapter for it. Knows every implementation and nothing of what is
 * done with them.
 */
import { closest, distance } from 'fastest-levenshtein';
import { defectNamed, defects } from '../defects/catalogue.ts';
import { variantNamed, variants } from '../defects/variants.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { typed } from '../errors/typed.ts';
import { builtInAdapter, builtInNames, isBuiltIn } from './built-in.ts';
import type { Adapter } from './contract.ts';
import { createReferenceAdapter } from './in-process/reference.ts';
import { createJdcloudAdapter } from './jdcloud/jdcloud-adapter.ts';
import { remoteAdapterCalled } from './process/remote-connectables.ts';

/** Implementations whose names say more behind a colon. */
interface Scheme {
  readonly name: string;
  /** What comes behind the colon, in capitals. */
  readonly takes: string;
  /** There are no others. */
  readonly names?: readonly string[];
  /** What shows all of them. */
  readonly shownBy?: string;
  /** The word alone is a name, too. */
  readonly isNameItself?: true;
  /** `rest`: what came behind the colon; null, there was none. Null: no such implementation. */
  readonly connect: (rest: string | null) => Adapter | null;
}

const schemes: readonly Scheme[] = [
  {
    name: 'jdcloud',
    takes: 'ENDPOINT',
    isNameItself: true,
    connect: (endpoint) => (endpoint === '' ? null : createJdcloudAdapter(endpoint)),
  },
  ...Object.entries({ cmd: 'COMMAND', tcp: 'HOST:PORT', module: 'FILE' }).map(
    ([name, takes]): Scheme => ({
      name,
      takes,
      connect: (rest) => remoteAdapterCalled(`${name}:${rest}`),
    }),
  ),
  {
    name: 'defect',
    takes: 'NAME',
    names: defects.map(({ name }) => name),
    shownBy: '`counterpoise clauses` lists',
    connect: (name) => {
      const defect = defectNamed(name ?? '');
      return defect === undefined ? null : createReferenceAdapter({ defect });
    },
  },
  {
    name: 'variant',
    takes: 'NAME',
    names: variants.map(({ name }) => name),
    shownBy: '`counterpoise prove` runs',
    connect: (name) => {
      const variant = variantNamed(name ?? '');
      return variant === undefined ? null : createReferenceAdapter({ variant });
    },
  },
];

interface Schemed {
  readonly scheme: Scheme;
  readonly rest: string | null;
}

function schemed(connectable: string): Schemed | null {
  const colon = connectable.indexOf(':');
  const rest = colon === -1 ? null : connectable.slice(colon + 1);
  const word = colon === -1 ? connectable : connectable.slice(0, colon);
  const scheme = schemes.find(({ name }) => name === word);
  if (scheme === undefined || (rest === null && scheme.isNameItself !== true)) return null;
  return { scheme, rest };
}

export function connect(connectable: string): Adapter {
  const adapter = builtInAdapter(connectable) ?? adapterBy(schemed(connectable));
  if (adapter === null) throw unknown(connectable);
  return adapter;
}

function adapterBy(named: Schemed | null): Adapter | null {
  return named === null ? null : named.scheme.connect(named.rest);
}

/** Whether a word names an implementation, be it one that exists or not: no clause is written so. */
export function isConnectable(word: string): boolean {
  return isBuiltIn(word) || schemed(word) !== null;
}

/** Whether it is a reference of ours, changed or not: it needs no time and no other process. */
export function runsInProcess(connectable: string): boolean {
  return /^(reference$|defect:|variant:)/.test(connectable);
}

function unknown(connectable: string): OperatorError {
  const { scheme } = schemed(connectable) ?? {};
  return new OperatorError(`${JSON.stringify(connectable)}: there is no such implementation`, {
    code: 'CONNECTABLE_UNKNOWN',
    exitCode: exitCodes.usage,
    hint: scheme?.names === undefined ? formsHint(connectable) : namesHint(connectable, scheme),
  });
}

function formsHint(connectable: string): string {
  const known = [...builtInNames, ...schemes.flatMap(namesOf)];
  const forms = [...builtInNames, ...schemes.flatMap(formsOf)];
  const meant = commandMeant(connectable) ?? closest(connectable, known);
  return `Did you mean ${meant}? There are ${forms.slice(0, -1).join(', ')} and ${forms.at(-1)}.`;
}

/** So many are read at a glance. */
const namesTold = 3;

/** Those that begin so first, then the nearest. */
function namesHint(connectable: string, scheme: Scheme): string {
  const names = namesOf(scheme);
  const apart = (name: string) => (name.startsWith(connectable) ? 0 : distance(connectable, name));
  const near = names.toSorted((one, other) => apart(one) - apart(other)).slice(0, namesTold);
  const meant = `${near.slice(0, -1).join(', ')} or ${near.at(-1)}`;
  return `Did you mean ${meant}? ${scheme.shownBy} all ${names.length}.`;
}

function namesOf({ name, names = [], isNameItself }: Scheme): readonly string[] {
  return [...(isNameItself === true ? [name] : []), ...names.map((one) => `${name}:${one}`)];
}

function formsOf({ name, takes, isNameItself }: Scheme): readonly string[] {
  return [...(isNameItself === true ? [name] : []), `${name}:${takes}`];
}

/** A command, an address or a file without the word that says which it is; null: it looks like none. */
function commandMeant(connectable: string): string | null {
  if (/^[^\s/]+:\d{1,5}$/.test(connectable)) return typed([`tcp:${connectable}`]);
  if (/^\S+\.[cm]?[jt]s$/.test(connectable)) return typed([`module:${connectable}`]);
  return /[\s/]|\.\w{1,3}$/.test(connectable) ? typed([`cmd:${connectable}`]) : null;
}
