/**
 * Cases for whoever lacks something, over every set of what may be lacking: each clause that still means something keeps
 * cases to accept and cases to reject, and what is left of a case is as right or as wrong as the case was.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connect } from '../../adapters/connect.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import { type Capabilities, type Need, supportOf } from '../../spec/behaviour.ts';
import { appliesTo, clauses } from '../../spec/clauses.ts';
import type { Profile } from '../../spec/configuration.ts';
import { readBackOf } from '../../spec/resolve.ts';
import { validateDocument } from '../../spec/validate-document.ts';
import { unableTo } from '../abilities.ts';
import { boundaryCases } from './boundary-cases.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { valueAt } from './edits.ts';
import { fittedCase, isEvidence, lackedBy } from './fitted-case.ts';
import { generatedCases } from './generated-cases.ts';
import { judgeConfigurationCase } from './judge-configuration.ts';
import { withoutGroups } from './without-groups.ts';

const { capabilities: everything } = await connect('reference').describe({ protocol: 1 });

const needs = [
  'schedule.wrr',
  'schedule.wlc',
  'schedule.source',
  'check.tcp',
  'check.http',
  'persistence',
  'configuration.groups',
] as const satisfies readonly Need[];
const schedulings = needs.slice(0, 3);
const methods = needs.slice(3, 5);

function lacking(some: readonly Need[]): Capabilities {
  const unsupported = Object.fromEntries(some.map((need) => [need, { supported: false }]));
  return { ...everything, ...unsupported };
}

/** Of everything that a service cannot do without, something is there. */
const capabilitySets = fc
  .subarray([...needs])
  .filter((some) => [schedulings, methods].every((of) => of.some((need) => !some.includes(need))))
  .map(lacking);
const profiles = fc.constantFrom<Profile>('console', 'openapi');

/** As it is asked in the end of an implementation that turns down all that it may. */
function askable(one: ConfigurationCase, capabilities: Capabilities): readonly ConfigurationCase[] {
  if (!appliesTo(one.clause, capabilities)) return [];
  const hasGroups = supportOf(capabilities, 'configuration.groups').supported;
  const ungrouped = hasGroups ? one : withoutGroups(one);
  if (ungrouped === null) return [];
  const isTaken = unableTo(one.configuration, one.profile, capabilities).length === 0;
  const fit = isTaken ? ungrouped : fittedCase(ungrouped, capabilities);
  return fit !== null && isEvidence(fit, capabilities) ? [fit] : [];
}

function kindsOf(cases: readonly ConfigurationCase[]): readonly string[] {
  return [...new Set(cases.map(({ expected }) => String(expected.accepted)))].sort();
}

const configurationClauses = clauses.map(({ id }) => id).filter((id) => id.startsWith('config.'));

describe('cases for whoever lacks something', () => {
  it('are of the same kinds for every clause that still means something, and none for the others', () => {
    fc.assert(
      fc.property(capabilitySets, profiles, (capabilities, profile) => {
        const all = boundaryCases(profile);
        for (const id of configurationClauses) {
          const own = all.filter(({ clause }) => clause === id);
          const left = own.flatMap((one) => askable(one, capabilities));
          const isDecided = appliesTo(id, capabilities) && lackedBy(id, capabilities).length === 0;
          expect(kindsOf(left), id).toEqual(isDecided ? kindsOf(own) : []);
        }
      }),
    );
  });

  it('are as right or as wrong as before, at the same field', () => {
    fc.assert(
      fc.property(capabilitySets, profiles, fc.string(), (capabilities, profile, seed) => {
        const drawn = [...generatedCases(profile, seed, 10), ...boundaryCases(profile)];
        for (const one of drawn.flatMap((each) => fittedCase(each, capabilities) ?? [])) {
          expect(unableTo(one.configuration, profile, capabilities)).toEqual([]);
          const failed = judgedByThePage(one).filter(({ is }) => is === 'fail');
          expect(failed, JSON.stringify(one)).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keep the wrong value that they are rejected for', () => {
    const capabilities = lacking(['check.http', 'persistence', 'schedule.wlc']);
    for (const one of boundaryCases('openapi')) {
      const fit = fittedCase(one, capabilities);
      if (fit === null || !('path' in one.expected)) continue;
      const { path } = one.expected;
      // of too many services each is fitted, and none is left out
      const wrong = path === 'backendServices' ? `${path}.length` : path;
      expect(valueAt(fit.configuration, wrong), one.note).toEqual(
        valueAt(one.configuration, wrong),
      );
    }
  });

  it('are none where there is no algorithm to ask for', () => {
    const nothing = lacking(schedulings);
    expect(lackedBy('config.name', nothing)).toEqual(schedulings);
    const valid = boundaryCases('console').filter(({ expected }) => expected.accepted === true);
    expect(valid.flatMap((one) => fittedCase(one, nothing) ?? [])).toEqual([]);
  });
});

function judgedByThePage(one: ConfigurationCase) {
  const { profile } = one;
  const { document, violations } = validateDocument(one.configuration, { profile });
  const outcome: Outcome =
    violations.length === 0 ? { is: 'accepted' } : { is: 'rejected', violations };
  const readBack = document === null ? null : readBackOf(document, profile);
  return judgeConfigurationCase(one, outcome, readBack, {
    'config.timeoutBeyondInterval': { reading: 'accept', providedBy: 'balancer' },
  });
}
