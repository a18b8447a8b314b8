/**
 * Goal: the history of a run is a history, and the judges find nothing wrong with the service that they judge. Method: every
 * scenario that is shipped, and plans full of failures, changes and drains, through lines, codec and judges.
 */
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { declaredTraits } from '../adapters/in-process/traits.ts';
import { readDocument } from '../documents/document.ts';
import { decodeHistory, encodeHistory } from '../history/codec.ts';
import { judgeHistory } from '../judging/judge-history.ts';
import { readHistory } from '../judging/read-history.ts';
import { readZeekTrace } from '../traffic/zeek-trace.ts';
import { chunkBytes, chunkLength, columnsIn } from './history-columns.ts';
import { firstEvents, firstLines, HistoryLines, lastLine } from './history-lines.ts';
import type { Plan } from './plan.ts';
import { planScenario } from './planning.ts';
import { readScenario } from './read-scenario.ts';
import { type RunOutcome, runPlan } from './run.ts';

const folder = new URL('../../scenarios/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));

async function planned(file: string) {
  const document = readDocument(await readFile(new URL(file, folder)), file);
  const scenario = readScenario(document);
  const { planWith, configuration } = planScenario({
    scenario,
    document,
    serviceDocument: null,
    seed: null,
    scheduling: null,
  });
  const { trace: path } = scenario.traffic;
  const trace =
    path === undefined ? null : await readZeekTrace(createReadStream(new URL(path, folder)), path);
  return { plan: shortened(planWith(trace)), configuration };
}

/** What a judge can hold in memory beside the other tests. */
const connectionsMax = 40_000;

function shortened(plan: Plan): Plan {
  if (plan.traffic.kind !== 'poisson') return plan;
  const { ratePerMs, spanMs } = plan.traffic;
  return {
    ...plan,
    traffic: { ...plan.traffic, spanMs: Math.min(spanMs, connectionsMax / ratePerMs) },
  };
}

function recorded(plan: Plan, configuration: unknown): { text: string; outcome: RunOutcome } {
  const lines = new HistoryLines(plan);
  const about = { suite: '0.0.0', traits: declaredTraits(), configuration };
  let text = firstLines(plan, about);
  let events = firstEvents;
  const outcome = runPlan(plan, {
    history: {
      first: columnsIn(new ArrayBuffer(chunkBytes)),
      drain: (columns, length) => {
        expect(length).toBeLessThanOrEqual(chunkLength);
        text += lines.of(columns, length);
        events += length;
        return columns;
      },
    },
  });
  return { text: text + lastLine(events, outcome.simulatedMs, 'complete'), outcome };
}

const facts = ({ events, simulatedMs, metrics, durations, detections }: RunOutcome) =>
  JSON.stringify([events, simulatedMs, metrics, durations.counts(), detections]);

describe('the history of a run', () => {
  it.each(files)('of %s is one, changes nothing, and no judge finds fault', async (file) => {
    const { plan, configuration } = await planned(file);
    const { text, outcome } = recorded(plan, configuration);
    expect(facts(outcome)).toBe(facts(runPlan(plan)));
    const history = decodeHistory(text, file);
    expect(encodeHistory(history)).toBe(text);
    expect(readHistory(history).defects).toEqual([]);
    const opened = history.events.filter(({ event }) => event === 'connection.opened');
    expect(opened.length).toBe(outcome.metrics.arrived);
    const judged = judgeHistory(history);
    expect(judged.filter(({ verdict }) => verdict.is === 'fail')).toEqual([]);
    expect(judged.filter(({ verdict }) => verdict.is === 'pass').length).toBeGreaterThan(3);
  });
});
