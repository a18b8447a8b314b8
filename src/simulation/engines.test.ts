/**
 * Goal: live actors on the simulator's clock and compiled tables are the same simulation. Method: every shipped scenario
 * at 100,000 events, as it is and with all its times on a grid, so that checks, departures, arrivals and the world's
 * events fall on the same instants; compared are the results and, step by step, the ordered actions.
 */
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Stepper } from '../../models/table.ts';
import { readDocument } from '../documents/document.ts';
import type { ServiceParts } from '../service/backend-service.ts';
import { poissonArrivals } from '../traffic/poisson.ts';
import type { Trace } from '../traffic/trace.ts';
import { readZeekTrace } from '../traffic/zeek-trace.ts';
import { engines } from './engines.ts';
import type { Plan, Traffic } from './plan.ts';
import { planScenario } from './planning.ts';
import { readScenario } from './read-scenario.ts';
import { runPlan } from './run.ts';

const folder = 'scenarios';
const scenarios = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
/** Each connection makes an arrival and a departure. */
const connectionsMax = 50_000;

async function planOf(name: string): Promise<Plan> {
  const file = join(folder, name);
  const document = readDocument(readFileSync(file), file);
  const scenario = readScenario(document);
  const { planWith } = planScenario({
    scenario,
    document,
    serviceDocument: null,
    seed: null,
    scheduling: null,
  });
  const { trace } = scenario.traffic;
  if (trace === undefined) return planWith(null);
  return planWith(await readZeekTrace(createReadStream(join(folder, trace)), trace));
}

function shortened(plan: Plan): Plan {
  const { traffic } = plan;
  if (traffic.kind === 'poisson') {
    const spanMs = Math.min(traffic.spanMs, connectionsMax / traffic.ratePerMs);
    return { ...plan, traffic: { ...traffic, spanMs } };
  }
  return { ...plan, traffic: { ...traffic, trace: firstRows(traffic.trace) } };
}

function firstRows(trace: Trace): Trace {
  const [atMs, durationMs] = [trace.atMs, trace.durationMs].map((column) =>
    column.slice(0, connectionsMax),
  ) as [Float64Array, Float64Array];
  return { ...trace, atMs, durationMs, source: trace.source.slice(0, connectionsMax) };
}

/** A quarter of a second divides every interval and timeout of the shipped scenarios. */
const gridMs = 250;
const onGrid = (ms: number) => Math.round(ms / gridMs) * gridMs;

/** The same plan with every time of traffic and of the world on the grid, and checks of all instances at once. */
function aligned(plan: Plan): Plan {
  return {
    ...plan,
    traffic: alignedTraffic(plan),
    outages: plan.outages.map((each) => ({
      ...each,
      fromMs: onGrid(each.fromMs),
      toMs: onGrid(each.toMs),
    })),
    changes: plan.changes.map((each) => ({ ...each, atMs: onGrid(each.atMs) })),
    failures:
      plan.failures === null
        ? null
        : {
            ...plan.failures,
            betweenMs: { kind: 'constant', value: 20_000 },
            repairMs: { kind: 'constant', value: 15_000 },
          },
  };
}

function alignedTraffic({ traffic, seed }: Plan): Traffic {
  if (traffic.kind === 'replay') {
    const { trace } = traffic;
    const atMs = trace.atMs.map((ms) => onGrid(ms / traffic.speed));
    return {
      ...traffic,
      speed: 1,
      holdMs: { kind: 'constant', value: 750 },
      trace: { ...trace, atMs, durationMs: trace.durationMs.map(onGrid) },
    };
  }
  const arrivals = poissonArrivals(traffic, seed, 0);
  const rows: [number, number, number][] = [];
  for (let count = arrivals.nextBatch(); count > 0; count = arrivals.nextBatch()) {
    for (let at = 0; at < count; at++) {
      const { atMs, holdMs, source } = arrivals;
      rows.push([onGrid(atMs[at] ?? 0), onGrid(holdMs[at] ?? 0), source[at] ?? 0]);
    }
  }
  const trace: Trace = {
    file: 'aligned',
    atMs: Float64Array.from(rows, ([at]) => at),
    durationMs: Float64Array.from(rows, ([, hold]) => hold),
    source: Int32Array.from(rows, ([, , source]) => source),
    addresses: arrivals.addresses,
    durationsMissing: 0,
    notes: [],
  };
  return { kind: 'replay', trace, speed: 1, holdMs: null };
}

/** Writes down every step of every machine: who, on what, and the outcome, whose upper bits name the ordered actions. */
function recorded(engine: ServiceParts['engine'], steps: number[]): ServiceParts['engine'] {
  return (compiled, slots) => {
    const stepper = engine(compiled, slots);
    return {
      table: stepper.table,
      step: (slot, event) => {
        const outcome = stepper.step(slot, event);
        steps.push(slot, event, outcome);
        return outcome;
      },
      tags: (slot) => stepper.tags(slot),
      state: (slot) => stepper.state(slot),
      reset: (slot) => stepper.reset(slot),
    } satisfies Stepper;
  };
}

function expectSameRun(plan: Plan): void {
  const [onTables, onActors] = [engines.table, engines.xstate].map((engine) => {
    const steps: number[] = [];
    const { simulatedMs, events, metrics, serving, detections } = runPlan(plan, {
      engine: recorded(engine, steps),
    });
    return { steps, facts: JSON.stringify([simulatedMs, events, metrics, serving, detections]) };
  });
  expect(onActors?.steps.length).toBeGreaterThan(100);
  expect(onActors?.steps.length).toBe(onTables?.steps.length);
  expect(onActors?.steps.findIndex((step, at) => step !== onTables?.steps[at])).toBe(-1);
  expect(onActors?.facts).toBe(onTables?.facts);
}

describe.each(scenarios)('%s', (name) => {
  it('is the same on live actors as on tables', async () => {
    expectSameRun(shortened(await planOf(name)));
  });

  it('is the same with timers and outside events at the same instants', async () => {
    expectSameRun(aligned(shortened(await planOf(name))));
  });
});
