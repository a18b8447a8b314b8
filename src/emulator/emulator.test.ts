/**
 * The adapter for the vendor's cloud against the emulator, over HTTP and real checks: what can be judged passes, a
 * seeded defect fails on its clause, nothing is left, and no key is written or printed anywhere.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../adapters/connect.ts';
import { runConformOn } from '../cli/conform-several.ts';
import { keepingTerminal } from '../cli/terminal.fixture.ts';
import { boundsFor } from '../conformance/case-plan.ts';
import { failsOnce } from '../conformance/case-runner.ts';
import { boundaryCases } from '../conformance/configurations/boundary-cases.ts';
import { runConfigurationCase } from '../conformance/configurations/run-configurations.ts';
import { drawTimelines } from '../conformance/drawn-timeline.ts';
import { healthThresholds } from '../conformance/families/health.ts';
import { defectNamed } from '../defects/catalogue.ts';
import type { ConformanceResult } from '../results/conformance-result.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { type Emulator, startEmulator } from './emulator.ts';

let out = '';
let emulator: Emulator;

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'counterpoise-emulator-'));
  printed.length = 0;
  noted.length = 0;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await emulator.stop();
  await rm(out, { recursive: true, force: true });
});

const { noted, printed, terminal } = keepingTerminal();

async function emulate(defect: string | null, environment: Record<string, string> = {}) {
  const alteration = defect === null ? null : (defectNamed(defect) ?? null);
  emulator = await startEmulator({
    port: 0,
    // a timeout of 2 s is 100 ms: a test has a machine seldom to itself
    timeScale: 20,
    loadBalancers: 8,
    alteration,
    version: 'test',
  });
  const named = {
    JDCLOUD_ENDPOINT: emulator.endpoint,
    JDCLOUD_REGION: emulator.region,
    JDCLOUD_LOAD_BALANCER_IDS: emulator.loadBalancerIds.join(','),
    JDCLOUD_ACCESS_KEY: emulator.credentials.accessKey,
    JDCLOUD_SECRET_KEY: emulator.credentials.secretKey,
    ...environment,
  };
  for (const [name, value] of Object.entries(named)) vi.stubEnv(name, value);
}

async function conformOn(...words: readonly (string | { readonly signal: AbortSignal })[]) {
  const clauses = words.filter((word) => typeof word === 'string');
  const [{ signal } = { signal: new AbortController().signal }] = words.filter(
    (word) => typeof word !== 'string',
  );
  const exitCode = await runConformOn(
    ['jdcloud', ...clauses],
    {
      profile: 'openapi',
      seed: '1',
      alpha: 1e-6,
      jobs: 8,
      shrinkSeconds: 0,
      load: false,
      json: true,
      signal,
      out,
    },
    terminal,
  );
  const text = await readFile(join(out, 'jdcloud', 'result.json'), 'utf8');
  const result = JSON.parse(text) as ConformanceResult;
  const being = (verdict: string) =>
    result.clauses.filter((one) => one.verdict === verdict).map(({ id }) => id);
  return { exitCode, result, being };
}

const nothing = { backends: 0, targetGroups: 0, listeners: 0 };

/** All timelines on health would take a minute of a machine. */
const sample = ['config', 'schedule.eligible', 'health.http', 'health.live-connections'];

/** Where the instances of the last such timeline were. */
let listenedAt: string[] = [];

/** Some timelines of counting, once each, until one fails: a busy machine leaves some undecided. */
async function failsThreshold(timelines: number): Promise<boolean> {
  const adapter = connect('jdcloud');
  const deploy = vi.spyOn(adapter, 'deploy');
  const testbed = await openTestbed(adapter);
  const { description } = testbed;
  const { signal } = new AbortController();
  const bounds = boundsFor(description, 'openapi');
  const drawn = drawTimelines(healthThresholds, bounds, '1', timelines);
  const context = { testbed, time: 'scaled', signal } as const;
  const clause = 'health.unhealthy-threshold';
  try {
    for (const [number, { timeline }] of drawn.entries()) {
      if (await failsOnce(context, `drawn ${number}`, '1', timeline, clause)) return true;
    }
    return false;
  } finally {
    listenedAt = deploy.mock.calls.flatMap(([{ instances }]) =>
      instances.map(({ address }) => address),
    );
    await testbed.dispose();
  }
}

/** Every file of the run and everything it said. */
async function allWritten(): Promise<string> {
  const names = await readdir(out, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')),
  );
  return [...printed, ...noted, ...texts].join('\n');
}

describe('the emulated cloud, judged through its API', { timeout: 240_000 }, () => {
  it('keeps every clause on configurations, and breaks none on health', async () => {
    await emulate(null);
    const { result, being } = await conformOn(...sample);
    expect(being('fail')).toEqual([]);
    expect(being('error')).toEqual([]);
    const passed = being('pass');
    const configurations = result.clauses.filter(({ id }) => /^config\.(?!group)/.test(id));
    expect(passed.filter((id) => id.startsWith('config.'))).toEqual(
      configurations.map(({ id }) => id),
    );
    // times are real: a busy machine leaves some undecided, never these
    expect(passed).toContain('health.http.path');
    expect(being('unsupported')).toEqual([
      'config.group.kind',
      'config.group.same-network',
      'schedule.eligible',
      'health.live-connections',
    ]);
    expect(emulator.held()).toEqual(nothing);
    expect(await allWritten()).not.toMatch(/emulator-secret|EMULATORKEY/);
  });

  it('with a defect of counting fails the threshold, which it keeps without', async () => {
    await emulate('unhealthy-threshold-plus-one');
    expect(await failsThreshold(10)).toBe(true);
    await emulator.stop();
    const addresses = ['127.5.77.1', '127.5.77.2', '127.5.77.3', '127.5.77.4'];
    await emulate(null, { JDCLOUD_ADDRESSES: addresses.join(',') });
    expect(await failsThreshold(2)).toBe(false);
    expect(listenedAt.length).toBeGreaterThan(0);
    expect(addresses).toEqual(expect.arrayContaining(listenedAt));
  });

  it('with a defect of rules fails the range', async () => {
    await emulate('accepts-port-0');
    const cases = boundaryCases('openapi').filter(({ clause }) => clause === 'config.port.range');
    const testbed = await openTestbed(connect('jdcloud'));
    try {
      const failing: string[] = [];
      for (const [number, one] of cases.entries()) {
        const { verdicts } = await runConfigurationCase(testbed, one, 'scaled', number);
        for (const { is, clause } of verdicts) {
          if (is === 'fail') failing.push(`${clause}: ${one.note}`);
        }
      }
      expect(failing).toEqual([
        'config.port.range: port 0',
        'config.port.range: port 0, in the second of three services',
      ]);
    } finally {
      await testbed.dispose();
    }
  });

  it('refuses wrong keys, and nobody repeats them', async () => {
    await emulate(null, { JDCLOUD_SECRET_KEY: 'my-secret', JDCLOUD_ACCESS_KEY: 'my-access' });
    await expect(conformOn('config.port')).rejects.toThrow('no such access key');
    expect(await allWritten()).not.toMatch(/my-secret|my-access/);
  });

  it('is left empty by a run that is interrupted', async () => {
    await emulate(null);
    const interruption = new AbortController();
    const running = conformOn({ signal: interruption.signal }, 'config', 'health');
    await vi.waitFor(() => expect(emulator.held()).not.toEqual(nothing), {
      timeout: 90_000,
      interval: 1,
    });
    interruption.abort();
    expect((await running).exitCode).toBe(130);
    expect(emulator.held()).toEqual(nothing);
  });
});
