/**
 * All pairs of the configuration space: factors with their levels, a small set of valid configurations in which every
 * two levels that go together do so at least once, and how many pairs a set of configurations covers. Knows no rule of
 * `spec`.
 */
import type { Profile } from '../../spec/configuration.ts';
import { baseConfiguration } from './base-configuration.ts';
import { caseOf } from './boundary-cases.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { absent, edited, valueAt } from './edits.ts';

/** One field and the values that it takes here. */
interface Factor {
  readonly path: string;
  readonly levels: readonly unknown[];
}
/** By factor: the index of a level; -1: not chosen yet, or none of them. */
type Row = readonly number[];

const service = 'backendServices[0]';
const check = `${service}.healthCheck`;
const path = `${check}.path`;
const method = `${check}.method`;
const timeout = `${check}.timeoutSeconds`;
const interval = `${check}.intervalSeconds`;

function factorsOf(profile: Profile): readonly Factor[] {
  const isConsole = profile === 'console';
  const durations = isConsole ? [1440] : [1, 3600];
  return [
    {
      path: `${service}.scheduling`,
      levels: ['weighted-round-robin', 'weighted-least-connections', 'source-ip'],
    },
    { path: `${service}.port`, levels: [1, 65_535] },
    {
      path: `${service}.sessionPersistence`,
      levels: [
        absent,
        { enabled: false },
        { enabled: true },
        ...durations.map((durationSeconds) => ({ enabled: true, durationSeconds })),
      ],
    },
    {
      path: `${service}.connectionDraining`,
      levels: [absent, { durationSeconds: 0 }, { durationSeconds: 1 }, { durationSeconds: 3600 }],
    },
    { path: method, levels: ['http', 'tcp'] },
    { path: `${check}.port`, levels: [absent, 1, 65_535, ...(isConsole ? [] : [0])] },
    { path, levels: [absent, '/', '/a/b/c/d/e'] },
    {
      path: `${check}.normalStatusCodes`,
      levels: [
        ['2xx'],
        ['3xx'],
        ['4xx'],
        ['2xx', '3xx', '4xx'],
        ...(isConsole ? [] : [['201-205', 404]]),
      ],
    },
    { path: timeout, levels: [2, 5, 60] },
    { path: interval, levels: [5, 60, 300] },
    { path: `${check}.unhealthyThreshold`, levels: [1, 2, 5] },
    { path: `${check}.healthyThreshold`, levels: [1, 2, 5] },
    { path: `${service}.serverGroup`, levels: [absent, 'virtual', 'availability'] },
    {
      path: 'listeners',
      levels: [absent, [{ name: 'front', protocol: 'tcp', port: 80, backendService: 'web' }]],
    },
  ];
}

const network = { region: 'north-1', vpc: 'vpc-a' };
const surroundings = {
  ...baseConfiguration,
  loadBalancer: network,
  serverGroups: [
    {
      name: 'virtual',
      kind: 'virtual-server-group',
      ...network,
      instances: [{ id: 'i-1', address: '10.0.0.1', weight: 1 }],
    },
    {
      name: 'availability',
      kind: 'availability-group',
      weight: 1,
      ...network,
      instances: [{ id: 'i-2', address: '10.0.0.2' }],
    },
  ],
};

/** A path means nothing to TCP checks, and a timeout beyond the interval is a matter of its own. */
function goTogether(a: Factor, level: unknown, b: Factor, other: unknown): boolean {
  const value = (of: string) => (a.path === of ? level : b.path === of ? other : undefined);
  if (value(method) === 'tcp' && value(path) !== undefined) return value(path) === absent;
  const [longest, between] = [value(timeout), value(interval)];
  return !(Number(longest) > Number(between));
}

/** Every two levels that go together, as `factor level factor level`. */
function feasiblePairs(factors: readonly Factor[]): ReadonlySet<string> {
  const pairs = new Set<string>();
  factors.forEach((a, i) => {
    factors.slice(i + 1).forEach((b, offset) => {
      const j = i + 1 + offset;
      a.levels.forEach((level, x) => {
        b.levels.forEach((other, y) => {
          if (goTogether(a, level, b, other)) pairs.add(pairOf(i, x, j, y));
        });
      });
    });
  });
  return pairs;
}

function pairOf(i: number, x: number, j: number, y: number): string {
  return i < j ? `${i} ${x} ${j} ${y}` : `${j} ${y} ${i} ${x}`;
}

function pairsIn(row: Row): readonly string[] {
  return row.flatMap((x, i) =>
    row.flatMap((y, j) => (j > i && x >= 0 && y >= 0 ? [pairOf(i, x, j, y)] : [])),
  );
}

/** Greedy: each row begins with a pair that is still missing and takes, factor by factor, what brings the most others. */
function coveringRows(factors: readonly Factor[]): readonly Row[] {
  const missing = new Set(feasiblePairs(factors));
  const rows: Row[] = [];
  for (const first of missing) {
    const row = rowWith(factors, first, missing);
    rows.push(row);
    for (const pair of pairsIn(row)) missing.delete(pair);
  }
  return rows;
}

function rowWith(factors: readonly Factor[], first: string, missing: ReadonlySet<string>): Row {
  const [i = 0, x = 0, j = 0, y = 0] = first.split(' ').map(Number);
  const row = factors.map(() => -1);
  row[i] = x;
  row[j] = y;
  factors.forEach((factor, at) => {
    if ((row[at] ?? -1) >= 0) return;
    const gains = factor.levels.map((level, index) => {
      const isPossible = row.every((chosen, other) => {
        const against = factors[other] as Factor;
        return chosen < 0 || goTogether(factor, level, against, against.levels[chosen]);
      });
      if (!isPossible) return -1;
      return row.filter(
        (chosen, other) => chosen >= 0 && missing.has(pairOf(at, index, other, chosen)),
      ).length;
    });
    row[at] = gains.indexOf(Math.max(...gains));
  });
  return row;
}

/** Valid configurations in which every pair comes up. */
export function pairCases(profile: Profile): readonly ConfigurationCase[] {
  const factors = factorsOf(profile);
  return coveringRows(factors).map((row, index) => {
    const configuration = factors.reduce<unknown>(
      (document, factor, at) => edited(document, factor.path, factor.levels[row[at] ?? 0]),
      surroundings,
    );
    const note = `pairs ${index + 1}`;
    return caseOf({ clause: 'config.accepts-valid', note, configuration, wrong: null }, profile);
  });
}

export interface Coverage {
  readonly covered: number;
  readonly of: number;
}

/** How many of the pairs come up in the configurations that it is shown, whatever they were made for. */
export class PairCoverage {
  readonly #factors: readonly Factor[];
  readonly #feasible: ReadonlySet<string>;
  readonly #seen = new Set<string>();

  constructor(profile: Profile) {
    this.#factors = factorsOf(profile);
    this.#feasible = feasiblePairs(this.#factors);
  }

  /** Answers with those that come up for the first time. */
  see({ configuration, expected }: ConfigurationCase): readonly string[] {
    if (expected.accepted !== true || this.#seen.size === this.#feasible.size) return [];
    const row = this.#factors.map((factor) => levelIn(factor, configuration));
    return this.add(pairsIn(row));
  }

  /** What another one has seen. */
  add(pairs: readonly string[]): readonly string[] {
    const added = pairs.filter((pair) => this.#feasible.has(pair) && !this.#seen.has(pair));
    for (const pair of added) this.#seen.add(pair);
    return added;
  }

  get coverage(): Coverage {
    return { covered: this.#seen.size, of: this.#feasible.size };
  }
}

function levelIn({ path: at, levels }: Factor, configuration: unknown): number {
  const value = JSON.stringify(valueAt(configuration, at));
  return levels.findIndex(
    (level) => value === (level === absent ? undefined : JSON.stringify(level)),
  );
}
