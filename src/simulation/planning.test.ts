/** Goal: whatever is wrong with a scenario is told with its place and what would be right. Method: a right one, broken in one place at a time. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../documents/document.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { Trace } from '../traffic/trace.ts';
import type { Plan } from './plan.ts';
import { planScenario } from './planning.ts';
import { readScenario } from './read-scenario.ts';

const right = `scenario: right
service:
  profile: openapi
  loadBalancer: { region: r, vpc: v }
  backendServices:
    - { name: web, protocol: tcp, port: 80, healthCheck: { method: tcp }, serverGroup: g }
  serverGroups:
    - name: g
      kind: virtual-server-group
      region: r
      vpc: v
      instances:
        - { id: alpha, address: 10.0.0.1, weight: 3 }
        - { id: beta, address: 10.0.0.2 }
traffic:
  poisson: { ratePerSecond: 5, durationSeconds: 60 }
  holdSeconds: { exponential: 10 }
outages:
  - { instance: alpha, fromSeconds: 10, toSeconds: 20 }
changes:
  - { atSeconds: 30, remove: beta }
  - { atSeconds: 40, register: beta, weight: 2 }
`;

function planOf(text: string, trace: Trace | null = null): { plan: Plan } {
  const document = readDocument(text, 's.yaml');
  const scenario = readScenario(document);
  const planned = planScenario({
    scenario,
    document,
    serviceDocument: null,
    seed: null,
    scheduling: null,
  });
  return { plan: planned.planWith(trace) };
}
function complaint(text: string, trace: Trace | null = null): string {
  try {
    planOf(text, trace);
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
  return 'none';
}
/** The right scenario with one piece of text changed; the piece must be there. */
function broken(from: string, to: string): string {
  expect(right).toContain(from);
  return complaint(right.replace(from, to));
}

describe('a right scenario', () => {
  it('becomes a plan in milliseconds and indexes, defaults filled in', () => {
    const { plan } = planOf(right);
    expect(plan).toMatchObject({
      seed: '1',
      instances: [
        { name: 'alpha', weight: 3, isPresent: true },
        { name: 'beta', weight: 10, isPresent: true },
      ],
      traffic: { kind: 'poisson', ratePerMs: 0.005, spanMs: 60_000, sourceCount: 1000 },
      connectTimeoutMs: 5000,
      outages: [{ instance: 0, fromMs: 10_000, toMs: 20_000, manner: 'refuses' }],
      changes: [
        { atMs: 30_000, instance: 1, does: 'remove' },
        { atMs: 40_000, instance: 1, does: 'register', weight: 2 },
      ],
    });
    expect(plan.service.check).toMatchObject({ intervalMs: 5000, unhealthyThreshold: 3 });
  });

  it('has an instance absent at first where its first change registers it', () => {
    const { plan } = planOf(right.replace('  - { atSeconds: 30, remove: beta }\n', ''));
    expect(plan.instances.map(({ isPresent }) => isPresent)).toEqual([true, false]);
  });

  it('is every scenario that we ship, without its trace', () => {
    const files = readdirSync('scenarios').filter((file) => file.endsWith('.yaml'));
    expect(files.length).toBeGreaterThanOrEqual(6);
    for (const file of files) {
      const document = readDocument(readFileSync(`scenarios/${file}`), file);
      const scenario = readScenario(document);
      expect(`${scenario.scenario}.yaml`).toBe(file);
      expect((scenario.description ?? '').length).toBeGreaterThan(20);
    }
  });
});

describe('a wrong value', () => {
  it.each([
    [
      'ratePerSecond: 5',
      'ratePerSecond: -5',
      /^s\.yaml:16:\d+ {2}traffic\.poisson\.ratePerSecond {2}is -5/,
    ],
    ['ratePerSecond: 5', 'ratePerSecond: .nan', /ratePerSecond {2}is NaN; it wants connections/],
    ['ratePerSecond: 5', 'ratePerSecond: .inf', /ratePerSecond {2}is Infinity/],
    ['ratePerSecond: 5', 'ratePerSecond: 5s', /ratePerSecond {2}is "5s"/],
    ['ratePerSecond: 5, ', '', /ratePerSecond {2}is missing/],
    [
      'durationSeconds: 60',
      'durationSeconds: 0',
      /durationSeconds {2}is 0; it wants seconds above 0/,
    ],
    ['exponential: 10', 'exponential: null', /holdSeconds\.exponential {2}is null/],
    [
      'scenario: right',
      'scenario: ../../etc',
      /scenario {2}is "\.\.\/\.\.\/etc"; it wants a name of/,
    ],
    [
      'scenario: right',
      'scenario: right\nseed: [1]',
      /seed {2}is \[1\]; it wants a whole number or a text/,
    ],
    ['fromSeconds: 10', 'fromSeconds: -1', /outages\[0\]\.fromSeconds {2}is -1/],
  ])('%s → %s is told with its place', (from, to, message) => {
    expect(broken(from, to)).toMatch(message);
  });

  it('of the configuration is told where it stands in the scenario', () => {
    expect(broken('port: 80', 'port: 70000')).toMatch(
      /^s\.yaml:6:\d+ {2}service\.backendServices\[0\]\.port {2}is 70000; it wants/,
    );
  });

  it('is told together with all others', () => {
    const text = right
      .replace('ratePerSecond: 5', 'ratePerSecond: -5')
      .replace('fromSeconds: 10', 'fromSeconds: x');
    expect(complaint(text).split('\n').length).toBe(2);
  });

  it('that is an unknown key is told with the nearest name', () => {
    expect(broken('durationSeconds', 'durationSecond')).toContain('did you mean durationSeconds?');
    expect(broken('traffic:', 'trafic:')).toContain('did you mean traffic?');
    expect(broken('traffic:', 'zzz: 1\ntraffic:')).toContain('known here: scenario, description');
    expect(broken('remove: beta', 'remov: beta')).toMatch(/changes\[0\]\.remov {2}.*mean remove\?/);
  });
});

describe('a contradiction', () => {
  it.each([
    ['  poisson: { ratePerSecond: 5, durationSeconds: 60 }\n', '', /wants either poisson or trace/],
    ['  holdSeconds: { exponential: 10 }\n', '', /traffic\.holdSeconds {2}is missing/],
    ['{ exponential: 10 }', '{ exponential: 10, constant: 3 }', /exactly one of constant/],
    ['toSeconds: 20', 'toSeconds: 5', /toSeconds {2}is 5, not after fromSeconds/],
    ['instance: alpha', 'instance: alhpa', /"alhpa", which is no instance.*did you mean alpha\?/],
    ['remove: beta', 'register: beta, weight: 1', /changes\[1\]\.register .*is there already/],
    [
      'register: beta, weight: 2',
      'remove: beta',
      /changes\[1\]\.remove {2}is "beta", which is not there/,
    ],
    [
      'register: beta, weight: 2',
      'register: beta',
      /weight {2}is missing; register wants a weight/,
    ],
    ['remove: beta', 'remove: beta, weight: 3', /means nothing to a removal/],
    ['remove: beta', 'remove: beta, reweigh: beta', /exactly one of remove, register, reweigh/],
    ['durationSeconds: 60', 'durationSeconds: 1e8', /makes about 500000000 connections/],
    [
      'ratePerSecond: 5, durationSeconds: 60 }\n  holdSeconds: { exponential: 10 }',
      'ratePerSecond: 1e5, durationSeconds: 200 }\n  holdSeconds: { exponential: 1000 }',
      /holdSeconds {2}makes about 20000000 connections open at a time/,
    ],
    ['  poisson:', '  speed: 2\n  poisson:', /traffic\.speed {2}belongs to a trace/],
  ])('%s → %s is told', (from, to, message) => {
    expect(broken(from, to)).toMatch(message);
  });

  it('of overlapping outages is told', () => {
    const second = 'outages:\n  - { instance: alpha, fromSeconds: 15 }\n';
    expect(broken('outages:\n', second)).toMatch(
      /outages\[1\] {2}overlaps another outage of "alpha"/,
    );
  });

  it('is none where one outage begins as another ends', () => {
    const second = 'outages:\n  - { instance: alpha, fromSeconds: 20, toSeconds: 30 }\n';
    expect(broken('outages:\n', second)).toBe('none');
  });

  it('of a simulation without instances is told', () => {
    const none = broken(
      right.slice(right.indexOf('        - { id: alpha'), right.indexOf('traffic:')),
      '',
    );
    expect(none).toMatch(/instances/);
    expect(broken(', serverGroup: g', '')).toMatch(/serverGroup {2}is missing; a simulation needs/);
  });

  it('of a trace without durations and no distribution is told', () => {
    const trace: Trace = {
      file: 't.log',
      atMs: Float64Array.of(0),
      durationMs: Float64Array.of(Number.NaN),
      source: Int32Array.of(0),
      addresses: Uint32Array.of(1),
      durationsMissing: 1,
      notes: [],
    };
    const text = right.replace(/traffic:\n.*\n.*\n/, 'traffic:\n  trace: t.log\n');
    expect(complaint(text, trace)).toMatch(
      /traffic\.trace {2}has no duration for 1 of 1 connections/,
    );
  });
});
