/** The canary bites, follows the selection and the seed, and says so where it had nothing to do; failures name what they look like. */
import { describe, expect, it } from 'vitest';
import { connect } from '../../adapters/connect.ts';
import { openTestbed } from '../../testbed/open-testbed.ts';
import { runCase } from '../case-runner.ts';
import { boundaryCases } from '../configurations/boundary-cases.ts';
import { drawTimeline } from '../drawn-timeline.ts';
import { families } from '../families/families.ts';
import { drawCanary, runCanary } from './canary.ts';
import { diagnoseConfigurations, diagnoseTimelines, likenessOf } from './diagnosis.ts';

const open = (connectable: string) => openTestbed(connect(connectable), connectable);
const { signal } = new AbortController();
const options = { profile: 'console' as const, seed: '1', open, signal };

describe('the canary', () => {
  it('is drawn from what breaks a selected clause, by seed', () => {
    const selected = ['schedule.wlc.ratio', 'schedule.wrr.cycle'];
    const drawn = drawCanary(selected, 'console', '1');
    expect(drawn).toHaveLength(3);
    for (const { breaks } of drawn) {
      expect(breaks.some((clause) => selected.includes(clause))).toBe(true);
    }
    const names = (seed: string) => drawCanary(selected, 'console', seed).map(({ name }) => name);
    expect(names('1')).toEqual(drawn.map(({ name }) => name));
    expect(['2', '3', '4'].some((seed) => names(seed).join() !== names('1').join())).toBe(true);
  });

  it('is caught by the cases of the selected clauses', async () => {
    const { defects, why } = await runCanary({ ...options, selected: ['forward.port'] });
    expect(defects).toMatchObject([{ name: 'service-port-only', outcome: 'killed' }]);
    expect(why).toBe('service-port-only caught by the same cases');
  });

  it('survives where the specimen does nothing wrong, and is told to', async () => {
    const right = () => open('reference');
    const { defects, why } = await runCanary({
      ...options,
      open: right,
      selected: ['forward.port'],
    });
    expect(defects).toMatchObject([{ outcome: 'survived' }]);
    expect(why).toContain('service-port-only survived');
  });

  it('says that it had nothing to do where nothing selected has a witness', async () => {
    const canary = await runCanary({ ...options, selected: ['schedule.wrr.spread'] });
    expect(canary).toEqual({
      defects: [],
      why: 'nothing to do: no seeded defect breaks what was selected',
    });
  });
});

describe('the diagnosis', () => {
  it('finds each defect again among those that break the same clause', async () => {
    const family = families.find(({ name }) => name === 'wrr-cycles');
    const names = ['wrr-ignores-weight', 'wrr-at-random'];
    for (const name of names) {
      const testbed = await open(`defect:${name}`);
      const bounds = {
        ...{ profile: 'console' as const, profiles: ['console' as const], isWired: false },
        ...{ instancesMax: 12, instancesLimit: 12, connectionsMax: 2000 },
      };
      const outcomes = [];
      for (const number of [1, 2, 3]) {
        const drawn = drawTimeline(family as (typeof families)[number], bounds, '1', number);
        const context = { testbed, time: 'stepped' as const, signal };
        outcomes.push(await runCase(context, drawn.name, drawn.seed, drawn.timeline));
      }
      await testbed.dispose();
      const like = await diagnoseTimelines('schedule.wrr.cycle', outcomes, { open, signal });
      expect(like).not.toBeNull();
      expect(like?.defect).toMatch(/^wrr-/);
    }
  });

  it('likens nobody to a defect that answers rightly where it fails', async () => {
    const clause = 'config.group.same-network';
    const cases = boundaryCases('console').filter((one) => one.clause === clause);
    // turning down what is valid fails a further clause
    const fails = (isAccepting: boolean) =>
      (isAccepting ? [clause, 'config.accepts-valid'] : [clause]).map((failing) => {
        return { clause: failing, is: 'fail' as const, expected: '', observed: '', by: null };
      });
    const whoFails = (isAccepting: boolean) =>
      diagnoseConfigurations(
        clause,
        cases
          .filter(({ expected }) => expected.accepted === isAccepting)
          .map((one) => ({ one, verdicts: fails(isAccepting) })),
        { open, signal },
      );
    expect(await whoFails(false)).toMatchObject({ defect: 'accepts-group-elsewhere' });
    // nobody in the catalogue turns down a group that is all right
    expect(await whoFails(true)).toBeNull();
  });

  it('holds what fails in common against what does not', () => {
    const one = new Map([
      ['a', 'x out'],
      ['b', ''],
    ]);
    expect(likenessOf(one, one)).toBe(1);
    expect(likenessOf(one, new Map([['a', 'x in']]))).toBe(0.25);
    expect(likenessOf(one, new Map())).toBe(0);
    expect(likenessOf(new Map(), new Map())).toBe(0);
  });
});
