/** Terminal reports against golden files, which are read by people when they change; and what no report may do to a terminal. */
import { describe, expect, it } from 'vitest';
import { hostileConformance, sampleConformance, sampleFacts } from './conformance.fixture.ts';
import { renderConformanceText } from './conformance-text.ts';
import { sampleMatrix } from './matrix.fixture.ts';
import { renderMatrixMarkdown, renderMatrixText } from './matrix-text.ts';
import { sampleProof } from './proof.fixture.ts';
import { renderProofText } from './proof-text.ts';
import { renderReplayText } from './replay-text.ts';
import { renderReplicationsText } from './replications-text.ts';
import {
  hostileSimulation,
  sampleReplications,
  sampleServing,
  sampleSimulation,
} from './simulation.fixture.ts';
import { renderSimulationText } from './simulation-text.ts';

const plain = { colour: false, width: 100, reportFile: 'reports/out/haproxy/report.html' };
const golden = (name: string) => `../../reports/golden/${name}`;

function sampleReplay() {
  const failing = sampleConformance().clauses.find(
    (clause) => clause.id === 'persistence.draining',
  );
  const [failure] = failing?.failures ?? [];
  return {
    file: 'failures/persistence-draining-1.json',
    verdicts: [
      {
        clause: 'persistence.draining',
        is: 'fail',
        why: failure?.why ?? '',
        expected: failure?.expected ?? null,
        observed: failure?.observed ?? null,
        attributedTo: null,
        certificate: null,
      },
      {
        clause: 'draining.no-new',
        is: 'fail',
        why: 'b took 1 new connection',
        expected: null,
        observed: null,
        attributedTo: 'persistence.draining',
        certificate: null,
      },
      {
        clause: 'forward.port',
        is: 'pass',
        why: '2 connections',
        expected: null,
        observed: null,
        attributedTo: null,
        certificate: null,
      },
    ],
    story: failure?.story ?? [],
    gate: { exitCode: 1, why: 'fails persistence.draining' },
  } as const;
}

describe('terminal reports', () => {
  it('tell a conformance run', async () => {
    const text = renderConformanceText(sampleConformance(), sampleFacts(), plain);
    await expect(text).toMatchFileSnapshot(golden('conformance.txt'));
  });

  it('tell a conformance run on a narrow terminal', async () => {
    const text = renderConformanceText(sampleConformance(), null, { colour: false, width: 60 });
    await expect(text).toMatchFileSnapshot(golden('conformance-narrow.txt'));
  });

  it('put implementations side by side', async () => {
    const text = renderMatrixText(sampleMatrix(), plain);
    await expect(text).toMatchFileSnapshot(golden('matrix.txt'));
    await expect(renderMatrixMarkdown(sampleMatrix())).toMatchFileSnapshot(golden('matrix.md'));
  });

  it('tell a proof', async () => {
    const text = renderProofText(sampleProof(), { ...plain, durationMs: 23_400 });
    await expect(text).toMatchFileSnapshot(golden('proof.txt'));
  });

  it('tell a simulation', async () => {
    const text = renderSimulationText(sampleSimulation(), plain);
    await expect(text).toMatchFileSnapshot(golden('simulation.txt'));
  });

  it('tell how instances with slots served', async () => {
    const served = sampleSimulation({ serving: sampleServing(['a', 'b', 'c']) });
    const text = renderSimulationText(served, plain);
    await expect(text).toMatchFileSnapshot(golden('simulation-serving.txt'));
  });

  it('tell several replications', async () => {
    const text = renderReplicationsText(sampleReplications(), 'reports/out/replications.json');
    await expect(text).toMatchFileSnapshot(golden('replications.txt'));
  });

  it('tell a replayed case', async () => {
    await expect(renderReplayText(sampleReplay(), plain)).toMatchFileSnapshot(golden('replay.txt'));
  });

  it('say so when a run did not end, and name the exit code', () => {
    const text = renderConformanceText(sampleConformance({ complete: false }), null, plain);
    expect(text).toContain('incomplete');
    expect(text).toContain('exit code 1');
  });

  it('hold with nothing judged and with nothing simulated', () => {
    expect(renderConformanceText(sampleConformance({ clauses: [] }), null, plain)).toContain(
      'Nothing was judged',
    );
    const empty = sampleSimulation({
      instances: [],
      detections: [],
      notes: [],
      sources: { count: 0, busiest: [] },
    });
    expect(renderSimulationText(empty, plain)).toContain('arrived');
  });

  it('colour only when asked to', () => {
    const colourCode = '\u001b[';
    expect(renderConformanceText(sampleConformance(), null, plain)).not.toContain(colourCode);
    expect(renderConformanceText(sampleConformance(), null, { ...plain, colour: true })).toContain(
      colourCode,
    );
  });

  it('stay within the width of the terminal, commands and paths aside', () => {
    for (const width of [60, 80, 120]) {
      const text = renderConformanceText(sampleConformance(), sampleFacts(), {
        colour: false,
        width,
      });
      const long = text.split('\n').filter((line) => line.length > width);
      expect(long.filter((line) => !/^ +(replay|file) /.test(line))).toEqual([]);
    }
  });

  it('let nothing from outside move the cursor or break a line', () => {
    const texts = [
      renderConformanceText(hostileConformance(), sampleFacts(), plain),
      renderSimulationText(hostileSimulation(), plain),
    ];
    for (const text of texts) expect(text).not.toMatch(/[^\n\P{Cc}]/u);
  });
});
