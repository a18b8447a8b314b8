/**
 * Two readings of the page held against each other: the suite's table and the rules that the reference accepts by.
 * They share nothing, so where they agree a slip would have to be made twice. Then wrong rules, each of which must be
 * caught by the clause that it breaks.
 */
import { describe, expect, it } from 'vitest';
import { formatPath } from '../../documents/places.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import type { Traits } from '../../spec/behaviour.ts';
import { clauses } from '../../spec/clauses.ts';
import type { Profile, ServiceDocument } from '../../spec/configuration.ts';
import { readBackOf } from '../../spec/resolve.ts';
import { type Rule, rules } from '../../spec/rules.ts';
import { validateDocument } from '../../spec/validate-document.ts';
import { boundaryCases } from './boundary-cases.ts';
import { type ConfigurationCase, parseConfigurationCase } from './configuration-case.ts';
import { generatedCases } from './generated-cases.ts';
import { type ConfigurationVerdict, judgeConfigurationCase } from './judge-configuration.ts';
import { firstDifference } from './read-back.ts';

const profiles: readonly Profile[] = ['console', 'openapi'];
const accepting: Traits = {
  'config.timeoutBeyondInterval': { reading: 'accept', providedBy: 'balancer' },
};
const all = profiles.flatMap(boundaryCases);

/** An implementation that accepts by a list of rules. */
function judgedBy(
  list: readonly Rule[],
  one: ConfigurationCase,
  complete = readBackOf,
): readonly ConfigurationVerdict[] {
  const { profile } = one;
  const { document, violations } = validateDocument(one.configuration, { profile, rules: list });
  const outcome: Outcome =
    violations.length === 0 ? { is: 'accepted' } : { is: 'rejected', violations };
  const readBack = document === null ? null : complete(document, profile);
  return judgeConfigurationCase(one, outcome, readBack, accepting);
}

function failing(list: readonly Rule[], complete = readBackOf): readonly string[] {
  const failed = all
    .flatMap((one) => judgedBy(list, one, complete))
    .filter(({ is }) => is === 'fail');
  return [...new Set(failed.map(({ clause }) => clause))].sort();
}

describe('the table of boundaries', () => {
  it.each(profiles)('agrees with the rules at every edge (%s)', (profile) => {
    for (const one of boundaryCases(profile)) {
      for (const verdict of judgedBy(rules, one)) {
        expect(verdict, `${one.clause}: ${one.note}`).toMatchObject({ is: 'pass' });
      }
    }
  });

  it('agrees with the rules on 20,000 drawn configurations', () => {
    let valid = 0;
    for (const profile of profiles) {
      for (const one of generatedCases(profile, 'agreement', 10_000)) {
        if (one.expected.accepted) valid++;
        const failed = judgedBy(rules, one).filter(({ is }) => is === 'fail');
        if (failed.length > 0) expect(failed, JSON.stringify(one)).toEqual([]);
      }
    }
    expect(valid).toBeGreaterThan(8000);
    expect(valid).toBeLessThan(12_000);
  });

  it.each(profiles)(
    'has at least three cases for every clause on configurations (%s)',
    (profile) => {
      const said = boundaryCases(profile).flatMap((one) => judgedBy(rules, one));
      for (const { id } of clauses.filter((clause) => clause.id.startsWith('config.'))) {
        const count = said.filter(({ clause }) => clause === id).length;
        expect(count, id).toBeGreaterThanOrEqual(3);
      }
    },
  );

  it('is plain JSON that reads back as a case', () => {
    for (const one of all) {
      expect(parseConfigurationCase(JSON.parse(JSON.stringify(one)))).toEqual({
        configurationCase: one,
      });
    }
  });

  it('draws the same cases from the same seed, and others from another', () => {
    const drawn = (seed: string) => JSON.stringify([...generatedCases('console', seed, 20)]);
    expect(drawn('a')).toBe(drawn('a'));
    expect(drawn('a')).not.toBe(drawn('b'));
  });
});

/** Without the rules of a clause. */
function without(clause: string): readonly Rule[] {
  return rules.filter((rule) => rule.clause !== clause);
}
/** With one value waved through, or one more turned away. */
function overlooking(clause: string, value: unknown): readonly Rule[] {
  return rules.map((rule) => ({
    ...rule,
    violations: (places, numbers) =>
      rule
        .violations(places, numbers)
        .filter((found) => found.clause !== clause || found.observed !== value),
  }));
}

describe('a wrong rule is caught by the clause that it breaks', () => {
  const droppable = [
    'config.name',
    'config.protocol',
    'config.listener-protocol',
    'config.port.range',
    'config.scheduling',
    'config.persistence.duration',
    'config.draining.range',
    'config.health.method',
    'config.health.port',
    'config.health.timeout',
    'config.health.interval',
    'config.health.unhealthy-threshold',
    'config.health.healthy-threshold',
    'config.health.normal-codes',
    'config.health.path.http-only',
    'config.health.path.syntax',
    'config.group.kind',
    'config.group.same-network',
  ];
  it.each(droppable)('dropped: %s', (clause) => {
    // Read back as sent: documents that ought to have been rejected cannot be completed.
    expect(failing(without(clause), (document) => document)).toContain(clause);
    expect(failing(without(clause), (document) => document)).not.toContain(
      clause === 'config.name' ? 'config.port.range' : 'config.name',
    );
  });

  // the document itself is always a map: what else is sent to a balancer is no document
  const shapeless = rules.filter(
    ({ clause, name }) => clause === null && !/^document is/.test(name),
  );
  it.each(shapeless.map((rule) => [rule.name, rule] as const))(
    'dropped, of no clause: %s',
    (_, dropped) => {
      const rest = rules.filter((rule) => rule !== dropped);
      const caught = all
        .filter(({ expected }) => expected.accepted === false)
        .flatMap((one) => judgedBy(rest, one, (document) => document))
        .flatMap(({ clause, is }) => (is === 'fail' ? [clause] : []));
      expect(caught.length).toBeGreaterThan(0);
    },
  );

  it.each([
    ['config.port.range', 0],
    ['config.port.range', 65536],
    ['config.draining.range', 3601],
    ['config.health.port', 65536],
    ['config.health.timeout', 61],
    ['config.health.timeout', 1],
    ['config.health.interval', 4],
    ['config.health.unhealthy-threshold', 6],
    ['config.health.healthy-threshold', 0],
    ['config.persistence.duration', 1441],
    ['config.persistence.duration', 3601],
    ['config.health.path.syntax', '/1/2/3/4/5/6'],
    ['config.health.path.syntax', `/${'x'.repeat(100)}`],
    ['config.health.normal-codes', '5xx'],
    ['config.health.normal-codes', 500],
  ])('shifted by one: %s takes %j', (clause, value) => {
    expect(failing(overlooking(clause, value))).toEqual([clause]);
  });

  it('one that turns the largest interval away', () => {
    const stricter: Rule = {
      name: 'interval below 300',
      clause: 'config.health.interval',
      violations: (places, numbers) =>
        rules
          .filter(({ clause }) => clause === 'config.health.interval')
          .flatMap((rule) =>
            rule.violations(places, {
              ...numbers,
              check: { ...numbers.check, intervalSeconds: { min: 5, max: 299, fallback: 5 } },
            }),
          ),
    };
    expect(failing([...rules, stricter])).toEqual([
      'config.accepts-valid',
      'config.health.interval',
    ]);
  });

  it('one that forbids two services on one port', () => {
    const unshared: Rule = {
      name: 'a port of its own',
      clause: 'config.port.shared',
      violations: (places) => {
        const ports = places.at('backendServices[].port').map(({ value }) => value);
        const isShared = new Set(ports).size < ports.length;
        const path = 'backendServices[1].port';
        return isShared ? [{ clause: null, path, expected: 'free', observed: 80 }] : [];
      },
    };
    expect(failing([...rules, unshared])).toEqual(['config.accepts-valid', 'config.port.shared']);
  });

  /** Turns away the second of two in one list that have the same key. */
  const telling = (name: string, pattern: string, keyOf: (value: unknown) => unknown): Rule => ({
    name,
    clause: null,
    violations: (places) => {
      const seen = new Set<string>();
      return places.at(pattern).flatMap(({ path, value }) => {
        const key = JSON.stringify([path.slice(0, -2), keyOf(value)]);
        const isSeen = seen.has(key);
        seen.add(key);
        const told = { clause: null, path: formatPath(path), expected: 'its own', observed: value };
        return isSeen ? [told] : [];
      });
    },
  });

  it.each([
    ['of other algorithms', (one: string, other: string) => one !== other],
    ['of one algorithm', (one: string, other: string) => one === other],
  ])('one that forbids two services %s on one port', (_, isForbidden) => {
    const unshared: Rule = {
      name: 'a port of its own',
      clause: 'config.port.shared',
      violations: (places) => {
        const [first, second] = places.at('backendServices[]').map(({ value }) => value as Fields);
        const isWrong =
          second !== undefined &&
          first?.port === second.port &&
          isForbidden(String(first?.scheduling), String(second.scheduling));
        const path = 'backendServices[1].port';
        return isWrong ? [{ clause: null, path, expected: 'free', observed: 80 }] : [];
      },
    };
    expect(failing([...rules, unshared])).toEqual(['config.accepts-valid', 'config.port.shared']);
  });
  interface Fields {
    readonly port: unknown;
    readonly scheduling: unknown;
  }

  it('one that takes two instances at one address for one', () => {
    const path = 'serverGroups[].instances[].address';
    const unshared = telling('an address of its own', path, (value) => value);
    expect(failing([...rules, unshared])).toEqual(['config.accepts-valid']);
  });

  it.each(['backendServices[].name', 'listeners[].name', 'serverGroups[].name'])(
    'one that tells %s by its first letters',
    (path) => {
      const shortened = telling('eight letters', path, (value) => String(value).slice(0, 8));
      expect(failing([...rules, shortened])).toContain('config.accepts-valid');
    },
  );

  it.each(['weighted-round-robin', 'weighted-least-connections', 'source-ip'])(
    'a draining default of 0 under %s',
    (scheduling) => {
      const completed: typeof readBackOf = (document, profile) => {
        const complete = readBackOf(document, profile);
        return {
          ...complete,
          backendServices: complete.backendServices.map((service, index) => {
            const given = document.backendServices[index]?.connectionDraining?.durationSeconds;
            return given === undefined && service.scheduling === scheduling
              ? { ...service, connectionDraining: { durationSeconds: 0 } }
              : service;
          }),
        };
      };
      expect(failing(rules, completed)).toEqual([
        'config.accepts-valid',
        'config.draining.default',
      ]);
    },
  );

  it('a check port filled in with that of the service', () => {
    const completed: typeof readBackOf = (document, profile) => {
      const complete = readBackOf(document, profile);
      return {
        ...complete,
        backendServices: complete.backendServices.map((service) => ({
          ...service,
          healthCheck: { port: service.port, ...service.healthCheck },
        })),
      };
    };
    expect(failing(rules, completed)).toEqual(['config.accepts-valid', 'config.health.port']);
  });

  /** Read back with one change to each service. */
  const changing =
    (change: (service: ServiceDocument) => ServiceDocument): typeof readBackOf =>
    (document, profile) => {
      const complete = readBackOf(document, profile);
      return { ...complete, backendServices: complete.backendServices.map(change) };
    };

  it('a duration read back where persistence is off and none was given', () => {
    const filled = changing(({ sessionPersistence, ...service }) => ({
      ...service,
      sessionPersistence: { enabled: false, durationSeconds: 1440, ...sessionPersistence },
    }));
    expect(failing(rules, filled)).toEqual(['config.accepts-valid', 'config.persistence.duration']);
  });

  it('names read back without the blanks at their ends', () => {
    const trimmed = changing((service) => ({ ...service, name: service.name.trim() }));
    expect(failing(rules, trimmed)).toEqual(['config.accepts-valid']);
  });

  it('a rejection that names only the service', () => {
    const vague = rules.map(
      (rule): Rule => ({
        ...rule,
        violations: (places, numbers) =>
          rule
            .violations(places, numbers)
            .map((violation) => ({ ...violation, path: 'backendServices' })),
      }),
    );
    expect(failing(vague)).toEqual(['config.rejection-names-field']);
  });
});

describe('an acceptance that is not read back', () => {
  const verdictsOn = (clause: string, readBack: unknown) =>
    all
      .filter((one) => one.clause === clause && one.expected.accepted === true)
      .flatMap((one) => judgeConfigurationCase(one, { is: 'accepted' }, readBack, {}));

  it.each([null, undefined, {}])('says nothing on a default, and fails as a whole: %j', (none) => {
    const verdicts = verdictsOn('config.draining.default', none);
    expect(verdicts.map(({ clause, is }) => `${clause} ${is}`)).toContain(
      'config.accepts-valid fail',
    );
    expect(verdicts.filter(({ clause }) => clause === 'config.draining.default')).toEqual([]);
  });

  it('never shows as one that was', () => {
    const verdicts = all.flatMap((one) => verdictsOn(one.clause, null));
    expect(verdicts.length).toBeGreaterThan(100);
    expect(
      verdicts.filter(({ is, observed }) => is === 'pass' && observed.includes('as given')),
    ).toEqual([]);
  });

  it('is told apart by field: what did come back counts', () => {
    const [one] = all.filter(({ clause }) => clause === 'config.draining.default');
    if (one?.expected.accepted !== true) throw new Error('there is no such case');
    const whole = structuredClone(one.expected.readBack) as {
      backendServices: [Record<string, unknown>];
    };
    delete whole.backendServices[0]['healthCheck'];
    const [own] = judgeConfigurationCase(one, { is: 'accepted' }, whole, {});
    expect(own).toMatchObject({ clause: one.clause, is: 'pass' });
  });
});

describe('an address that is read back', () => {
  const addressed = (address: unknown) => ({ address });

  it.each([
    ['2620:FE::FE', '2620:fe::fe'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ])('may be spelt otherwise: %s as %s', (given, told) => {
    expect(firstDifference(addressed(given), addressed(told))).toBeNull();
  });

  it.each([
    ['::1', '::2'],
    ['10.0.0.1', '10.0.0.2'],
    ['::1', '1'],
    ['::1', null],
  ])('is not another one: %s as %s', (given, told) => {
    expect(firstDifference(addressed(given), addressed(told))?.path).toBe('address');
  });
});

describe('a valid document that is turned away or changed', () => {
  const [wide] = all.filter(({ clause }) => clause === 'config.accepts-valid');
  const [own] = all.filter(
    ({ clause, expected }) => clause === 'config.health.timeout' && expected.accepted === true,
  );
  function explained(
    one: ConfigurationCase | undefined,
    ...paths: readonly string[]
  ): ConfigurationVerdict['explainedBy'] {
    if (one === undefined) throw new Error('there is no such case');
    const violations = paths.map((path) => ({ clause: null, path, expected: 'x', observed: 1 }));
    const verdicts = judgeConfigurationCase(one, { is: 'rejected', violations }, null, {});
    return verdicts.find(({ clause }) => clause === 'config.accepts-valid')?.explainedBy;
  }

  it('is explained field by field, by the clauses that speak of it', () => {
    expect(explained(wide, 'backendServices[0].healthCheck.path')).toEqual([
      ['config.health.path.syntax', 'config.health.path.http-only'],
    ]);
    expect(explained(wide, 'serverGroups[0].instances[1].address', 'listeners[0].port')).toEqual([
      [],
      [],
    ]);
    const zone = 'serverGroups[0].instances[1].zone';
    expect(explained(wide, zone)).toEqual([['config.group.same-network']]);
  });

  it('is explained by whatever lies in what was named', () => {
    const [inner = []] = explained(wide, 'backendServices[0].healthCheck') ?? [];
    expect(inner).toContain('config.health.interval');
    expect(inner).not.toContain('config.name');
    const [whole = []] = explained(wide, '') ?? [];
    expect(whole).toContain('config.name');
  });

  it('needs no explanation where the clause of the case is charged, or no reason is given', () => {
    expect(explained(own, 'backendServices[0].healthCheck.timeoutSeconds')).toEqual([]);
    expect(explained(wide)).toEqual([]);
  });

  it('is explained by where it reads back otherwise', () => {
    if (wide?.expected.accepted !== true) throw new Error('there is no such case');
    const changed = structuredClone(wide.expected.readBack) as {
      backendServices: [{ name: string }];
    };
    changed.backendServices[0].name = 'other';
    const [verdict] = judgeConfigurationCase(wide, { is: 'accepted' }, changed, {});
    expect(verdict?.explainedBy).toEqual([['config.name']]);
  });
});

describe('a timeout beyond the interval', () => {
  const [one] = all.filter(({ clause }) => clause === 'config.timeout-beyond-interval');
  const traits = (reading: string): Traits => ({
    'config.timeoutBeyondInterval': { reading, providedBy: 'balancer' },
  });
  const accepted: Outcome = { is: 'accepted' };
  const rejected: Outcome = {
    is: 'rejected',
    violations: [
      {
        clause: null,
        path: 'backendServices[0].healthCheck.timeoutSeconds',
        expected: 'at most 5',
        observed: 6,
        by: 'adapter',
      },
    ],
  };
  function judged(outcome: Outcome, declared: Traits): readonly string[] {
    if (one === undefined) throw new Error('there is no such case');
    const readBack = one.expected.accepted ? one.expected.readBack : null;
    return judgeConfigurationCase(one, outcome, readBack, declared).map(
      ({ clause, is, by }) => `${clause} ${is} ${by}`,
    );
  }

  it('is judged by what is declared', () => {
    expect(judged(accepted, traits('accept'))[0]).toBe('config.timeout-beyond-interval pass null');
    expect(judged(rejected, traits('accept'))[0]).toBe(
      'config.timeout-beyond-interval fail adapter',
    );
    expect(judged(accepted, traits('reject'))).toEqual([
      'config.timeout-beyond-interval fail null',
    ]);
    expect(judged(rejected, traits('reject'))).toEqual([
      'config.timeout-beyond-interval pass adapter',
      'config.rejection-names-field pass adapter',
    ]);
  });

  it('is not judged where nothing is declared', () => {
    expect(judged(accepted, {})).toEqual([]);
  });
});
