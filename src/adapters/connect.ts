/**
 * From what the user calls an implementation to an adapter for it. Knows every implementation and nothing of what is
 * done with them.
 */
import { closest } from 'fastest-levenshtein';
import { defectNamed, defects } from '../defects/catalogue.ts';
import { variantNamed, variants } from '../defects/variants.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { typed } from '../errors/typed.ts';
import { builtInAdapter, builtInNames, isBuiltIn } from './built-in.ts';
import type { Adapter } from './contract.ts';
import { createReferenceAdapter } from './in-process/reference.ts';
import { createJdcloudAdapter } from './jdcloud/jdcloud-adapter.ts';
import { remoteAdapterCalled } from './process/remote-connectables.ts';

export function connect(connectable: string): Adapter {
  const adapter = adapterCalled(connectable);
  if (adapter === null) throw unknown(connectable);
  return adapter;
}

/** Whether a word names an implementation, be it one that exists or not: no clause is written so. */
export function isConnectable(word: string): boolean {
  return isBuiltIn(word) || /^jdcloud$|^(cmd|tcp|module|defect|variant|jdcloud):/.test(word);
}

/** Whether it is a reference of ours, changed or not: it needs no time and no other process. */
export function runsInProcess(connectable: string): boolean {
  return /^(reference$|defect:|variant:)/.test(connectable);
}

function adapterCalled(connectable: string): Adapter | null {
  const builtIn = builtInAdapter(connectable);
  if (builtIn !== null) return builtIn;
  const cloud = /^jdcloud(?::(.+))?$/.exec(connectable);
  if (cloud !== null) return createJdcloudAdapter(cloud[1] ?? null);
  const remote = remoteAdapterCalled(connectable);
  if (remote !== null) return remote;
  const [, kind, name = ''] = /^(defect|variant):(.+)$/.exec(connectable) ?? [];
  const defect = kind === 'defect' ? defectNamed(name) : undefined;
  if (defect !== undefined) return createReferenceAdapter({ defect });
  const variant = kind === 'variant' ? variantNamed(name) : undefined;
  return variant === undefined ? null : createReferenceAdapter({ variant });
}

function unknown(connectable: string): OperatorError {
  const named = {
    defect: defects.map(({ name }) => `defect:${name}`),
    variant: variants.map(({ name }) => `variant:${name}`),
  };
  const kind = /^(defect|variant):/.exec(connectable)?.[1] as keyof typeof named | undefined;
  const known =
    kind === undefined
      ? [...builtInNames, 'jdcloud', ...named.defect, ...named.variant]
      : named[kind];
  const all =
    kind === undefined
      ? `${builtInNames.join(', ')}, jdcloud, jdcloud:ENDPOINT, cmd:COMMAND, tcp:HOST:PORT, module:FILE, defect:NAME and variant:NAME`
      : known.join(', ');
  const meant = commandMeant(connectable) ?? closest(connectable, known);
  return new OperatorError(`${JSON.stringify(connectable)}: there is no such implementation`, {
    code: 'CONNECTABLE_UNKNOWN',
    exitCode: exitCodes.usage,
    hint: `Did you mean ${meant}? There are ${all}.`,
  });
}

/** A command, an address or a file without the word that says which it is; null: it looks like none. */
function commandMeant(connectable: string): string | null {
  if (/^[^\s/]+:\d{1,5}$/.test(connectable)) return typed([`tcp:${connectable}`]);
  if (/^\S+\.[cm]?[jt]s$/.test(connectable)) return typed([`module:${connectable}`]);
  return /[\s/]|\.\w{1,3}$/.test(connectable) ? typed([`cmd:${connectable}`]) : null;
}
