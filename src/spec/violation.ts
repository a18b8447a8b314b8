/** What is wrong with a configuration, as data. Where it stands in a file is known to `documents/`. */
export interface Violation {
  /** Clause id, e.g. `config.health.timeout`; `null` for shape errors that no clause covers (unknown keys, null). */
  readonly clause: string | null;
  /** `backendServices[0].healthCheck.path`; empty for the document itself. */
  readonly path: string;
  /** What would be valid, a phrase: `an integer from 2 to 60`. */
  readonly expected: string;
  /** The value found, or undefined where it is missing. */
  readonly observed: unknown;
  /** Who said no, where a balancer is asked; absent in `validate`. */
  readonly by?: 'balancer' | 'adapter';
}
