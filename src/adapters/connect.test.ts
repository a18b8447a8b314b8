/** Implementations by what users call them. */
import { expect, test } from 'vitest';
import { defects } from '../defects/catalogue.ts';
import { connect } from './connect.ts';
import { protocolVersion } from './contract.ts';

test('the reference and its defects are connected by name', async () => {
  const [defect] = defects;
  for (const name of ['reference', `defect:${defect?.name}`]) {
    const { plane } = await connect(name).describe({ protocol: protocolVersion });
    expect(plane).toBe('call');
  }
});

test('an unknown name is a mistake of the user, answered with the nearest one', () => {
  expect(() => connect('haproxi')).toThrow(
    expect.objectContaining({ exitCode: 64, hint: expect.stringContaining('mean haproxy?') }),
  );
  expect(() => connect('defect:nothing-like-this')).toThrow(/no such implementation/);
  expect(() => connect('__proto__')).toThrow(/no such implementation/);
});
