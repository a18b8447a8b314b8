/**
 * Configurations drawn by seed: valid ones of many shapes, and valid ones with exactly one field made wrong. The case,
 * not the seed, is the artefact.
 */
import fc from 'fast-check';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Profile } from '../../spec/configuration.ts';
import { textNumber } from '../clients.ts';
import { type Boundary, boundariesOf } from './boundaries.ts';
import { caseOf, inService, noteOf } from './boundary-cases.ts';
import type { ConfigurationCase } from './configuration-case.ts';
import { absent, edited, valueAt } from './edits.ts';
import { type Plain, servicesMax, validConfigurations } from './valid-configurations.ts';

/** Every other draw leans to small and boundary values (fast-check's bias); the rest are spread evenly. */
const biasFactor = 3;

/** One at a time, each drawn when it is asked for: they come by the ten thousand. */
export function* generatedCases(
  profile: Profile,
  seed: string,
  count: number,
): Generator<ConfigurationCase> {
  for (let number = 1; number <= count; number++) yield generatedCase(profile, seed, number);
}

/** The `number`-th of them, counted from 1. */
export function generatedCase(profile: Profile, seed: string, number: number): ConfigurationCase {
  const arbitrary = arbitraries.get(profile) ?? casesOf(profile);
  arbitraries.set(profile, arbitrary);
  const random = new fc.Random(xoroshiro128plus(textNumber(`${seed}/configuration/${number}`)));
  return arbitrary.generate(random, number % 2 === 1 ? undefined : biasFactor).value;
}

/** Making one takes as long as drawing from it a hundred times. */
const arbitraries = new Map<Profile, fc.Arbitrary<ConfigurationCase>>();

function casesOf(profile: Profile): fc.Arbitrary<ConfigurationCase> {
  const valid = validConfigurations(profile);
  const good = valid.map((configuration) =>
    caseOf(
      { clause: 'config.accepts-valid', note: 'drawn, valid', configuration, wrong: null },
      profile,
    ),
  );
  // made once: a draw that made its own, for values that depend on the boundary, takes longer than all the rest
  const faults = boundariesOf(profile).map((boundary) =>
    wrongValues(boundary).map((value) => ({ boundary, value })),
  );
  const faulty = fc
    .tuple(valid, fc.oneof(...faults), fc.nat(servicesMax - 1))
    .map(([configuration, { boundary, value }, place]) => {
      const { length } = configuration['backendServices'] as readonly unknown[];
      return withFault(configuration, boundary, value, place % length, profile);
    });
  return fc.oneof(good, faulty);
}

/** The table's values just outside, and numbers further out. */
function wrongValues({ accepted, rejected }: Boundary): fc.Arbitrary<unknown> {
  const listed = fc.constantFrom(...rejected);
  const inside = accepted.filter((value) => typeof value === 'number');
  if (inside.length === 0 || inside.length !== accepted.length) return listed;
  const above = fc.integer({ min: Math.max(...inside) + 1, max: 2 ** 31 });
  const below = fc.integer({ min: -(2 ** 31), max: Math.min(...inside) - 1 });
  const between = fc
    .integer({ min: Math.min(...inside), max: Math.max(...inside) })
    .map((whole) => whole + 0.5);
  return fc.oneof(listed, above, below, between);
}

/** The boundary's field is made wrong in one of the services. */
function withFault(
  configuration: Plain,
  { clause, path: ofFirst, beside }: Boundary,
  value: unknown,
  at: number,
  profile: Profile,
): ConfigurationCase {
  const path = inService(ofFirst, at);
  const prepared = Object.entries(beside ?? {}).reduce<unknown>(
    (document, [field, needed]) => edited(document, inService(field, at), needed),
    madeReadyFor(path, at, configuration),
  );
  return caseOf(
    {
      clause,
      note: `drawn, ${noteOf(path, value)}`,
      configuration: edited(prepared, path, value),
      wrong: [path],
    },
    profile,
  );
}

/** Takes out of the way what the fault would make wrong as well, so that one field is wrong and no other. */
function madeReadyFor(path: string, at: number, configuration: Plain): unknown {
  // listeners name the service and speak its protocol
  if (/name$|protocol$/.test(path)) return edited(configuration, 'listeners', []);
  if (!/path$|normalStatusCodes$/.test(path)) return configuration;
  // a path and normal codes mean something with HTTP checks only
  const check = `backendServices[${at}].healthCheck`;
  const codes = `${check}.normalStatusCodes`;
  const asHttp = edited(configuration, `${check}.method`, 'http');
  // where the fault lies with TCP, a path would be a second one
  if (path === codes) return edited(asHttp, `${check}.path`, absent);
  return valueAt(asHttp, codes) === undefined ? edited(asHttp, codes, ['2xx']) : asHttp;
}
