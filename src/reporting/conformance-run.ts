/** The run in the HTML report: what autocannon measured, when which trial ran, on what machine. Knows wall-clock facts, no verdict. */
import type { LoadFacts, LoadSide, RunFacts } from '../results/run-facts.ts';
import { type Chart, renderChart } from './chart.ts';
import { counted, duration, figure, percent, shortFigure, timeScaleInWords } from './figures.ts';
import { html, type Markup, nothing } from './markup.ts';
import { fact, figureOf } from './page.ts';

export function loadSection(load: LoadFacts | null): Markup {
  if (load === null) return nothing;
  const ratio = load.through.requestsPerSecond / load.direct.requestsPerSecond;
  const added = load.through.latencyMs.p50 - load.direct.latencyMs.p50;
  return html`<section id="load"><h2>Under load</h2>
<p>Requests over ${counted(load.connections, 'kept-alive connection')} for ${figure(load.seconds)} s on each path, measured by autocannon: through the balancer it carries ${percent(ratio)} of what the instances carry directly, at ${shortFigure(added)} ms more in the median.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Load"><table><thead><tr><th scope="col">Path</th><th class="number" scope="col">Requests a second</th><th class="number" scope="col">Median</th><th class="number" scope="col">90 %</th><th class="number" scope="col">99 %</th><th class="number" scope="col">Errors</th></tr></thead>
<tbody>${sideRow('direct', load.direct)}${sideRow('through the balancer', load.through)}</tbody></table></div>
${placedTable(load)}</section>`;
}

function sideRow(name: string, side: LoadSide): Markup {
  const { p50, p90, p99 } = side.latencyMs;
  return html`<tr><th scope="row">${name}</th><td class="number">${figure(side.requestsPerSecond)}</td>
${[p50, p90, p99].map((ms) => html`<td class="number">${shortFigure(ms)} ms</td>`)}<td class="number">${figure(side.errors)}</td></tr>`;
}

/** Connections counted at the instances, not by the balancer. */
function placedTable({ through }: LoadFacts): Markup {
  const entries = Object.entries(through.placed);
  const total = entries.reduce((sum, [, placed]) => sum + placed, 0);
  if (total === 0) return nothing;
  return html`<h3 class="after">Where the connections went</h3><table class="narrow-table"><thead><tr><th scope="col">Instance</th><th class="number" scope="col">Connections</th><th class="number" scope="col">Share</th></tr></thead>
<tbody>${entries.map(
    ([name, placed]) =>
      html`<tr><th scope="row">${name}</th><td class="number">${figure(placed)}</td><td class="number">${percent(placed / total)}</td></tr>`,
  )}</tbody></table>`;
}

export async function runSection(facts: RunFacts | null): Promise<Markup> {
  if (facts === null) return nothing;
  const repeated = facts.trials.filter((trial) => trial.attempt > 1).length;
  const lagMs = facts.trials.reduce((most, trial) => Math.max(most, trial.lagMs), 0);
  return html`<section id="run"><h2>The run</h2>
<p>Wall-clock facts. They are kept out of the result, so that two results can be compared byte for byte.</p>
<dl class="facts">${[
    fact('Began', facts.startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')),
    fact('Took', duration(facts.durationMs)),
    fact(
      'Trials',
      `${counted(facts.trials.length, 'trial')} on ${counted(facts.lanes, 'lane')}, ${figure(repeated)} repeated`,
    ),
    ...(facts.timeScale === null ? [] : [fact('Time', timeScaleInWords(facts.timeScale))]),
    fact('Worst lag of the testbed', duration(lagMs)),
    fact(
      'Machine',
      `${counted(facts.machine.cores, 'core')}, ${facts.machine.platform}, Node ${facts.machine.node}`,
    ),
  ]}</dl>
${await trialPicture(facts)}</section>`;
}

async function trialPicture(facts: RunFacts): Promise<Markup> {
  if (facts.trials.length === 0) return nothing;
  const drawing = await renderChart(trialChart(facts));
  return figureOf(
    {
      title: 'Trials over time, by lane',
      legend: [
        { label: 'first attempt', colour: 'var(--series-1)' },
        { label: 'repeated, because the testbed itself had lagged', colour: 'var(--series-2)' },
      ],
    },
    drawing,
  );
}

interface Busy {
  readonly lane: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isRepeated: boolean;
}

/** Finer than a pixel of the widest drawing: shorter trials next to each other become one bar. */
const busyResolution = 1 / 1000;

function busySpans(facts: RunFacts): readonly Busy[] {
  const lanes = [...new Set(facts.trials.map((trial) => trial.lane))].sort((a, b) => a - b);
  const grainMs = facts.durationMs * busyResolution;
  return lanes.flatMap((lane, index) => {
    const spans: Busy[] = [];
    const trials = facts.trials.filter((trial) => trial.lane === lane);
    for (const { fromMs, toMs, attempt } of trials.sort((a, b) => a.fromMs - b.fromMs)) {
      const isRepeated = attempt > 1;
      const last = spans.at(-1);
      const isNext = last?.isRepeated === isRepeated && fromMs - last.toMs < grainMs;
      if (isNext && toMs - fromMs < 4 * grainMs) {
        spans.splice(-1, 1, { ...last, toMs: Math.max(last.toMs, toMs) });
      } else {
        spans.push({ lane: index + 1, fromMs, toMs, isRepeated });
      }
    }
    return spans;
  });
}

function trialChart(facts: RunFacts): Chart {
  const values = busySpans(facts).map((span) => ({
    lane: span.lane,
    from: span.fromMs / 1000,
    to: span.toMs / 1000,
    colour: span.isRepeated ? 'var(--series-2)' : 'var(--series-1)',
  }));
  const lanes = new Set(values.map((value) => value.lane)).size;
  return {
    id: 'trials',
    title: 'Trials over time, by lane',
    description: `${counted(facts.trials.length, 'trial')} on ${counted(lanes, 'lane')} in ${duration(facts.durationMs)}.`,
    spec: (look) => ({
      height: 20 * lanes,
      data: { values },
      mark: { type: 'bar', stroke: 'var(--paper)', strokeWidth: 0.5, height: { band: 0.8 } },
      encoding: {
        x: {
          field: 'from',
          type: 'quantitative',
          scale: { domain: [0, facts.durationMs / 1000], nice: false },
          axis: { title: 'seconds since the start', tickCount: look.isNarrow ? 4 : 10 },
        },
        x2: { field: 'to' },
        y: {
          field: 'lane',
          type: 'ordinal',
          axis: { title: null, labelExpr: "'lane ' + datum.label" },
        },
        color: { field: 'colour', type: 'nominal', scale: null, legend: null },
      },
    }),
  };
}
