import { describe, expect, it } from 'vitest';
import type { Adapter, CallDeployment, InstanceAt, Probe } from '../adapters/contract.ts';
import { createReferenceAdapter } from '../adapters/in-process/reference.ts';
import {
  cyclesAreExact,
  Fleet,
  picks,
  picksOnlyParticipants,
  releasedIsFilledFirst,
} from '../scheduling/scheduler.properties.ts';
import type { SchedulerFactory } from '../scheduling/scheduler.ts';
import { configuration } from '../service/drive.properties.ts';
import { referenceParts } from '../service/reference-parts.ts';
import { clauseOf } from '../spec/clauses.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import { defectNamed, defects } from './catalogue.ts';
import { variantNamed, variants } from './variants.ts';

const check = {
  method: 'http',
  port: 9100,
  path: '/up',
  timeoutSeconds: 3,
  intervalSeconds: 5,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  normalStatusCodes: ['2xx'],
};
const service = {
  name: 'web',
  protocol: 'tcp',
  port: 8080,
  scheduling: 'weighted-round-robin',
  healthCheck: check,
};
const tcp = {
  method: 'tcp',
  timeoutSeconds: 3,
  intervalSeconds: 5,
  unhealthyThreshold: 2,
  healthyThreshold: 2,
};
const on = { sessionPersistence: { enabled: true } };
/** Enough to bring every alteration to light: each algorithm, persistence, drains, both kinds of check. */
const services = [
  service,
  { ...service, scheduling: 'weighted-least-connections', healthCheck: tcp },
  { ...service, scheduling: 'source-ip' },
  { ...service, ...on, connectionDraining: { durationSeconds: 20 } },
  { ...service, healthCheck: { ...check, normalStatusCodes: ['4xx'] } },
  { ...service, connectionDraining: { durationSeconds: 0 } },
  { ...service, port: 0 },
  { ...service, port: 65_536 },
  { ...service, connectionDraining: { durationSeconds: 3601 } },
  ...[
    { port: 65_536 },
    { timeoutSeconds: 1 },
    { timeoutSeconds: 61 },
    { intervalSeconds: 4 },
    { intervalSeconds: 301 },
    { intervalSeconds: 300 },
    { unhealthyThreshold: 6 },
    { healthyThreshold: 6 },
    { path: '/1/2/3/4/5/6' },
  ].map((over) => ({ ...service, healthCheck: { ...check, ...over } })),
  { ...service, healthCheck: { ...tcp, path: '/up' } },
];

const instances: readonly InstanceAt[] = [
  { name: 'a', address: 'a', port: 9000, weight: 5 },
  { name: 'b', address: 'b', port: null, weight: 2 },
  { name: 'c', address: 'c', port: null, weight: 1 },
];
const without = (...names: string[]) => instances.filter(({ name }) => !names.includes(name));

/** What `b` replies to its checks in turn: every length of run up to the thresholds, late and odd ones between. */
const replies = [
  ...[200, 503, 200, 503, 503, 200, 300, 503, 503, 503, 200, 503, 200, 200],
  ...[503, 503, 'late', 200, 404, 404, 404, 200, 200],
];

/** All that one implementation answers to one long script. */
async function transcript(adapter: Adapter): Promise<string> {
  const lines: unknown[] = [];
  for (const [index, configuration] of services.entries()) {
    const deployed = await adapter.deploy({
      deployment: `d${index}`,
      configuration: { backendServices: [configuration] },
      profile: 'console',
      instances,
      time: 'stepped',
      realMsPerSecond: { checks: 1000, persistence: 1000, draining: 1000 },
    });
    lines.push(deployed.outcome);
    if ('deployment' in deployed) {
      lines.push(deployed.readBack);
      await perform(deployed.deployment as CallDeployment, lines);
    }
  }
  return lines.map((line) => JSON.stringify(line)).join('\n');
}

async function perform(deployment: CallDeployment, lines: unknown[]): Promise<void> {
  let connection = 0;
  let nowMs = 0;
  let turn = 0;
  let refuses = false;
  const answer = ({ probe, instance, method }: Probe) => {
    if (instance !== 'b') return { probe, reply: 200, afterMs: 1 };
    if (method === 'tcp') {
      return { probe, reply: refuses ? ('refused' as const) : ('accepted' as const), afterMs: 1 };
    }
    const reply = replies[turn++ % replies.length];
    if (reply === 'late') return { probe, reply: 200, afterMs: 3500 };
    return { probe, reply: reply as number, afterMs: 1 };
  };
  const pass = async (forMs: number) => {
    nowMs += forMs;
    let reached = await deployment.advance({ toMs: nowMs, answers: [] });
    for (;;) {
      lines.push(reached);
      if (reached.probes.length === 0) return;
      reached = await deployment.advance({ toMs: nowMs, answers: reached.probes.map(answer) });
    }
  };
  const open = async (source: number) => {
    connection += 1;
    const ask = { connection, source: `10.0.0.${source}`, port: 50_000 + connection };
    lines.push(await deployment.connect(ask));
  };
  const burst = async (count: number) => {
    for (let index = 0; index < count; index++) await open(index % 11);
  };
  await burst(30);
  for (let index = 1; index <= 20; index += 2) await deployment.close({ connection: index });
  await burst(30);
  for (const exchange of [1, 2]) {
    lines.push(exchange, await deployment.carry({ connection: 2 }));
  }
  for (let round = 0; round < 40; round++) {
    refuses = round % 10 > 5;
    await pass(2500);
    await burst(3);
  }
  await pass(500_000);
  await burst(11);
  await deployment.setInstances({ instances: without('a') });
  await burst(11);
  await pass(4000);
  lines.push(await deployment.carry({ connection }));
  await burst(5);
  await pass(300_000);
  await deployment.setInstances({
    instances: instances.map((instance) => ({
      ...instance,
      weight: instance.name === 'c' ? 2 : 3,
    })),
  });
  await burst(40);
  await pass(600_000);
  await burst(11);
  await pass(1_500_000);
  await burst(11);
  await deployment.setInstances({ instances: without('b') });
  for (let held = 1; held <= connection; held++) await deployment.close({ connection: held });
  await pass(20_000);
}

const reference = await transcript(createReferenceAdapter());

describe('every seeded defect', () => {
  it.each(defects.map((defect) => [defect.name, defect] as const))(
    '%s is well described',
    (name, defect) => {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(defect.sentence).toMatch(/^[A-Z].*\.$/);
      expect(defect.breaks.length).toBeGreaterThan(0);
      for (const clause of defect.breaks) expect(clauseOf(clause)?.id).toBe(clause);
      if (defect.thread !== undefined) {
        expect(defect.thread).toMatch(/^[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/);
      }
    },
  );

  it('has a name of its own', () => {
    expect(new Set(defects.map(({ name }) => name)).size).toBe(defects.length);
    expect(defectNamed('wlc-ignores-weight')?.breaks).toEqual(['schedule.wlc.ratio']);
    expect(defectNamed('none-such')).toBeUndefined();
  });

  it('declares what the reference declares, unless it says otherwise', async () => {
    const { traits } = await createReferenceAdapter().describe({ protocol: 1 });
    for (const defect of defects) {
      const described = await createReferenceAdapter({ defect }).describe({ protocol: 1 });
      const own = Object.entries(defect.traits ?? {}).map(([trait, reading]) => [
        trait,
        { reading, providedBy: 'balancer' },
      ]);
      expect(described.traits).toEqual({ ...traits, ...Object.fromEntries(own) });
    }
  });
});

describe('every variant', () => {
  it.each(variants.map((variant) => [variant.name, variant] as const))(
    '%s does something else than the reference',
    async (name, variant) => {
      expect(variantNamed(name)).toBe(variant);
      expect(await transcript(createReferenceAdapter({ variant }))).not.toBe(reference);
    },
  );
});

describe('the variants of schedulers', () => {
  const factoryOf = (name: string, scheduling: ServiceConfiguration['scheduling']) => {
    const parts = referenceParts({ ...configuration, scheduling });
    return variantNamed(name)?.edit?.(parts).scheduler as SchedulerFactory;
  };

  it('give whole cycles in bursts, whatever the common divisor of the weights', () => {
    const inBursts = factoryOf('burst-round-robin', 'weighted-round-robin');
    expect(picks(new Fleet(inBursts, [10, 16, 2]), 14)).toBe('aaaaabbbbbbbbc');
    cyclesAreExact(inBursts);
    picksOnlyParticipants(inBursts);
  });

  it('restore the ratio of the weights, counting the next connection, too', () => {
    const plusOne = factoryOf('least-connections-plus-one', 'weighted-least-connections');
    releasedIsFilledFirst(plusOne);
    picksOnlyParticipants(plusOne);
  });
});

describe('the reference', () => {
  it('says the same each time it is asked the same', async () => {
    expect(await transcript(createReferenceAdapter())).toBe(reference);
  });
});
