/**
 * From what was tried on every specimen to one document: the kill matrix, what survived, who witnesses which clause,
 * and the gate. Pure; runs nothing.
 */
import { exitCodes } from '../../errors/operator-error.ts';
import {
  type Campaign,
  type ClauseWitnesses,
  type FalseFail,
  type ProofCounts,
  type ProofResult,
  type ProofRow,
  proofResultVersion,
  type TriedDefect,
  type TriedVariant,
} from '../../results/proof-result.ts';
import { clauses } from '../../spec/clauses.ts';
import type { Profile } from '../../spec/configuration.ts';
import { exactInterval } from '../../statistics/binomial.ts';
import { families } from '../families/families.ts';
import { judgedClauses } from '../judged-clauses.ts';
import { defectSpecimens, type Specimen } from './specimens.ts';
import type { Tried } from './try-specimen.ts';

/** A run of the campaign in which something right was failed. */
export interface FalseAlarm {
  readonly connectable: string;
  readonly seed: string;
  readonly why: Readonly<Record<string, string>>;
}

export interface Evidence {
  readonly suite: string;
  readonly profile: Profile;
  readonly seed: string;
  readonly complete: boolean;
  readonly defects: readonly { readonly specimen: Specimen; readonly tried: Tried }[];
  readonly right: readonly { readonly specimen: Specimen; readonly tried: Tried }[];
  readonly campaign:
    | (Omit<Campaign, 'falseAlarms' | 'rate'> & { alarms: readonly FalseAlarm[] })
    | null;
}

export function proofOf(evidence: Evidence): ProofResult {
  const { suite, profile, seed, complete, campaign } = evidence;
  const defects = evidence.defects.map(({ specimen, tried }) => defectOf(specimen, tried));
  const alarms = campaign?.alarms ?? [];
  const rightVariants = evidence.right.map(({ specimen, tried }) =>
    variantOf(specimen, tried, seed, alarms),
  );
  const witnessed = clauses.map(({ id, strength }): ClauseWitnesses => {
    return { clause: id, strength, witnesses: witnessesOf(id, defects) };
  });
  const due = witnessed.filter(({ strength }) => strength !== 'declared');
  const counts: ProofCounts = {
    defects: defects.length,
    killed: defects.filter(({ outcome }) => outcome === 'killed').length,
    rightVariants: rightVariants.length,
    falseFails: rightVariants.reduce((sum, { falseFails }) => sum + falseFails.length, 0),
    witnessedClauses: due.filter(({ witnesses }) => witnesses.length > 0).length,
    clauses: due.length,
  };
  const result: Ungated = {
    result: proofResultVersion,
    kind: 'proof',
    suite,
    profile,
    seed,
    complete,
    rows: rowsOf(),
    defects,
    rightVariants,
    notApplicable: defectSpecimens
      .filter(({ profiles }) => !profiles.includes(profile))
      .map(({ name, sentence }) => ({ name, sentence })),
    clauses: witnessed,
    campaign: campaign === null ? null : campaignOf(campaign),
    counts,
  };
  return { ...result, gate: gateOf(result) };
}

function campaignOf({ alarms, repeat, runs, alpha }: NonNullable<Evidence['campaign']>): Campaign {
  const falseAlarms = alarms.length;
  return { repeat, runs, alpha, falseAlarms, rate: exactInterval(falseAlarms, runs, 0.95) };
}

function rowsOf(): readonly ProofRow[] {
  return [
    ...families.map(({ name, clauses: own }): ProofRow => {
      return { id: name, kind: 'timelines', clauses: own };
    }),
    ...judgedClauses
      .filter(({ id }) => id.startsWith('config.'))
      .map(({ id }): ProofRow => ({ id, kind: 'configurations', clauses: [id] })),
  ];
}

function defectOf(specimen: Specimen, tried: Tried): TriedDefect {
  const { name, sentence, thread, breaks } = specimen;
  const { failing, cases, killedAfter, cells, errors } = tried;
  const isKilled = breaks.some((clause) => failing.includes(clause));
  return {
    name,
    sentence,
    thread,
    breaks,
    outcome: isKilled ? 'killed' : errors.length > 0 ? 'error' : 'survived',
    failing,
    missed: breaks.filter((clause) => !failing.includes(clause)),
    mischarged: failing.filter((clause) => !breaks.includes(clause)),
    cases,
    killedAfter,
    kills: Object.fromEntries(Object.entries(cells).filter(([, { failed }]) => failed > 0)),
    errors,
  };
}

function variantOf(
  { connectable, name, sentence }: Specimen,
  { why, cases, errors }: Tried,
  seed: string,
  alarms: readonly FalseAlarm[],
): TriedVariant {
  const told = [{ seed, why }, ...alarms.filter((alarm) => alarm.connectable === connectable)];
  const falseFails = told.flatMap((alarm) =>
    Object.entries(alarm.why).map(([clause, words]): FalseFail => {
      return { clause, why: words, seed: alarm.seed };
    }),
  );
  const outcome = falseFails.length > 0 ? 'failed' : errors.length > 0 ? 'error' : 'passed';
  return { name, sentence, outcome, cases, falseFails, errors };
}

function witnessesOf(clause: string, defects: readonly TriedDefect[]): readonly string[] {
  return defects
    .filter(({ breaks, failing }) => breaks.includes(clause) && failing.includes(clause))
    .toSorted((a, b) => a.breaks.length - b.breaks.length)
    .map(({ name }) => name);
}

type Ungated = Omit<ProofResult, 'gate'>;

/** The exit code and its reason, the first that applies. */
function gateOf(result: Ungated): ProofResult['gate'] {
  const { defects, rightVariants, counts, campaign, complete } = result;
  const named = (some: readonly { readonly name: string }[]) =>
    some.map(({ name }) => name).join(', ');
  if (!complete) return { exitCode: exitCodes.interrupted, why: 'interrupted before the end' };
  const erring = [...defects, ...rightVariants].filter(({ errors }) => errors.length > 0);
  if (erring.length > 0) {
    return { exitCode: exitCodes.unavailable, why: `could not be tried: ${named(erring)}` };
  }
  const failed = rightVariants.filter(({ outcome }) => outcome === 'failed');
  const isBeyondBudget = campaign === null || isMoreThanBudget(campaign, counts.falseFails);
  if (failed.length > 0 && isBeyondBudget) {
    return { exitCode: exitCodes.failed, why: `right, and failed all the same: ${named(failed)}` };
  }
  const survivors = defects.filter(({ outcome }) => outcome !== 'killed');
  if (survivors.length > 0) {
    return { exitCode: exitCodes.failed, why: `survived: ${named(survivors)}` };
  }
  const inexact = defects.filter(({ missed, mischarged }) => missed.length + mischarged.length > 0);
  if (inexact.length > 0) {
    return {
      exitCode: exitCodes.failed,
      why: `killed, but not by exactly the clauses they break: ${named(inexact)}`,
    };
  }
  if (counts.witnessedClauses < counts.clauses) {
    const missing = result.clauses.filter(
      ({ strength, witnesses }) => strength !== 'declared' && witnesses.length === 0,
    );
    const ids = missing.map(({ clause }) => clause).join(', ');
    return { exitCode: exitCodes.undecided, why: `no defect proves that these bite: ${ids}` };
  }
  return {
    exitCode: exitCodes.met,
    why: `all ${counts.killed} defects killed, none of ${counts.rightVariants} right implementations failed`,
  };
}

/** A campaign at a large rate of false alarms is expected to raise some: its bound is what is checked. */
function isMoreThanBudget({ alpha, runs, falseAlarms }: Campaign, falseFails: number): boolean {
  return falseFails > 0 && falseAlarms > alpha * runs;
}
