/**
 * The implementations of which everything is known: seeded defects, each with the clauses that it must fail, and
 * right ones, which must fail none. Knows no mechanism and no result.
 */
import { defects } from '../../defects/catalogue.ts';
import { variants } from '../../defects/variants.ts';
import type { Profile } from '../../spec/configuration.ts';
import { profileNames } from '../../spec/profiles.ts';

export interface Specimen {
  /** What `connect` takes. */
  readonly connectable: string;
  readonly name: string;
  readonly sentence: string;
  /** Where a real balancer did this. */
  readonly thread: string | null;
  /** The clauses that it must fail, and no other; of a right one: none. */
  readonly breaks: readonly string[];
  /** Where what it does means anything: a profile without a limit has nobody who misreads it. */
  readonly profiles: readonly Profile[];
}

export const defectSpecimens: readonly Specimen[] = defects.map(
  ({ name, sentence, thread, breaks, profiles = profileNames }) => ({
    connectable: `defect:${name}`,
    name,
    sentence,
    thread: thread ?? null,
    breaks,
    profiles,
  }),
);

export const rightSpecimens: readonly Specimen[] = [
  {
    connectable: 'reference',
    name: 'reference',
    sentence: 'The reference itself.',
    thread: null,
    breaks: [],
    profiles: profileNames,
  },
  ...variants.map(({ name, sentence }) => ({
    connectable: `variant:${name}`,
    name,
    sentence,
    thread: null,
    breaks: [],
    profiles: profileNames,
  })),
];
