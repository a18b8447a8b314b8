/**
 * What every judge shares: it says nothing on a history that does not add up, counts the situations in which its
 * clause could have been broken, and calls a pass without them inconclusive. Knows no clause.
 */
import type { EffectiveDurations } from '../spec/behaviour.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import type { Certificate } from '../statistics/certificate.ts';
import type { Judge, Verdict } from './judge.ts';
import type { Reading } from './reading.ts';

/** A reading that can be judged. */
export interface Subject extends Reading {
  readonly configuration: ServiceConfiguration;
  readonly effective: EffectiveDurations;
}

export interface Breach {
  readonly why: string;
  readonly expected: string;
  readonly observed: string;
  /** Lines that prove it. */
  readonly lines: readonly number[];
  /** Clauses, any of which is why if it fails as well; absent: it stands by itself. */
  readonly restsOn?: readonly string[];
}

export interface Assessment {
  readonly breaches: readonly Breach[];
  readonly sometimes: Readonly<Record<string, number>>;
  /** What a pass says. */
  readonly kept: string;
  /** Why nothing can be said although the situations came up. */
  readonly doubt?: string;
  /** Of a clause that is decided by statistics. */
  readonly certificate?: Certificate;
  /** No narrower clause can be to blame for what breaks this one. */
  readonly standsAlone?: boolean;
  /** Narrower clauses that cannot be to blame for what breaks this one. */
  readonly apartFrom?: readonly string[];
  /** What is said on these clauses rests on what this failure shows to be otherwise. */
  readonly undermines?: readonly string[];
}

/** Where a clause asks for a declaration and there is none, or only for a figure: what was seen, never a failure. */
export interface Observation {
  readonly observation: string;
}

/** More lines than these prove nothing better. */
const evidenceMax = 400;

/** What follows another configuration, as far as that was deployed. */
export function subjectOfLater({ later }: Pick<Reading, 'later'>): Subject | null {
  if (later === null || whyUnfit(later.reading) !== null) return null;
  return later.reading as Subject;
}

/** `assess` answers with a reason where the clause has no case in this history. */
export function judgeOf(
  clause: string,
  assess: (subject: Subject, falseAlarmRate: number) => Assessment | Observation | string,
): Judge {
  return {
    clause,
    judge(reading, budget) {
      const unfit = whyUnfit(reading);
      if (unfit !== null) return inconclusive(unfit, {});
      const assessment = assess(reading as Subject, budget.falseAlarmRateOf(clause));
      if (typeof assessment === 'string') return inconclusive(assessment, {});
      return 'observation' in assessment
        ? { ...inconclusive(assessment.observation, {}), isObservation: true }
        : { ...verdictOf(assessment), ...certified(assessment) };
    },
  };
}

function certified({ certificate }: Assessment): Pick<Verdict, 'certificate'> {
  return certificate === undefined ? {} : { certificate };
}

function whyUnfit(reading: Reading): string | null {
  const [defect] = reading.defects;
  if (defect !== undefined) return `the history does not add up: ${defect}`;
  if (reading.configuration === null) return 'the service was not deployed';
  return null;
}

function inconclusive(why: string, sometimes: Verdict['sometimes']): Verdict {
  return { is: 'inconclusive', why, evidence: [], sometimes };
}

function verdictOf(assessment: Assessment): Verdict {
  const {
    breaches,
    sometimes,
    kept,
    doubt,
    standsAlone,
    undermines = [],
    apartFrom = [],
  } = assessment;
  const [first] = breaches;
  if (first !== undefined) {
    const lines = new Set(breaches.flatMap((breach) => breach.lines));
    return {
      is: 'fail',
      why: breaches.length === 1 ? first.why : `${first.why} (and ${breaches.length - 1} more)`,
      expected: first.expected,
      observed: first.observed,
      evidence: [...lines].toSorted((a, b) => a - b).slice(0, evidenceMax),
      sometimes,
      ...(standsAlone === true ? { standsAlone } : {}),
      ...restingOf(breaches),
      ...(undermines.length > 0 ? { undermines } : {}),
      ...(apartFrom.length > 0 ? { apartFrom } : {}),
    };
  }
  if (doubt !== undefined) return inconclusive(doubt, sometimes);
  const missing = Object.keys(sometimes).filter((name) => sometimes[name] === 0);
  if (missing.length > 0) return inconclusive(`never came up: ${missing.join(', ')}`, sometimes);
  return { is: 'pass', why: kept, evidence: [], sometimes };
}

/** What is said rests on something only where nothing in it stands by itself. */
function restingOf(breaches: readonly Breach[]): Pick<Verdict, 'restsOn'> {
  const rests = breaches.map(({ restsOn = [] }) => restsOn);
  if (rests.some(({ length }) => length === 0)) return {};
  return { restsOn: [...new Set(rests.flat())] };
}

export function undeclared(observed: string): Observation {
  return { observation: `undeclared; observed: ${observed}` };
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
