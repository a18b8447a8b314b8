/**
 * The results of many implementations side by side: clauses against implementations, and the reading that each
 * declares of what the page leaves open. Knows no file and no page.
 */
import type { Trait } from '../spec/behaviour.ts';
import type { ClauseVerdict, ConformanceResult } from './conformance-result.ts';
import type { Filter } from './matrix-filter.ts';

const matrixVersion = 1;

export interface Matrix {
  readonly matrix: typeof matrixVersion;
  readonly kind: 'matrix';
  readonly columns: readonly MatrixColumn[];
  readonly rows: readonly MatrixRow[];
  /** One row a declared reading, in the order in which implementations bring them up. */
  readonly readings: readonly ReadingRow[];
  /** What the rows were filtered by, as typed; empty: all of them. */
  readonly filter: string;
}
export interface MatrixColumn {
  /** Names the column in filters: the connectable, with a number where several runs share it. */
  readonly name: string;
  readonly implementation: ConformanceResult['implementation'];
  readonly suite: string;
  readonly profile: ConformanceResult['profile'];
  readonly seed: string;
  readonly time: ConformanceResult['time'];
  readonly complete: boolean;
  readonly counts: ConformanceResult['counts'];
  /** The result document that it was read from. */
  readonly file: string;
}
export interface MatrixRow {
  readonly clause: string;
  readonly strength: string;
  readonly statement: string;
  /** One a column; null: that run did not report on the clause. */
  readonly cells: readonly (MatrixCell | null)[];
}
export interface MatrixCell {
  readonly verdict: ClauseVerdict;
  readonly why: string;
  readonly byAdapter: string | null;
}
export interface ReadingRow {
  readonly trait: string;
  /** null: undeclared. */
  readonly cells: readonly (Trait | null)[];
}

/** A result document and the file it was read from. */
export interface Run {
  readonly result: ConformanceResult;
  readonly file: string;
}

export function matrixOf(runs: readonly Run[], filter: Filter): Matrix {
  const columns = columnsOf(runs);
  const names = columns.map(({ name }) => name);
  const rows = rowsOf(runs).filter((row) => filter.accepts(row, names));
  return {
    matrix: matrixVersion,
    kind: 'matrix',
    columns,
    rows,
    readings: readingsOf(runs),
    filter: filter.text,
  };
}

export function columnsOf(runs: readonly Run[]): readonly MatrixColumn[] {
  const seen = new Map<string, number>();
  return runs.map(({ result, file }) => {
    const { connectable } = result.implementation;
    const number = (seen.get(connectable) ?? 0) + 1;
    seen.set(connectable, number);
    return {
      name: number === 1 ? connectable : `${connectable}#${number}`,
      implementation: result.implementation,
      suite: result.suite,
      profile: result.profile,
      seed: result.seed,
      time: result.time,
      complete: result.complete,
      counts: result.counts,
      file,
    };
  });
}

/** Every clause that any run reports on, in the order of the first that does. */
function rowsOf(runs: readonly Run[]): readonly MatrixRow[] {
  const byClause = runs.map(({ result }) => new Map(result.clauses.map((one) => [one.id, one])));
  const ids = new Set(byClause.flatMap((clauses) => [...clauses.keys()]));
  return [...ids].map((id) => {
    const found = byClause.map((clauses) => clauses.get(id) ?? null);
    const told = found.find((one) => one !== null);
    return {
      clause: id,
      strength: told?.strength ?? '',
      statement: told?.statement ?? '',
      cells: found.map((one) =>
        one === null ? null : { verdict: one.verdict, why: one.why, byAdapter: one.byAdapter },
      ),
    };
  });
}

function readingsOf(runs: readonly Run[]): readonly ReadingRow[] {
  const traits = new Set(runs.flatMap(({ result }) => Object.keys(result.traits)));
  return [...traits].map((trait) => ({
    trait,
    cells: runs.map(({ result }) => result.traits[trait] ?? null),
  }));
}
