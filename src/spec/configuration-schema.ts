/**
 * The JSON Schema of the configuration, for editors: both profiles, made from the same numbers as the rules. What a
 * schema cannot say (names that must exist, networks that must agree) is left to `validate`.
 */
import type { Profile } from './configuration.ts';
import {
  type DefaultedRange,
  type IntegerRange,
  type ProfileNumbers,
  profiles,
} from './profiles.ts';
import { membersSeenMax } from './rules/rule.ts';

type Schema = Readonly<Record<string, unknown>>;
type Properties = Readonly<Record<string, Schema>>;

export function configurationSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Counterpoise configuration',
    description:
      'Backend services of a load balancer, with their listeners and server groups. Without a profile, that of the console holds.',
    type: 'object',
    if: { properties: { profile: { const: 'openapi' } }, required: ['profile'] },
    // biome-ignore lint/suspicious/noThenProperty: the name is JSON Schema's
    then: { $ref: '#/$defs/openapi' },
    else: { $ref: '#/$defs/console' },
    $defs: { console: documentSchema('console'), openapi: documentSchema('openapi') },
  };
}

function documentSchema(profile: Profile): Schema {
  const numbers = profiles[profile];
  const { limits } = numbers;
  return map(
    {
      profile: { const: profile, description: 'Whose numbers hold: console or openapi.' },
      loadBalancer: map({ region: text('Its region.'), vpc: text('Its VPC.') }, ['region', 'vpc']),
      listeners: list(listenerSchema(numbers), 0, limits.listeners),
      backendServices: list(serviceSchema(numbers), 1, limits.services),
      serverGroups: list(groupSchema(numbers), 0, membersSeenMax),
    },
    ['backendServices'],
  );
}

function listenerSchema(numbers: ProfileNumbers): Schema {
  return map(
    {
      name: text('Unique among the listeners.'),
      protocol: words(numbers.listenerProtocols, 'Only tcp can be associated with a TCP service.'),
      port: integer(numbers.port, 'Where clients connect.'),
      backendService: text('Name of the backend service behind it; left out: none for now.'),
    },
    ['name', 'protocol', 'port'],
  );
}

function serviceSchema(numbers: ProfileNumbers): Schema {
  const { name, persistenceSeconds, drainSeconds, schedulingFallback } = numbers;
  return map(
    {
      name: {
        type: 'string',
        pattern: name.pattern.source,
        ...(name.lengthMax === null ? {} : { maxLength: name.lengthMax }),
        description: 'Unique among the backend services.',
      },
      protocol: words(numbers.protocols, 'How traffic reaches the instances.'),
      port: integer(numbers.port, 'The port of instances that have none of their own.'),
      scheduling: {
        ...words(numbers.schedulings, 'Who gets a new connection.'),
        ...(schedulingFallback === null ? {} : { default: schedulingFallback }),
      },
      sessionPersistence: map(
        {
          enabled: { type: 'boolean', description: 'Whether a client keeps its instance.' },
          durationSeconds: integer(persistenceSeconds, 'For how long.'),
        },
        ['enabled'],
      ),
      connectionDraining: map({
        durationSeconds: integer(
          drainSeconds,
          'How long a removed instance keeps its connections.',
        ),
      }),
      healthCheck: checkSchema(numbers),
      serverGroup: text('Name of the server group; left out: none for now.'),
    },
    [
      'name',
      'protocol',
      'port',
      'healthCheck',
      ...(schedulingFallback === null ? ['scheduling'] : []),
    ],
  );
}

function checkSchema(numbers: ProfileNumbers): Schema {
  const { check } = numbers;
  const defaulted = {
    timeoutSeconds: integer(check.timeoutSeconds, 'A later answer is a failed check.'),
    intervalSeconds: integer(check.intervalSeconds, 'Between two checks of an instance.'),
    unhealthyThreshold: integer(
      check.unhealthyThreshold,
      'Failed checks in a row until it is out.',
    ),
    healthyThreshold: integer(check.healthyThreshold, 'Passed checks in a row until it is in.'),
  };
  const required = (Object.keys(defaulted) as (keyof typeof defaulted)[]).filter(
    (key) => check[key].fallback === null,
  );
  const methods = (method: string) =>
    Object.keys(check.methods).filter((word) => check.methods[word] === method);
  return {
    ...map(
      {
        method: words(check.methods, 'How instances are checked.'),
        port: integer(check.port, "Left out: each instance's own traffic port."),
        path: pathSchema(check.path),
        ...defaulted,
        normalStatusCodes: {
          ...list(codeSchema(numbers), 1, null),
          description: 'HTTP answers that pass.',
          ...(check.codesFallback === null ? {} : { default: check.codesFallback }),
        },
      },
      ['method', ...required],
    ),
    allOf: [
      when({ method: { enum: methods('tcp') } }, { properties: { path: false } }),
      ...(check.codesFallback === null
        ? [when({ method: { enum: methods('http') } }, { required: ['normalStatusCodes'] })]
        : []),
    ],
  };
}

function pathSchema({
  lengthMax,
  levelsMax,
  pattern,
  fallback,
}: ProfileNumbers['check']['path']): Schema {
  const levels = `^/+(?:[^/?]+/+){0,${(levelsMax ?? 1) - 1}}(?:[^/?]+/*)?(?:\\?.*)?$`;
  return {
    type: 'string',
    maxLength: lengthMax,
    allOf: [
      { pattern: '^/' },
      { pattern: pattern.source },
      ...(levelsMax === null ? [] : [{ pattern: levels }]),
    ],
    default: fallback,
    description: 'What an HTTP check asks for; not with TCP.',
  };
}

function codeSchema({ check: { codes, codeForms } }: ProfileNumbers): Schema {
  const classes = { enum: ['2xx', '3xx', '4xx'] };
  if (codeForms.length === 1) return classes;
  const one = `[${Math.floor(codes.min / 100)}-${Math.floor(codes.max / 100)}][0-9]{2}`;
  return {
    anyOf: [
      classes,
      { type: 'integer', minimum: codes.min, maximum: codes.max },
      { type: 'string', pattern: `^${one}(-${one})?$` },
    ],
  };
}

function groupSchema(numbers: ProfileNumbers): Schema {
  const network = { region: text('Its region.'), vpc: text('Its VPC.') };
  const weight = integer(numbers.weight, 'Its part of the connections.');
  const required = numbers.weight.fallback === null ? ['weight'] : [];
  const instance = {
    id: text('Unique within the group.'),
    address: { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
    zone: text('Of no consequence.'),
    region: text("Left out: the group's."),
    vpc: text("Left out: the group's."),
  };
  const members = (properties: Properties, needed: readonly string[]) =>
    list(
      map({ ...instance, ...properties }, ['id', 'address', ...needed]),
      0,
      numbers.limits.instances,
    );
  const [virtual, availability] = numbers.groupKinds;
  const port = integer(numbers.port, "Left out: the service's.");
  return {
    oneOf: [
      map(
        {
          name: text('Unique among the server groups.'),
          kind: { const: virtual },
          ...network,
          instances: members({ port, weight }, required),
        },
        ['name', 'kind', 'region', 'vpc', 'instances'],
      ),
      map(
        {
          name: text('Unique among the server groups.'),
          kind: { const: availability },
          ...network,
          weight,
          // The members share the group's weight: here only that it is a number can be said.
          instances: members({ weight }, []),
        },
        ['name', 'kind', 'region', 'vpc', 'instances', ...required],
      ),
    ],
  };
}

function map(properties: Properties, required: readonly string[] = []): Schema {
  return {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function list(items: Schema, minItems: number, maxItems: number | null): Schema {
  return {
    type: 'array',
    items,
    ...(minItems === 0 ? {} : { minItems }),
    ...(maxItems === null ? {} : { maxItems }),
  };
}

function text(description: string): Schema {
  return { type: 'string', pattern: '\\S', description };
}

function words(table: Readonly<Record<string, unknown>>, description: string): Schema {
  return { enum: Object.keys(table), description };
}

function integer(
  range: IntegerRange & Partial<Pick<DefaultedRange, 'fallback'>>,
  description: string,
): Schema {
  const { min, max, fallback = null } = range;
  return {
    type: 'integer',
    minimum: min,
    maximum: max,
    ...(fallback === null ? {} : { default: fallback }),
    description,
  };
}

function when(properties: Schema, consequence: Schema): Schema {
  // biome-ignore lint/suspicious/noThenProperty: the name is JSON Schema's
  return { if: { properties }, then: consequence };
}
