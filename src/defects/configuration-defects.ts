/** Wrong implementations of what is accepted: rules overlooked, shifted, or told badly. Knows the rules' clauses only. */
import type { ConfigurationDocument, ServiceDocument } from '../spec/configuration.ts';
import { type Places, violation } from '../spec/rules/rule.ts';
import type { Rule } from '../spec/rules.ts';
import type { Violation } from '../spec/violation.ts';
import type { Defect } from './defect.ts';

function overlooking(isOverlooked: (violation: Violation, places: Places) => boolean) {
  return (rules: readonly Rule[]): readonly Rule[] =>
    rules.map((rule) => ({
      ...rule,
      violations: (places, numbers) =>
        rule.violations(places, numbers).filter((violation) => !isOverlooked(violation, places)),
    }));
}

/** A value just outside its range is accepted. */
function accepting(value: number, what: string, clause: string): Defect {
  return {
    name: `accepts-${what}-${value}`,
    sentence: `A ${what.replaceAll('-', ' ')} of ${value} is accepted.`,
    breaks: [clause],
    rules: overlooking((violation) => violation.clause === clause && violation.observed === value),
  };
}

export const configurationDefects: readonly Defect[] = [
  accepting(0, 'port', 'config.port.range'),
  accepting(65_536, 'port', 'config.port.range'),
  accepting(3601, 'drain', 'config.draining.range'),
  accepting(65_536, 'check-port', 'config.health.port'),
  accepting(1, 'timeout', 'config.health.timeout'),
  accepting(61, 'timeout', 'config.health.timeout'),
  accepting(4, 'interval', 'config.health.interval'),
  accepting(301, 'interval', 'config.health.interval'),
  accepting(6, 'unhealthy-threshold', 'config.health.unhealthy-threshold'),
  accepting(6, 'healthy-threshold', 'config.health.healthy-threshold'),
  {
    name: 'accepts-any-path',
    sentence: 'A check path with too many levels or characters is accepted.',
    breaks: ['config.health.path.syntax'],
    rules: overlooking(
      ({ clause, observed }) =>
        clause === 'config.health.path.syntax' &&
        typeof observed === 'string' &&
        observed.startsWith('/'),
    ),
  },
  {
    name: 'accepts-path-with-tcp',
    sentence: 'A check path is accepted with TCP checks.',
    breaks: ['config.health.path.http-only'],
    rules: overlooking(({ clause }) => clause === 'config.health.path.http-only'),
  },
  {
    name: 'names-wrong-field',
    sentence: 'A rejection names the service where it should name the field.',
    breaks: ['config.rejection-names-field'],
    rules: (rules) =>
      rules.map((rule) => ({
        ...rule,
        violations: (places, numbers) =>
          rule
            .violations(places, numbers)
            .map((violation) => ({ ...violation, path: 'backendServices' })),
      })),
  },
];

/** Something valid is turned away: `isTaken` answers for one backend service, its field is named. */
function rejecting(
  clause: string,
  field: string,
  expected: string,
  isTaken: (service: Service, all: readonly Service[]) => boolean,
) {
  const rule: Rule = {
    name: `stricter than ${clause}`,
    clause,
    violations: (places) => {
      const services = places.at('backendServices[]').map(({ value }) => value ?? {});
      return services.flatMap((service, index) =>
        isTaken(service, services)
          ? []
          : [{ clause, path: `backendServices[${index}].${field}`, expected, observed: service }],
      );
    },
  };
  return (rules: readonly Rule[]): readonly Rule[] => [...rules, rule];
}
/** Of any shape: rules are asked before anybody knows that it is valid. */
interface Service {
  readonly port?: unknown;
  readonly scheduling?: unknown;
  readonly sessionPersistence?: { readonly enabled?: unknown };
  readonly connectionDraining?: { readonly durationSeconds?: unknown };
  readonly healthCheck?: {
    readonly normalStatusCodes?: unknown;
    readonly intervalSeconds?: unknown;
    readonly timeoutSeconds?: unknown;
    readonly path?: unknown;
  };
}

function overlookingAll(
  clause: string,
  isOverlooked: (violation: Violation, places: Places) => boolean = () => true,
) {
  return overlooking(
    (violation, places) => violation.clause === clause && isOverlooked(violation, places),
  );
}

/** Of any address but one with colons. */
const withoutIpv6: Rule = {
  name: 'addresses of version 4',
  clause: 'config.accepts-valid',
  violations: (places) =>
    places
      .at('serverGroups[].instances[].address')
      .filter(({ value }) => String(value).includes(':'))
      .map(({ path, value }) => violation('config.accepts-valid', path, 'an IPv4 address', value)),
};

/** What was overlooked is taken for the usual. */
function meaning(change: Partial<ServiceDocument>) {
  return (document: ConfigurationDocument): ConfigurationDocument => ({
    ...document,
    backendServices: document.backendServices.map((service) => ({ ...service, ...change })),
  });
}

const levelsMax = 5;
const charactersMax = 100;
/** One more level than is allowed when what follows the question mark is counted, too. */
function isDeepWithQuery(path: unknown): boolean {
  return typeof path === 'string' && path.includes('?') && path.split('/').length - 1 > levelsMax;
}

export const strictnessDefects: readonly Defect[] = [
  {
    name: 'rejects-shared-port',
    sentence: 'Two services may not use one port.',
    breaks: ['config.port.shared'],
    rules: rejecting('config.port.shared', 'port', 'a port of its own', ({ port }, all) => {
      return all.filter((other) => other?.port === port).length < 2;
    }),
  },
  {
    name: 'rejects-persistence-with-source-ip',
    sentence: 'Session persistence is turned away where source IP schedules.',
    breaks: ['config.accepts-valid'],
    rules: rejecting(
      'config.accepts-valid',
      'sessionPersistence',
      'no persistence with source IP',
      ({ scheduling, sessionPersistence }) =>
        !(/^(source-ip|IpHash)$/.test(String(scheduling)) && sessionPersistence?.enabled === true),
    ),
  },
  {
    name: 'rejects-drain-zero',
    sentence: 'A drain of 0 s, which switches draining off, is rejected.',
    breaks: ['config.draining.range'],
    rules: rejecting(
      'config.draining.range',
      'connectionDraining.durationSeconds',
      'an integer from 1 to 3600',
      ({ connectionDraining }) => connectionDraining?.durationSeconds !== 0,
    ),
  },
  {
    name: 'rejects-largest-interval',
    sentence: 'An interval of 300 s is rejected.',
    breaks: ['config.health.interval'],
    rules: rejecting(
      'config.health.interval',
      'healthCheck.intervalSeconds',
      'an integer from 5 to 299',
      ({ healthCheck }) => healthCheck?.intervalSeconds !== 300,
    ),
  },
  {
    name: 'rejects-timeout-beyond-interval',
    sentence: 'A timeout longer than the interval is declared to be taken, and rejected.',
    breaks: ['config.timeout-beyond-interval'],
    rules: rejecting(
      'config.timeout-beyond-interval',
      'healthCheck.timeoutSeconds',
      'no more than the interval',
      ({ healthCheck }) =>
        !(Number(healthCheck?.timeoutSeconds) > Number(healthCheck?.intervalSeconds)),
    ),
  },
  {
    name: 'rejects-normal-code-given-twice',
    sentence: 'A class of normal codes that is in the list twice is rejected.',
    breaks: ['config.health.normal-codes'],
    rules: rejecting(
      'config.health.normal-codes',
      'healthCheck.normalStatusCodes',
      'each class once',
      ({ healthCheck }) => {
        const codes = healthCheck?.normalStatusCodes;
        return !Array.isArray(codes) || new Set(codes).size === codes.length;
      },
    ),
  },
  {
    name: 'rejects-ipv6-instance',
    sentence: 'An instance with an IPv6 address is rejected.',
    breaks: ['config.accepts-valid'],
    rules: (rules) => [...rules, withoutIpv6],
  },
  {
    name: 'counts-path-levels-in-query',
    sentence: 'Slashes after the question mark count as levels of the check path.',
    profiles: ['console'],
    breaks: ['config.health.path.syntax'],
    rules: rejecting(
      'config.health.path.syntax',
      'healthCheck.path',
      'at most 5 levels',
      ({ healthCheck }) => !isDeepWithQuery(healthCheck?.path),
    ),
  },
  {
    name: 'counts-path-in-code-units',
    sentence: 'The length of a check path is counted in units of UTF-16, not in characters.',
    breaks: ['config.health.path.syntax'],
    rules: rejecting(
      'config.health.path.syntax',
      'healthCheck.path',
      'at most 100 characters',
      ({ healthCheck }) => String(healthCheck?.path ?? '').length <= charactersMax,
    ),
  },
];

export const overlookedDefects: readonly Defect[] = [
  {
    name: 'accepts-unnamed-service',
    sentence: 'A service with an empty name is accepted.',
    breaks: ['config.name'],
    rules: overlookingAll('config.name', ({ observed }) => observed === ''),
  },
  {
    name: 'accepts-protocol-udp',
    sentence: 'The backend protocol udp is accepted.',
    breaks: ['config.protocol'],
    rules: overlookingAll('config.protocol', ({ observed }) => observed === 'udp'),
    reading: meaning({ protocol: 'tcp' }),
  },
  {
    name: 'accepts-any-listener',
    sentence: 'Listeners of other protocols may be associated with a TCP service.',
    breaks: ['config.listener-protocol'],
    rules: overlookingAll('config.listener-protocol'),
  },
  {
    name: 'accepts-scheduling-random',
    sentence: 'Scheduling at random is accepted, and done by weighted round robin.',
    breaks: ['config.scheduling'],
    rules: overlookingAll('config.scheduling', ({ observed }) => observed === 'random'),
    reading: (document) => ({
      ...document,
      backendServices: document.backendServices.map((service) =>
        (service.scheduling as string) === 'random'
          ? { ...service, scheduling: 'weighted-round-robin' }
          : service,
      ),
    }),
  },
  {
    name: 'accepts-persistence-as-word',
    sentence: 'Persistence that is switched on by the word "true" is accepted.',
    breaks: ['config.persistence.duration'],
    rules: overlookingAll('config.persistence.duration', ({ observed }) => observed === 'true'),
  },
  {
    name: 'accepts-method-https',
    sentence: 'Checks over HTTPS are accepted, and made over HTTP.',
    breaks: ['config.health.method'],
    rules: overlookingAll('config.health.method', ({ observed }) => observed === 'https'),
    reading: (document) => ({
      ...document,
      backendServices: document.backendServices.map((service) =>
        (service.healthCheck.method as string) === 'https'
          ? {
              ...service,
              healthCheck: { normalStatusCodes: ['2xx'], ...service.healthCheck, method: 'http' },
            }
          : service,
      ),
    }),
  },
  {
    name: 'accepts-no-normal-codes',
    sentence: 'An empty list of normal codes is accepted.',
    breaks: ['config.health.normal-codes'],
    rules: overlookingAll(
      'config.health.normal-codes',
      ({ observed }) => Array.isArray(observed) && observed.length === 0,
    ),
    reading: (document) => ({
      ...document,
      backendServices: document.backendServices.map((service) =>
        service.healthCheck.normalStatusCodes?.length === 0
          ? { ...service, healthCheck: { ...service.healthCheck, normalStatusCodes: ['2xx'] } }
          : service,
      ),
    }),
  },
  {
    name: 'accepts-any-group-kind',
    sentence: 'A server group of an unknown kind is accepted.',
    breaks: ['config.group.kind'],
    rules: overlookingAll('config.group.kind', ({ observed }) => typeof observed === 'string'),
  },
  {
    name: 'accepts-group-elsewhere',
    sentence: 'A server group of another region or VPC may be associated.',
    breaks: ['config.group.same-network'],
    rules: overlookingAll('config.group.same-network'),
  },
  {
    name: 'overlooks-network-of-instances',
    sentence: "Only the group's region and VPC are looked at, not those that an instance states.",
    breaks: ['config.group.same-network'],
    rules: overlookingAll('config.group.same-network', ({ path }) => /instances\[/.test(path)),
  },
  {
    name: 'overlooks-interval-of-later-services',
    sentence: 'Only the first service has its check interval looked at.',
    breaks: ['config.health.interval'],
    rules: overlookingAll('config.health.interval', ({ path }) => !path.includes('Services[0]')),
  },
  {
    name: 'accepts-controls-in-path',
    sentence:
      'Of white space and control characters, a check path lacks only blanks, tabs and newlines.',
    breaks: ['config.health.path.syntax'],
    rules: overlookingAll(
      'config.health.path.syntax',
      ({ observed }) =>
        typeof observed === 'string' && /^\/[^ \t\n]*[\s\p{Cc}][^ \t\n]*$/u.test(observed),
    ),
  },
  {
    name: 'overlooks-duration-while-persistence-is-off',
    sentence: 'With session persistence off, its duration may be anything.',
    breaks: ['config.persistence.duration'],
    rules: overlookingAll('config.persistence.duration', ({ path }, places) => {
      const durations = places.at('backendServices[].sessionPersistence.durationSeconds');
      return durations.some(
        (site) =>
          site.holder['enabled'] === false &&
          path === `backendServices[${site.path[1]}].sessionPersistence.durationSeconds`,
      );
    }),
  },
  {
    name: 'compares-neighbouring-names',
    sentence: 'Of two services with one name the second is found only directly after the first.',
    breaks: ['config.name'],
    rules: overlooking(({ path, expected }, places) => {
      const index = Number(/^backendServices\[(\d+)\]\.name$/.exec(path)?.[1]);
      const names = places.at('backendServices[].name').map(({ value }) => value);
      return expected.startsWith('unique') && names[index] !== names[index - 1];
    }),
  },
  {
    name: 'accepts-group-that-is-not-there',
    sentence: 'A service may name a server group that is not in the document.',
    breaks: ['config.group.kind'],
    rules: overlooking(({ path }) => path.endsWith('.serverGroup')),
  },
  {
    name: 'ignores-unknown-keys-of-checks',
    sentence: 'A key of the health check that nobody knows is ignored, as is what was meant by it.',
    breaks: ['config.rejection-names-field'],
    rules: overlooking(
      ({ path, expected }) =>
        path.includes('.healthCheck.') && expected.startsWith('left out: no such key'),
    ),
  },
  {
    name: 'overlooks-kind-of-unassociated-groups',
    sentence: 'A server group that no service names may be of any kind.',
    breaks: ['config.group.kind'],
    rules: overlookingAll('config.group.kind', ({ path }, places) => {
      const associated = places.at('backendServices[].serverGroup').map(({ value }) => value);
      return places
        .at('serverGroups[].kind')
        .some(
          (site) =>
            path === `serverGroups[${site.path[1]}].kind` &&
            !associated.includes(site.holder['name']),
        );
    }),
  },
];
