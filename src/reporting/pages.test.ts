/**
 * The pages in a real browser: they run their scripts under their own content policy, complain of nothing, fit a
 * telephone, and follow the theme. Goal: what a reader opens is what was meant. Method: headless Chromium prints the
 * DOM after the page has settled; a probe added to a copy of the page measures it.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFilter } from '../results/matrix-filter.ts';
import { hostileConformance, sampleConformance, sampleFacts } from './conformance.fixture.ts';
import { renderConformanceHtml } from './conformance-html.ts';
import { sampleMatrix } from './matrix.fixture.ts';
import { renderMatrixHtml } from './matrix-html.ts';
import { renderOverviewHtml } from './overview-html.ts';
import { sampleProof } from './proof.fixture.ts';
import { renderProofHtml } from './proof-html.ts';
import { hostileSimulation, sampleServing, sampleSimulation } from './simulation.fixture.ts';
import { renderSimulationHtml } from './simulation-html.ts';

const golden = (name: string) => `../../reports/golden/${name}`;
const fewClauses = sampleConformance()
  .clauses.filter((clause) => clause.verdict === 'pass')
  .slice(0, 3);

const pages = {
  conformance: () => renderConformanceHtml(sampleConformance(), sampleFacts()),
  'conformance without failures': () =>
    renderConformanceHtml(
      sampleConformance({ clauses: fewClauses, traits: {}, complete: false }),
      null,
    ),
  'conformance without clauses': () =>
    renderConformanceHtml(sampleConformance({ clauses: [] }), null),
  'conformance of a hostile implementation': () =>
    renderConformanceHtml(hostileConformance(), sampleFacts()),
  simulation: () => renderSimulationHtml(sampleSimulation(), sampleFacts()),
  'simulation of instances with slots': () =>
    renderSimulationHtml(sampleSimulation({ serving: sampleServing(['a', 'b', 'c']) })),
  'simulation of forty instances': () => renderSimulationHtml(manyInstances()),
  'simulation of a hostile scenario': () => renderSimulationHtml(hostileSimulation()),
  overview: () =>
    renderOverviewHtml({
      runs: [
        { result: sampleConformance({ clauses: fewClauses }), href: 'reference/report.html' },
        { result: sampleConformance(), href: 'haproxy/report.html' },
        { result: hostileConformance(), href: 'hostile/report.html' },
      ],
      simulations: [{ result: sampleSimulation(), href: 'simulate-tls/report.html' }],
    }),
  matrix: async () => renderMatrixHtml(sampleMatrix(), matrixLinks),
  proof: () => renderProofHtml(sampleProof()),
  'overview of nothing': () => renderOverviewHtml({ runs: [], simulations: [] }),
};
const matrixLinks = {
  reports: ['haproxy/report.html', null, null],
  command: ['counterpoise', 'matrix', 'reports/out'],
};
const names = Object.keys(pages) as (keyof typeof pages)[];

function manyInstances() {
  const sample = sampleSimulation();
  const repeated = <T>(items: readonly T[]) =>
    Array.from({ length: 40 }, (_, index) => items[index % items.length] as T);
  return sampleSimulation({
    instances: repeated(sample.instances).map((each, index) => ({
      ...each,
      name: `instance-with-a-long-name-${index}`,
    })),
    series: {
      ...sample.series,
      active: repeated(sample.series.active),
      placed: repeated(sample.series.placed),
    },
  });
}

/** What a page says about itself once it has settled. */
interface Measured {
  readonly scrollWidth: number;
  readonly innerWidth: number;
  readonly paper: string;
  readonly chart: string;
  readonly shown: string;
  readonly errors: readonly string[];
}

const probe = `
const errors = []; addEventListener('error', (event) => errors.push(event.message));
addEventListener('load', () => {
  const drawn = [...document.querySelectorAll('svg.chart')].filter((each) => getComputedStyle(each).display !== 'none');
  const text = drawn.map((each) => each.querySelector('text')).find((each) => each !== null);
  document.documentElement.dataset.measured = JSON.stringify({
    scrollWidth: document.documentElement.scrollWidth,
    innerWidth,
    paper: getComputedStyle(document.body).backgroundColor,
    chart: text ? getComputedStyle(text).fill : '',
    shown: drawn.map((each) => each.classList[1]).join(' '),
    errors,
  });
});`;

let folder = '';
const written = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterpoise-pages-'));
  for (const name of names) written.set(name, await pages[name]());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function pageOf(name: string): string {
  const text = written.get(name);
  if (text === undefined) throw new Error(`no page ${name}`);
  return text;
}

/** The DOM after scripts ran, and what the console said. */
async function browse(text: string, query: string, width: number) {
  const profile = await mkdtemp(join(folder, 'profile-'));
  const file = join(profile, 'page.html');
  await writeFile(file, text);
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--hide-scrollbars',
    '--enable-logging=stderr',
    `--user-data-dir=${profile}`,
    `--window-size=${width},900`,
    '--virtual-time-budget=2000',
    '--dump-dom',
  ];
  const { stdout, stderr } = await execa(
    'chromium',
    [...flags, `${pathToFileURL(file).href}${query}`],
    { timeout: 50_000 },
  );
  return { dom: stdout, console: stderr.split('\n').filter((line) => line.includes('CONSOLE')) };
}

/** The page with one more script, which its content policy is told of: everything else stays forbidden. */
function withScript(text: string, script: string): string {
  const hash = createHash('sha256').update(script, 'utf8').digest('base64');
  return text
    .replace('script-src &#39;', () => `script-src &#39;sha256-${hash}&#39; &#39;`)
    .replace('<style>', () => `<script>${script}</script><style>`);
}

async function measure(name: string, theme: string, width: number) {
  const { dom, console } = await browse(withScript(pageOf(name), probe), `?theme=${theme}`, width);
  const json = /data-measured="([^"]*)"/.exec(dom)?.[1];
  if (json === undefined) throw new Error(`page ${name} did not measure itself`);
  const measured = JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as Measured;
  return { ...measured, dom, console };
}

describe('every page', () => {
  it.each(names)('asks the network for nothing: %s', (name) => {
    const text = pageOf(name);
    expect(text).not.toMatch(/\b(src|href|action|data)\s*=\s*["']?\s*(https?:)?\/\//i);
    expect(text).not.toMatch(/<(link|iframe|object|embed|base|form)\b/i);
    expect(text.replaceAll('http://www.w3.org/', '')).not.toMatch(/url\(\s*["']?(https?:)?\/\//i);
  });

  it.each(names)('holds only the scripts and elements that it made: %s', (name) => {
    const text = pageOf(name);
    expect(text.match(/<script/gi)).toHaveLength(2);
    expect(/<img|javascript:/i.test(text)).toBe(false);
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(names)(
    'fits a telephone, under its own content policy and without complaint: %s',
    async (name) => {
      const seen = await measure(name, 'light', 400);
      expect([seen.errors, seen.console]).toEqual([[], []]);
      expect(seen.dom.includes('aria-label="Switch to the dark theme"')).toBe(true);
      expect(seen.scrollWidth).toBeLessThanOrEqual(seen.innerWidth);
      expect(seen.shown).not.toContain('chart-wide');
    },
  );
});

describe('the theme', () => {
  it.each(['conformance', 'simulation', 'overview'])(
    'changes paper and charts: %s',
    async (name) => {
      const [light, dark] = [await measure(name, 'light', 1280), await measure(name, 'dark', 1280)];
      expect(light.scrollWidth).toBeLessThanOrEqual(light.innerWidth);
      expect(light.paper).not.toBe(dark.paper);
      if (name !== 'overview') expect(light.chart).not.toBe(dark.chart);
      expect(light.shown).not.toContain('chart-narrow');
    },
  );
});

describe('golden pages', () => {
  it.each(['conformance', 'simulation', 'overview', 'proof'])(
    'are what is rendered: %s',
    async (name) => {
      await expect(pageOf(name)).toMatchFileSnapshot(golden(`${name}.html`));
    },
  );
});

describe('the conformance page', () => {
  it('has a row to link to for every clause, and a story for every failure', () => {
    const text = pageOf('conformance');
    for (const clause of sampleConformance().clauses) {
      expect(text).toContain(`<tr role="row" id="${clause.id}"`);
      if (clause.failures.length > 0) expect(text).toContain(`id="failure-${clause.id}"`);
    }
  });

  it('filters by words and verdicts, and shows all again for a link to a hidden row', async () => {
    const act = `addEventListener('load', () => {
      const shown = () => document.querySelectorAll('.clauses tr[id]:not([hidden])').length;
      const log = [shown()];
      const field = document.getElementById('search'); field.value = 'drain removed'; field.dispatchEvent(new Event('input')); log.push(shown());
      field.value = ''; document.querySelector('[data-verdict=fail].chip').click(); log.push(shown());
      location.hash = '#config.name';
      setTimeout(() => { log.push(shown()); document.documentElement.dataset.log = log.join(' '); }, 200);
    });`;
    const { dom } = await browse(withScript(pageOf('conformance'), act), '', 1280);
    const all = sampleConformance().clauses.length;
    const failed = sampleConformance().counts.fail;
    const [first, searched, filtered, after] = (/data-log="([^"]*)"/.exec(dom)?.[1] ?? '')
      .split(' ')
      .map(Number);
    expect([first, filtered, after]).toEqual([all, failed, all]);
    expect(searched).toBeGreaterThan(0);
    expect(searched).toBeLessThan(5);
  });
});

describe('the matrix page', () => {
  it('filters as the command line does, and takes the filter from its address', async () => {
    const act = `addEventListener('load', () => {
      const shown = () => [...document.querySelectorAll('tr[data-verdicts]:not([hidden])')].length;
      const log = [shown()];
      document.querySelector('[data-clear]').click(); log.push(shown());
      document.documentElement.dataset.log = log.join(' ');
    });`;
    const matrix = sampleMatrix();
    const names = matrix.columns.map(({ name }) => name);
    const filter = parseFilter('haproxy:fail -health', names);
    const expected = matrix.rows.filter((row) => 'accepts' in filter && filter.accepts(row, names));
    const page = withScript(pageOf('matrix'), act);
    const { dom } = await browse(page, '?filter=haproxy:fail%20-health', 1280);
    expect(/data-log="([^"]*)"/.exec(dom)?.[1]).toBe(`${expected.length} ${matrix.rows.length}`);
    expect(expected.length).toBeGreaterThan(0);
  });
});
