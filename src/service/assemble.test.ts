import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActorStepper } from '../../models/actor-stepper.ts';
import { NONE } from '../scheduling/scheduler.ts';
import { assemble } from './assemble.ts';
import type { CheckReply, ServiceListener, ServiceParts } from './backend-service.ts';
import { acts, configuration, configurations, Drive } from './drive.properties.ts';
import { referenceParts } from './reference-parts.ts';

describe('the reference service, driven at random', () => {
  it('places only on those who take part, and counts exactly what is held', () => {
    fc.assert(
      fc.property(configurations, acts, (over, list) => {
        const drive = new Drive({ ...configuration, ...over });
        for (const act of list) drive.act(act);
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('says and does the same on tables as on live actors', () => {
    const actors: ServiceParts['engine'] = (compiled, slots) => new ActorStepper(compiled, slots);
    fc.assert(
      fc.property(configurations, acts, (over, list) => {
        const start = { ...configuration, ...over };
        const onTables = new Drive(start);
        const onActors = new Drive(start, (parts) => ({ ...parts, engine: actors }));
        for (const act of list) {
          onTables.act(act);
          onActors.act(act);
        }
        expect(onActors.said).toEqual(onTables.said);
      }),
      { seed: 12, numRuns: 25 },
    );
  });
});

type Answers = (instance: number, nowMs: number) => readonly [afterMs: number, reply: CheckReply];
/** A service with its events written down; `answers` decides each check when it starts. */
function begin(over: Partial<ServiceParts>, answers: Answers = () => [0, 200]) {
  const parts = { ...referenceParts(over.configuration ?? configuration), ...over };
  const now = Float64Array.of(0);
  const said: string[] = [];
  const say = (text: string) => said.push(`${now[0]} ${text}`);
  const listener: ServiceListener = {
    checkConcluded: (_check, instance, failure) => say(`check ${instance} ${failure}`),
    eligibilityChanged: (instance, isEligible) => say(`eligible ${instance} ${isEligible}`),
    connectionsCut: (instance, connections) => say(`cut ${instance} ${connections.length}`),
    instanceForgotten: (instance) => say(`forgotten ${instance}`),
  };
  const sources = { sourcesMax: 4, address: Uint32Array.of(1, 2, 3, 4) };
  const service = assemble(parts, sources, now, listener);
  const started: number[] = [];
  const passUntil = (toMs: number) => {
    while ((service.due[0] as number) <= toMs) {
      const check = service.advance();
      if (check === NONE) continue;
      const { instance } = service.checkOf(check);
      if (instance === 0) started.push(now[0] as number);
      service.answer(check, ...answers(instance, now[0] as number));
    }
    now[0] = toMs;
  };
  const open = (source = 0) => service.open(source);
  const placed = (source = 0) => service.instanceOf(open(source));
  return { service, said, started, passUntil, open, placed, now };
}
const silence = [Number.POSITIVE_INFINITY, 'accepted'] as const;
const changed = (said: readonly string[]) => said.filter((line) => line.includes('eligible'));

describe('checks', () => {
  it('take an instance out at exactly the third failure in a row, and back in at the second pass', () => {
    const failing = (nowMs: number) => nowMs === 5000 || (nowMs >= 15_000 && nowMs <= 25_000);
    const run = begin({}, (_, nowMs) => [0, failing(nowMs) ? 503 : 200]);
    run.service.register(0, 1);
    run.passUntil(60_000);
    expect(changed(run.said)).toEqual([
      '0 eligible 0 true',
      '25000 eligible 0 false',
      '35000 eligible 0 true',
    ]);
  });

  it('fail at the timeout where nothing answers, and start an interval after the start before', () => {
    const run = begin({}, () => silence);
    run.service.register(0, 1);
    run.passUntil(20_000);
    expect(run.started).toEqual([0, 5000, 10_000, 15_000, 20_000]);
    expect(run.said).toContain('3000 check 0 RECEIVE_RESPONSE_TIMEOUT');
    expect(changed(run.said)).toEqual(['0 eligible 0 true', '13000 eligible 0 false']);
  });

  it('never overlap: a timeout beyond the interval delays the next', () => {
    const check = { ...configuration.check, timeoutMs: 8000 };
    const run = begin({ configuration: { ...configuration, check } }, () => silence);
    run.service.register(0, 1);
    run.passUntil(20_000);
    expect(run.started).toEqual([0, 8000, 16_000]);
  });

  it('start an interval after the end before, where that is the reading', () => {
    const run = begin({ intervalFrom: 'end' }, () => [1000, 200]);
    run.service.register(0, 1);
    run.passUntil(13_000);
    expect(run.started).toEqual([0, 6000, 12_000]);
  });

  it('must be answered before time goes on', () => {
    const run = begin({});
    run.service.register(0, 1);
    expect(run.service.advance()).not.toBe(NONE);
    expect(() => run.service.advance()).toThrow(/was not answered/);
  });

  it('are forgotten with their instance, and a late answer does nothing', () => {
    const run = begin({});
    run.service.register(0, 1);
    const check = run.service.advance();
    run.service.remove(0);
    run.service.answer(check, 0, 200);
    expect(run.service.due[0]).toBe(Number.POSITIVE_INFINITY);
    expect(run.said).toEqual(['0 eligible 0 true', '0 eligible 0 false', '0 forgotten 0']);
  });
});

describe('a removed instance', () => {
  it('gets no new connection, keeps its own to the deadline, and is cut then', () => {
    const run = begin({});
    run.service.register(0, 1);
    const connection = run.open();
    run.service.remove(0);
    expect(run.open()).toBe(NONE);
    run.passUntil(19_999);
    expect(run.service.instanceOf(connection)).toBe(0);
    run.passUntil(20_000);
    expect(run.service.instanceOf(connection)).toBe(NONE);
    expect(run.said.slice(-2)).toEqual(['20000 cut 0 1', '20000 forgotten 0']);
  });

  it('is forgotten as soon as its last connection has ended', () => {
    const run = begin({});
    run.service.register(0, 1);
    const connection = run.open();
    run.service.remove(0);
    run.passUntil(1000);
    run.service.close(connection);
    expect(run.said.at(-1)).toBe('1000 forgotten 0');
  });

  it('is cut at once with a drain of 0 s', () => {
    const run = begin({ configuration: { ...configuration, drainMs: 0 } });
    run.service.register(0, 1);
    run.open();
    run.service.remove(0);
    expect(run.said).toEqual([
      '0 eligible 0 true',
      '0 eligible 0 false',
      '0 cut 0 1',
      '0 forgotten 0',
    ]);
  });

  it('starts its health anew when it comes back after it was forgotten', () => {
    const run = begin({}, () => [0, 503]);
    run.service.register(0, 1);
    run.passUntil(10_000);
    run.service.remove(0);
    run.service.register(0, 1);
    expect(changed(run.said)).toEqual([
      '0 eligible 0 true',
      '10000 eligible 0 false',
      '10000 eligible 0 true',
    ]);
  });

  it('resumes with its connections and its health when it is registered again', () => {
    const run = begin({}, (instance) => [0, instance === 0 ? 503 : 200]);
    run.service.register(0, 1);
    const connection = run.open();
    run.service.remove(0);
    run.passUntil(15_000);
    run.service.register(0, 1);
    expect(run.open()).toBe(NONE);
    run.passUntil(60_000);
    expect(run.service.instanceOf(connection)).toBe(0);
  });
});

describe('sessions', () => {
  const sticky = { ...configuration, persistenceMs: 10_000, drainMs: 20_000 };
  function twoInstances(answers?: Answers) {
    const run = begin({ configuration: sticky }, answers);
    run.service.register(0, 1);
    run.service.register(1, 1);
    return run;
  }

  it('keep a source in place, each new connection starting the clock again', () => {
    const run = twoInstances();
    const first = run.placed();
    for (let nowMs = 9999; nowMs < 40_000; nowMs += 9999) {
      run.passUntil(nowMs);
      expect(run.placed()).toBe(first);
    }
  });

  it('are over exactly when the duration is, and the scheduler decides again', () => {
    const run = twoInstances();
    const first = run.placed();
    run.passUntil(10_000);
    expect(run.placed()).toBe(1 - first);
  });

  it('never send to an unhealthy or a draining instance, and are rewritten when they move', () => {
    const run = twoInstances((instance, nowMs) => [
      0,
      instance === 0 && nowMs < 15_000 ? 503 : 200,
    ]);
    expect(run.placed()).toBe(0);
    run.passUntil(9000);
    expect(run.placed()).toBe(0);
    run.passUntil(10_000);
    expect(run.placed()).toBe(1);
    run.passUntil(19_500);
    expect(run.placed()).toBe(1);
    run.passUntil(21_000);
    run.service.remove(1);
    expect(run.placed()).toBe(0);
  });

  it('do not outlive the instance: its slot is somebody else afterwards', () => {
    const run = twoInstances();
    const connection = run.open();
    expect(run.service.instanceOf(connection)).toBe(0);
    run.service.close(connection);
    run.service.remove(0);
    run.service.register(0, 1);
    const places = [run.placed(1), run.placed(0)];
    expect(places).toEqual([0, 1]);
  });
});

describe('a reconfigured service', () => {
  it('keeps connections and what it knows of its instances, and counts anew where thresholds changed', () => {
    const run = begin({}, (instance) => [0, instance === 0 ? 503 : 200]);
    run.service.register(0, 1);
    run.service.register(1, 1);
    const held = run.open();
    run.passUntil(10_000);
    expect([...run.service.instances.isEligible.subarray(0, 2)]).toEqual([0, 1]);
    const check = { ...configuration.check, unhealthyThreshold: 1, healthyThreshold: 5 };
    run.service.reconfigure(
      referenceParts({ ...configuration, scheduling: 'weighted-least-connections', check }),
    );
    expect([...run.service.instances.isEligible.subarray(0, 2)]).toEqual([0, 1]);
    expect(run.service.instanceOf(held)).toBe(0);
    expect(run.placed()).toBe(1);
  });

  it('does not wait for a check that the old, longer interval had set', () => {
    const slow = { ...configuration, check: { ...configuration.check, intervalMs: 300_000 } };
    const run = begin({ configuration: slow });
    run.service.register(0, 1);
    run.passUntil(1000);
    run.service.reconfigure(referenceParts(configuration));
    run.passUntil(12_000);
    expect(run.started).toEqual([0, 6000, 11_000]);
  });

  it('lets changes come into force late where they take time to propagate', () => {
    const run = begin({ propagationMs: 700 });
    run.service.register(0, 1);
    expect(run.open()).toBe(NONE);
    run.passUntil(700);
    expect(run.placed()).toBe(0);
    run.service.remove(0);
    expect(run.placed()).toBe(0);
    run.passUntil(1400);
    expect(run.open()).toBe(NONE);
  });
});
