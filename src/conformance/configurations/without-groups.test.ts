/** Cases for whoever knows no server groups: still those on everything else, and none on groups. */
import { describe, expect, it } from 'vitest';
import { capabilities } from '../../adapters/in-process/traits.ts';
import { configurationCases } from './askable-cases.ts';
import { withoutGroups } from './without-groups.ts';

describe('cases without server groups', () => {
  const asked = { profile: 'openapi', seed: '1', configurations: 100 } as const;
  const { count, between } = configurationCases({ capabilities }, asked);
  const cases = [...between(0, count)].map(({ one }) => one);

  it('mention no group and no network, in what is sent and in what is to be read back', () => {
    const left = cases.flatMap((one) => withoutGroups(one) ?? []);
    expect(left.length).toBeGreaterThan(0.75 * cases.length);
    // in the note it may be said what the case was once about
    for (const { note, ...kept } of left) {
      expect(JSON.stringify(kept), note).not.toMatch(/serverGroup|loadBalancer/);
    }
  });

  it('leave out those whose fault is in a group, and change no other', () => {
    const before = JSON.stringify(cases);
    for (const one of cases) {
      const { expected } = one;
      const isOfGroups = 'path' in expected && /serverGroup|loadBalancer/.test(expected.path);
      const rest = withoutGroups(one);
      expect(rest === null).toBe(isOfGroups);
      if (!/serverGroup|loadBalancer/.test(JSON.stringify(one))) expect(rest).toEqual(one);
    }
    expect(JSON.stringify(cases)).toBe(before);
  });
});
