/**
 * From what the user calls an implementation to an adapter for it. Knows every implementation and nothing of what is
 * done with them.
 */
import { closest } from 'fastest-levenshtein';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { Adapter } from './contract.ts';
import { createHaproxyAdapter } from './haproxy/haproxy-adapter.ts';
import { createReferenceAdapter } from './in-process/reference.ts';

const connectables: Readonly<Record<string, () => Adapter>> = {
  reference: () => createReferenceAdapter(),
  haproxy: () => createHaproxyAdapter(),
};

export const connectableNames: readonly string[] = Object.keys(connectables);

export function connect(connectable: string): Adapter {
  const create = Object.hasOwn(connectables, connectable) ? connectables[connectable] : undefined;
  if (create !== undefined) return create();
  throw new OperatorError(`${JSON.stringify(connectable)}: there is no such implementation`, {
    code: 'CONNECTABLE_UNKNOWN',
    exitCode: exitCodes.usage,
    hint: `Did you mean \`${closest(connectable, [...connectableNames])}\`? Known: ${connectableNames.join(', ')}.`,
  });
}
