/**
 * The rules by example: each kind of mistake, how it is told, and that all are told at once. That the rules keep every
 * boundary is shown against an independent table (`conformance/configurations`).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryCases } from '../conformance/configurations/boundary-cases.ts';
import { associations } from './associations.ts';
import type { ConfigurationDocument } from './configuration.ts';
import { effectiveDurations, readBackOf, resolveService } from './resolve.ts';
import { rules } from './rules.ts';
import { validateDocument } from './validate-document.ts';

const check = {
  method: 'http',
  timeoutSeconds: 3,
  intervalSeconds: 5,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  normalStatusCodes: ['2xx', '3xx'],
};
const service = {
  name: 'web',
  protocol: 'tcp',
  port: 8080,
  scheduling: 'weighted-round-robin',
  healthCheck: check,
};
const minimal = { backendServices: [service] };
const instance = { id: 'a', address: '10.0.0.1', weight: 1 };
const group = {
  name: 'g',
  kind: 'virtual-server-group',
  region: 'r',
  vpc: 'v',
  instances: [instance],
};

function told(document: unknown, profile?: 'console' | 'openapi'): readonly string[] {
  return validateDocument(document, { profile }).violations.map(
    ({ path, expected, clause }) => `${path}: ${expected} (${clause})`,
  );
}
function withService(change: object): object {
  return { backendServices: [{ ...service, ...change }] };
}
function withCheck(change: object): object {
  return withService({ healthCheck: { ...check, ...change } });
}

describe('a valid document', () => {
  it('has no violations and is resolved with defaults filled in, in milliseconds', () => {
    const { document, profile } = validateDocument(minimal);
    expect(document && resolveService(document, profile)).toEqual({
      name: 'web',
      protocol: 'tcp',
      port: 8080,
      scheduling: 'weighted-round-robin',
      persistenceMs: 0,
      drainMs: 300_000,
      check: {
        method: 'http',
        port: null,
        path: '/',
        timeoutMs: 3000,
        intervalMs: 5000,
        unhealthyThreshold: 3,
        healthyThreshold: 2,
        normalCodes: [{ from: 200, to: 399 }],
      },
    });
  });

  it('keeps a port and a path of its own for checks; 0 is that of the instance', () => {
    const resolved = (change: object) => {
      const { document } = validateDocument(withCheck(change), { profile: 'openapi' });
      return document && resolveService(document, 'openapi').check;
    };
    const words = { method: 'Http' };
    expect(resolved({ ...words, port: 9000, path: '/up' })).toMatchObject({
      port: 9000,
      path: '/up',
    });
    expect(resolved({ ...words, port: 0 })).toMatchObject({ port: null, path: '/' });
  });

  it('gives an availability group the weight of its own, of its first member, or the usual one', () => {
    const weightOf = (own: object, member: object) => {
      const asked = { ...group, kind: 'availability-group', ...own };
      const document = { ...minimal, serverGroups: [{ ...asked, instances: [member] }] };
      const complete = readBackOf(document as unknown as ConfigurationDocument, 'openapi');
      return complete.serverGroups?.[0]?.weight;
    };
    const member = { id: 'a', address: '10.0.0.1' };
    expect(weightOf({ weight: 3 }, { ...member, weight: 4 })).toBe(3);
    expect(weightOf({}, { ...member, weight: 4 })).toBe(4);
    expect(weightOf({}, member)).toBe(10);
  });

  it('in the API profile leaves nearly everything to defaults', () => {
    const short = {
      profile: 'openapi',
      backendServices: [
        {
          name: 'web',
          protocol: 'Tcp',
          port: 80,
          sessionPersistence: { enabled: true },
          healthCheck: { method: 'Http', port: 0 },
        },
      ],
    };
    const { document, profile } = validateDocument(short);
    expect(profile).toBe('openapi');
    expect(document && resolveService(document, profile)).toMatchObject({
      scheduling: 'weighted-round-robin',
      persistenceMs: 300_000,
      drainMs: 300_000,
      check: { port: null, path: '/', timeoutMs: 3000, intervalMs: 5000, unhealthyThreshold: 3 },
    });
    expect(document && readBackOf(document, profile).backendServices[0]?.healthCheck).toEqual({
      method: 'Http',
      port: 0,
      path: '/',
      timeoutSeconds: 3,
      intervalSeconds: 5,
      unhealthyThreshold: 3,
      healthyThreshold: 3,
      normalStatusCodes: ['2xx', '3xx'],
    });
  });

  it('is shortened kind by kind to the clock of a trial', () => {
    const { document } = validateDocument(withService({ sessionPersistence: { enabled: true } }));
    const scales = { checks: 10, persistence: 1, draining: 100 };
    expect(document && effectiveDurations(resolveService(document, 'console'), scales)).toEqual({
      intervalMs: 50,
      timeoutMs: 30,
      persistenceMs: 1440,
      drainMs: 30_000,
    });
  });
});

describe('a mistake', () => {
  it.each<readonly [string, unknown, string]>([
    [
      'a list as the document',
      [],
      ': a map with the keys profile, loadBalancer, listeners, backendServices, serverGroups (null)',
    ],
    [
      'nothing',
      null,
      ': a map with the keys profile, loadBalancer, listeners, backendServices, serverGroups (null)',
    ],
    [
      'no service',
      { backendServices: [] },
      'backendServices: a list of at least 1 backend services (null)',
    ],
    [
      'an unknown key',
      withService({ drainSeconds: 1, serverGroups: 'x' }),
      'backendServices[0].serverGroups: left out: no such key, did you mean "serverGroup"? (null)',
    ],
    [
      'a key that every object has',
      withService({ constructor: 1 }),
      'backendServices[0].constructor: left out: no such key',
    ],
    [
      'a quoted number',
      withService({ port: '80' }),
      'backendServices[0].port: an integer from 1 to 65535, written without quotes (config.port.range)',
    ],
    [
      'a unit',
      withCheck({ timeoutSeconds: '5s' }),
      'backendServices[0].healthCheck.timeoutSeconds: an integer from 2 to 60, a bare number without a unit (config.health.timeout)',
    ],
    [
      'NaN',
      withCheck({ intervalSeconds: Number.NaN }),
      'backendServices[0].healthCheck.intervalSeconds: an integer from 5 to 300 (config.health.interval)',
    ],
    [
      'null',
      withService({ connectionDraining: { durationSeconds: null } }),
      'backendServices[0].connectionDraining.durationSeconds: an integer from 0 to 3600 (config.draining.range)',
    ],
    [
      'another persistence',
      withService({ sessionPersistence: { enabled: true, durationSeconds: 300 } }),
      'backendServices[0].sessionPersistence.durationSeconds: 1440, the only value there is, or left out (config.persistence.duration)',
    ],
    ['udp', withService({ protocol: 'udp' }), 'backendServices[0].protocol: tcp (config.protocol)'],
    [
      'the API spelling on the page',
      withService({ scheduling: 'RoundRobin' }),
      'backendServices[0].scheduling: one of weighted-round-robin, weighted-least-connections, source-ip (config.scheduling)',
    ],
    [
      'a path without slash',
      withCheck({ path: 'healthz' }),
      'backendServices[0].healthCheck.path: a path that starts with "/", e.g. "/healthz" (config.health.path.syntax)',
    ],
    [
      'six levels',
      withCheck({ path: '/1/2/3/4/5/6' }),
      'backendServices[0].healthCheck.path: a path of at most 5 levels (it has 6) (config.health.path.syntax)',
    ],
    [
      'a path with tcp',
      withCheck({ method: 'tcp', path: '/' }),
      'backendServices[0].healthCheck.path: left out: only an http check has a path (config.health.path.http-only)',
    ],
    [
      'a code on the page',
      withCheck({ normalStatusCodes: ['2xx', 204] }),
      'backendServices[0].healthCheck.normalStatusCodes[1]: one of 2xx, 3xx, 4xx (config.health.normal-codes)',
    ],
    [
      'a member in a zone without a name',
      { ...minimal, serverGroups: [{ ...group, instances: [{ ...instance, zone: 5 }] }] },
      "serverGroups[0].instances[0].zone: the zone's name, or left out (null)",
    ],
    [
      'a group that is not there',
      { ...minimal, backendServices: [{ ...service, serverGroup: 'gg' }], serverGroups: [group] },
      'backendServices[0].serverGroup: the name of a server group, did you mean "g"? (null)',
    ],
    [
      'two services of one name',
      { backendServices: [service, service] },
      'backendServices[1].name: unique: another backend service has this name (null)',
    ],
    [
      'a listener of udp',
      { ...minimal, listeners: [{ name: 'l', protocol: 'udp', port: 80, backendService: 'web' }] },
      'listeners[0].protocol: tcp, the protocol of the backend service "web" (config.listener-protocol)',
    ],
  ])('like %s is told with its place and what would be valid', (_what, document, message) => {
    expect(told(document).join('\n')).toContain(message);
  });

  it('in a name is told with five of the names that there are', () => {
    const named = (count: number) =>
      told({
        ...minimal,
        backendServices: [{ ...service, serverGroup: 'none of them' }],
        serverGroups: Array.from({ length: count }, (_, index) => ({ ...group, name: `${index}` })),
      }).join();
    expect(named(5)).toContain('one of 0, 1, 2, 3, 4 (');
    expect(named(6)).toContain('one of 0, 1, 2, 3, 4, … (');
  });

  it('in a protocol or a network that is not known is told there alone, not where it is compared', () => {
    const listener = { name: 'l', protocol: 'udp', port: 80, backendService: 'web' };
    const unknown = { ...minimal, backendServices: [{ ...service, protocol: 'sctp' }] };
    expect(told({ ...unknown, listeners: [listener] })).toEqual([
      'backendServices[0].protocol: tcp (config.protocol)',
    ]);
    const nowhere = {
      ...minimal,
      loadBalancer: { region: 'r', vpc: 5 },
      backendServices: [{ ...service, serverGroup: 'g' }],
      serverGroups: [group],
    };
    expect(told(nowhere)).toEqual(["loadBalancer.vpc: the vpc's name (null)"]);
    const { vpc: _, ...homeless } = group;
    const placed = { ...nowhere, loadBalancer: { region: 'r', vpc: 'v' } };
    expect(told({ ...placed, serverGroups: [homeless] }).join()).not.toContain('load balancer');
  });

  it('never hides another: all are told at once', () => {
    const document = { backendServices: [{ name: '', port: 0, healthCheck: {} }] };
    expect(told(document)).toHaveLength(9);
  });

  it('in the network of an associated group is told once, where it stands; an unassociated one may be anywhere', () => {
    const elsewhere = {
      ...group,
      vpc: 'w',
      instances: [
        instance,
        { ...instance, id: 'b' },
        { ...instance, id: 'c', vpc: 'v', region: 's' },
      ],
    };
    const document = {
      ...minimal,
      loadBalancer: { region: 'r', vpc: 'v' },
      serverGroups: [elsewhere],
    };
    expect(told(document)).toEqual([]);
    const associated = { ...document, backendServices: [{ ...service, serverGroup: 'g' }] };
    expect(told(associated)).toEqual([
      'serverGroups[0].vpc: v, the vpc of the load balancer (config.group.same-network)',
      'serverGroups[0].instances[2].region: r, the region of the load balancer (config.group.same-network)',
    ]);
  });

  it('is looked for in time that does not explode with the size of the document', () => {
    const many = Array.from({ length: 100_000 }, () => ({}));
    const document = { listeners: many, backendServices: many, serverGroups: many.slice(0, 900) };
    expect(validateDocument(document).violations.length).toBeGreaterThan(1000);
  });
});

describe('any document', () => {
  const whole = {
    loadBalancer: { region: 'r', vpc: 'v' },
    listeners: [{ name: 'l', protocol: 'tcp', port: 80, backendService: 'web' }],
    backendServices: [
      {
        ...service,
        serverGroup: 'g',
        sessionPersistence: { enabled: true },
        connectionDraining: { durationSeconds: 5 },
      },
    ],
    serverGroups: [group],
  };
  /** Every place in it, each list and map included. */
  function pathsIn(value: unknown): readonly (readonly string[])[] {
    if (typeof value !== 'object' || value === null) return [[]];
    const inside = Object.entries(value).flatMap(([key, entry]) =>
      pathsIn(entry).map((path) => [key, ...path]),
    );
    return [[], ...inside];
  }
  function withValueAt(document: unknown, path: readonly string[], value: unknown): unknown {
    const [key, ...rest] = path;
    if (key === undefined) return value;
    const copy = (Array.isArray(document) ? [...document] : { ...(document as object) }) as Record<
      string,
      unknown
    >;
    copy[key] = withValueAt(copy[key], rest, value);
    return copy;
  }
  const document = fc
    .tuple(
      fc.constantFrom(...pathsIn(whole)),
      fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(undefined, Number.NaN, 1, 300, '__proto__', 'constructor', [whole], whole),
      ),
    )
    .map(([path, value]) => withValueAt(whole, path, value));

  it('is judged without an error, and completed and resolved if it is valid; twice is as once', () => {
    let valid = 0;
    const profile = fc.constantFrom('console' as const, 'openapi' as const);
    fc.assert(
      fc.property(document, profile, (value, asked) => {
        const { document: good, violations } = validateDocument(value, { profile: asked });
        if (good === null) {
          for (const { expected } of violations) expect(expected).not.toBe('');
          return;
        }
        valid++;
        const complete = readBackOf(good, asked);
        expect(validateDocument(complete, { profile: asked }).violations).toEqual([]);
        expect(readBackOf(complete, asked)).toEqual(complete);
        expect(resolveService(complete, asked)).toEqual(resolveService(good, asked));
        associations(good, asked);
      }),
      { seed: 3, numRuns: 4000 },
    );
    expect(valid).toBeGreaterThan(100);
  });
});

describe("at every boundary of the suite's own table of the page", () => {
  it.each(['console', 'openapi'] as const)('the rules agree with it (%s)', (profile) => {
    for (const { configuration, expected, clause, note } of boundaryCases(profile)) {
      const { document, violations } = validateDocument(configuration, { profile });
      if (expected.accepted === false) {
        const places = [expected.path, ...(expected.orPaths ?? [])];
        const isNamed = violations.some(({ path }) => places.some((one) => path.startsWith(one)));
        expect(isNamed, note).toBe(true);
        // what is no map where one belongs is told by the rules on shape, which have no clause
        const isOfClause = violations.some(
          (one) => one.clause === clause || (one.clause === null && one.path === expected.path),
        );
        expect(isOfClause, note).toBe(true);
      } else {
        expect(violations, note).toEqual([]);
        expect(document && readBackOf(document, profile), note).toEqual(expected.readBack);
      }
    }
  });
});

describe('what can be associated', () => {
  it('is nothing of groups where nobody says where the load balancer is', () => {
    const { document } = validateDocument({ ...minimal, serverGroups: [group] });
    expect(document && associations(document, 'console')).toEqual([
      {
        service: 'web',
        serverGroups: [
          { name: 'g', isAssociated: false, obstacle: "the load balancer's network is not given" },
        ],
        listeners: [],
      },
    ]);
  });

  it('is said of every group and listener, with the obstacle', () => {
    const { document } = validateDocument({
      ...minimal,
      loadBalancer: { region: 'r', vpc: 'v' },
      listeners: [
        { name: 'web', protocol: 'tcp', port: 80, backendService: 'web' },
        { name: 'dns', protocol: 'udp', port: 53 },
      ],
      serverGroups: [group, { ...group, name: 'h', vpc: 'w' }],
    });
    expect(document && associations(document, 'console')).toEqual([
      {
        service: 'web',
        serverGroups: [
          { name: 'g', isAssociated: false, obstacle: null },
          {
            name: 'h',
            isAssociated: false,
            obstacle: 'instances in vpc w, the load balancer is in v',
          },
        ],
        listeners: [
          { name: 'web', isAssociated: true, obstacle: null },
          {
            name: 'dns',
            isAssociated: false,
            obstacle: 'it listens to udp, the service speaks tcp',
          },
        ],
      },
    ]);
  });
});

describe('the rules', () => {
  it('have names of their own, so that one can be edited', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  });

  it('can be edited: without the rule on ports, port 0 is fine', () => {
    const edited = rules.filter(({ clause }) => clause !== 'config.port.range');
    expect(validateDocument(withService({ port: 0 }), { rules: edited }).violations).toEqual([]);
  });
});
