/**
 * Right implementations that can less than everything and say so, in what they declare and in what they answer: they
 * fail nothing, and are judged on what they can.
 */
import { describe, expect, it } from 'vitest';
import { connect } from '../adapters/connect.ts';
import type { Adapter } from '../adapters/contract.ts';
import type { Need } from '../spec/behaviour.ts';
import type { Scheduling } from '../spec/configuration.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { unableTo, within } from './abilities.ts';
import { optionsFor } from './conform.fixture.ts';
import { conform } from './conform.ts';
import { type Bounds, documentOf, head, instancesOf } from './families/family.ts';
import type { Timeline } from './timeline.ts';

/** The reference, if it could do less. */
function lacking(...needs: readonly Need[]): Adapter {
  const reference = connect('reference');
  const unsupported = Object.fromEntries(needs.map((need) => [need, { supported: false }]));
  return {
    ...reference,
    describe: async (ask) => {
      const described = await reference.describe(ask);
      const capabilities = { ...described.capabilities, ...unsupported };
      return { ...described, name: 'less', capabilities };
    },
    deploy: async (request) => {
      const described = await reference.describe({ protocol: 1 });
      const capabilities = { ...described.capabilities, ...unsupported };
      const refusal = (configuration: unknown) => {
        const unable = unableTo(configuration, request.profile, capabilities);
        return unable.length === 0
          ? null
          : ({ is: 'unsupported', note: `no ${unable.join(', ')}` } as const);
      };
      const refused = refusal(request.configuration);
      if (refused !== null) return { outcome: refused };
      const deployed = await reference.deploy(request);
      if (!('deployment' in deployed)) return deployed;
      const { deployment } = deployed;
      const reconfigure: typeof deployment.reconfigure = deployment.reconfigure.bind(deployment);
      Object.assign(deployment, {
        reconfigure: (ask: { readonly configuration: unknown }) =>
          refusal(ask.configuration) ?? reconfigure(ask),
      });
      return deployed;
    },
  };
}

async function judged(adapter: Adapter) {
  const testbed = await openTestbed(adapter, 'less');
  const { result } = await conform(testbed, optionsFor('less', { configurations: 200 }));
  const being = (verdict: string) =>
    result.clauses.filter((one) => one.verdict === verdict).map(({ id }) => id);
  const why = (id: string) => result.clauses.find((one) => one.id === id)?.why;
  return { being, why, coverage: result.coverage };
}

describe('an implementation that declares what it lacks, and says so to documents that ask for it', () => {
  it.each([
    [['check.http'], 45, ['config.health.normal-codes', 'config.health.path.syntax']],
    [['persistence', 'persistence.draining'], 60, []],
    [['schedule.wlc'], 60, []],
    [['schedule.source', 'check.tcp'], 55, ['config.health.path.http-only']],
  ] as const)(
    'fails nothing for lack of %s, and is decided on the rest',
    async (needs, passes, unshown) => {
      const { being, why } = await judged(lacking(...needs));
      expect(being('fail'), being('fail').map(why).join('\n')).toEqual([]);
      expect(being('inconclusive'), being('inconclusive').map(why).join('\n')).toEqual([]);
      expect(being('pass').length).toBeGreaterThanOrEqual(passes);
      const configurations = being('not-applicable').filter((id) => id.startsWith('config.'));
      expect(configurations).toEqual(unshown);
    },
  );

  it('is told what would show a clause that nobody could show on it', async () => {
    const { why, coverage } = await judged(lacking('check.http'));
    expect(why('health.live-connections')).toContain('only check.http would show it');
    // what was turned down covers nothing
    expect(coverage.pairs?.covered).toBeLessThan(0.9 * (coverage.pairs?.of ?? 0));
    expect(coverage.transitions?.covered).toBe(0);
  });
});

describe('an implementation that declares several schedulers', () => {
  const bounds = { connectionsMax: 400 };
  const fitted = async (
    schedulers: number,
    count: number,
    scheduling = 'weighted-round-robin',
    clauses: readonly string[] = [],
  ) => {
    const { capabilities, traits, limits } = await connect('reference').describe({ protocol: 1 });
    const declared = { reading: schedulers, providedBy: 'balancer' as const };
    const described = { capabilities, limits, traits: { ...traits, 'wrr.schedulers': declared } };
    const timeline: Timeline = {
      ...head('here', clauses, { profile: 'console' } as Bounds),
      configuration: documentOf('console', { scheduling: scheduling as Scheduling }),
      instances: instancesOf([1, 1]),
      steps: [
        { do: 'open', count, sources: 'fresh' },
        { do: 'open', count: 5, sources: 'fresh', hold: true },
      ],
    };
    const drawn = { name: 'here-1', seed: '1/here-1', timeline, shrink: () => [] };
    const { steps } = within(drawn, described, bounds).timeline;
    return steps.map((step) => ('count' in step ? step.count : 0));
  };

  it('gets as many times the connections that are not held', async () => {
    expect(await fitted(1, 20)).toEqual([20, 5]);
    expect(await fitted(3, 20)).toEqual([60, 5]);
  });

  it('gets more than others where each is to be seen to follow a change of weights', async () => {
    const onChange = (schedulers: number, count: number) =>
      fitted(schedulers, count, 'weighted-round-robin', ['schedule.weight-change']);
    expect(await onChange(1, 20)).toEqual([20, 5]);
    expect(await onChange(3, 20)).toEqual([180, 5]);
    // 2000 in all, as nearly as the same for each step allows
    expect(await onChange(5, 295)).toEqual([1966, 5]);
    expect(await onChange(7, 295)).toEqual([295, 5]);
  });

  it('gets no more where its plane does not bear them, or nobody goes round', async () => {
    // 16 x (20 + 5) connections are all that it bears
    expect(await fitted(16, 20)).toEqual([320, 5]);
    expect(await fitted(17, 20)).toEqual([20, 5]);
    expect(await fitted(3, 20, 'source-ip')).toEqual([20, 5]);
  });
});

describe('an implementation that sends known clients to what drains, and says so', () => {
  const asked = async (clause: string, needs: readonly Need[]) => {
    const described = await lacking(...needs).describe({ protocol: 1 });
    const timeline: Timeline = {
      ...head('here', [clause], { profile: 'console' } as Bounds),
      configuration: documentOf('console', { persistence: true }),
      instances: instancesOf([1, 1]),
      steps: [{ do: 'remove', instance: 'a' }],
    };
    const drawn = { name: 'here-1', seed: '1/here-1', timeline, shrink: () => [] };
    const { configuration } = within(drawn, described, { connectionsMax: 400 }).timeline;
    return configuration.backendServices[0]?.sessionPersistence?.enabled;
  };

  it('has no clients that it knows where somebody is removed, unless that is what is asked', async () => {
    expect(await asked('draining.no-new', [])).toBe(true);
    expect(await asked('draining.no-new', ['persistence.draining'])).toBe(false);
    expect(await asked('persistence.sticks', ['persistence.draining'])).toBe(true);
  });
});
