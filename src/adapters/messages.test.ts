/** The messages of the adapter protocol: equal to the contract's types, and published as they are. */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { publishedSchema } from '../history/published-schema.ts';
import type { CallDeployment, DeployRequest, Description, Reached } from './contract.ts';
import { protocolVersion } from './contract.ts';
import { createReferenceAdapter } from './in-process/reference.ts';
import { faultIn, faultInReply, type Method, messages } from './messages.ts';

type Frozen<T> = T extends (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Params<Name extends Method> = Frozen<z.infer<(typeof messages)[Name]['params']>>;
type Results<Name extends Method> = Frozen<z.infer<(typeof messages)[Name]['result']>>;
type Ask<Name extends 'connect' | 'carry' | 'close' | 'advance'> = Parameters<
  CallDeployment[Name]
>[0] & { readonly deployment: string };
type Answered<Name extends 'connect' | 'carry'> = Awaited<ReturnType<CallDeployment[Name]>>;

const same: readonly true[] = [
  true satisfies Same<Results<'describe'>, Description>,
  true satisfies Same<Params<'deploy'>, DeployRequest>,
  true satisfies Same<Params<'connect'>, Ask<'connect'>>,
  true satisfies Same<Params<'carry'>, Ask<'carry'>>,
  true satisfies Same<Params<'close'>, Ask<'close'>>,
  true satisfies Same<Params<'advance'>, Ask<'advance'>>,
  true satisfies Same<Results<'connect'>, Answered<'connect'>>,
  true satisfies Same<Results<'carry'>, Answered<'carry'>>,
  true satisfies Same<Results<'advance'>, Reached>,
];

describe('the messages of the adapter protocol', () => {
  it('have the shape of the contract, both ways', () => {
    expect(same).not.toContain(false);
  });

  describe.each(Object.keys(messages) as Method[])('%s', (method) => {
    it.each(['params', 'result'] as const)('has its %s published as they are', async (part) => {
      const published = publishedSchema(messages[method][part], {
        name: `adapter:${method}.${part}`,
        version: protocolVersion,
        title: part === 'params' ? `Parameters of \`${method}\`` : `Result of \`${method}\``,
        isOpen: true,
        description: 'A message of the adapter protocol; see docs/adapter-protocol.md.',
      });
      const file = `../../schemas/adapter/${method}.${part}.schema.json`;
      await expect(published).toMatchFileSnapshot(file);
    });
  });

  it('take what the reference says of itself', async () => {
    const description = await createReferenceAdapter().describe({ protocol: protocolVersion });
    expect(faultIn(messages.describe.result, description)).toBeNull();
  });

  it('say which key is missing, one with a dot as one', async () => {
    const description = await createReferenceAdapter().describe({ protocol: protocolVersion });
    const { 'drain.deadline': _missing, ...capabilities } = description.capabilities;
    expect(faultIn(messages.describe.result, { ...description, capabilities })).toBe(
      'capabilities.`drain.deadline` is missing',
    );
  });

  it('say what was wanted where a reply is something else', () => {
    expect(faultInReply('setInstances', null)).toContain('wanted: an outcome, such as {"is":');
    expect(faultInReply('setInstances', { is: 'accepted' })).toBeNull();
  });

  it('say where a reply is wrong, of a union in the alternative that fits best', () => {
    expect(faultIn(messages.carry.result, { carried: 'yes' })).toMatch(/^carried: /);
    expect(faultIn(messages.connect.result, { placed: 'a', port: '80' })).toMatch(/^port: /);
  });

  it('take keys that this version does not know', () => {
    expect(faultIn(messages.carry.result, { carried: true, bytes: 1024 })).toBeNull();
  });
});
