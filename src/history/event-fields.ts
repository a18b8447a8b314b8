/**
 * What each event and the header must carry, as data: the codec checks lines against it. Says the same as the published
 * schema on all that is known there, by hand, as there are millions of lines. Knows bounds, no meaning.
 */
import type { Path } from '../documents/places.ts';
import { unknownDeclarations, wrongReadings } from '../spec/traits.ts';
import type { HistoryEvent } from './vocabulary.ts';

/** What is wrong at a path, seen from the line. */
export interface Wrong {
  readonly path: Path;
  /** A phrase that follows the path. */
  readonly what: string;
}

/** In the order in which they are declared: looked through for every line. */
export type Fields = readonly (readonly [name: string, kind: Kind])[];
type Json = Readonly<Record<string, unknown>>;

/** Whether it is one, and what it must be; `within`: what is wrong inside one that is. */
interface Kind {
  readonly isOne: (value: unknown) => boolean;
  readonly must: string;
  readonly within?: (value: unknown) => Wrong | null;
}

const kind = (must: string, isOne: Kind['isOne'], within?: Kind['within']): Kind =>
  within === undefined ? { isOne, must } : { isOne, must, within };

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown, min: number, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

/** One of some words; `undefined` among them: or absent. */
function oneOf(...words: readonly (string | undefined)[]): Kind {
  const told = words.map((word) => word ?? 'absent');
  const must = told.length === 2 ? told.join(' or ') : `one of ${told.join(', ')}`;
  return kind(must, (value) => words.includes(value as string));
}

function object(fields: Fields): Kind {
  return kind('an object', isObject, (value) => wrongField(value as Json, fields));
}

function listOf(one: Kind): Kind {
  return kind('a list', Array.isArray, (value) => {
    for (const [index, element] of (value as readonly unknown[]).entries()) {
      const wrong = wrongAt(element, one);
      if (wrong !== null) return { ...wrong, path: [index, ...wrong.path] };
    }
    return null;
  });
}

function orNull({ must, isOne, within }: Kind): Kind {
  return kind(
    `${must} or null`,
    (value) => value === null || isOne(value),
    (value) => (value === null ? null : (within?.(value) ?? null)),
  );
}

/** Also nothing at all. */
const anything = kind('anything', () => true);
const text = kind('a string', (value) => typeof value === 'string');
const truth = kind('a boolean', (value) => typeof value === 'boolean');
/** Of the clock: when a trial begins some of it may have begun before. */
const time = kind('a number', Number.isFinite);
const duration = kind(
  'a number from 0',
  (value) => Number.isFinite(value) && (value as number) >= 0,
);
const someTime = kind(
  'a number above 0',
  (value) => Number.isFinite(value) && (value as number) > 0,
);
const count = kind('a whole number from 0', (value) => isWhole(value, 0, Number.MAX_SAFE_INTEGER));
const weight = kind('a whole number from 0 to 100', (value) => isWhole(value, 0, 100));
const port = kind('a whole number from 0 to 65535', (value) => isWhole(value, 0, 65_535));
const reply = kind(
  'a status from 100 to 999, accepted, refused or silence',
  (value) =>
    isWhole(value, 100, 999) || value === 'accepted' || value === 'refused' || value === 'silence',
);

const scripted = object([
  ['reply', reply],
  ['afterMs', duration],
]);

const effective = orNull(
  object([
    ['intervalMs', someTime],
    ['timeoutMs', someTime],
    ['persistenceMs', duration],
    ['drainMs', duration],
  ]),
);

const outcomeWords = oneOf('accepted', 'rejected', 'unsupported', 'unknown');
const noted: Fields = [['note', text]];
const besideOutcome: Readonly<Record<string, Fields>> = {
  accepted: [],
  rejected: [
    [
      'violations',
      listOf(
        object([
          ['clause', orNull(text)],
          ['path', text],
          ['expected', text],
          ['observed', anything],
          ['by', oneOf('balancer', 'adapter', undefined)],
        ]),
      ),
    ],
  ],
};
const outcome = kind('an object', isObject, (value) => {
  const { is } = value as Json;
  return wrongField(value as Json, [['is', outcomeWords], ...(besideOutcome[String(is)] ?? noted)]);
});

const weighed: Fields = [
  ['instance', text],
  ['weight', weight],
  ['port', orNull(port)],
  ['outcome', outcome],
];
const timed: Fields = [
  ['event', anything],
  ['fromMs', time],
  ['toMs', time],
];

const fieldsOf: Readonly<Record<HistoryEvent['event'], Fields>> = {
  'service.configured': [
    ['outcome', outcome],
    ['configuration', anything],
    ['readBack', anything],
    ['effective', effective],
  ],
  'instance.registered': weighed,
  'instance.reweighed': weighed,
  'instance.removed': [
    ['instance', text],
    ['outcome', outcome],
  ],
  'instances.listed': [
    ['instances', listOf(text)],
    ['outcome', outcome],
  ],
  'instance.behaved': [
    ['instance', text],
    ['traffic', reply],
    ['checks', listOf(scripted)],
    ['afterwards', scripted],
  ],
  'connection.opened': [
    ['connection', count],
    ['source', text],
    ['port', port],
  ],
  'connection.placed': [
    ['connection', count],
    ['instance', text],
    ['port', port],
  ],
  'connection.refused': [
    ['connection', count],
    ['how', oneOf('reset', 'closed', 'refused', 'silent')],
  ],
  'connection.carried': [
    ['connection', count],
    ['bytesSent', count],
    ['bytesUp', count],
    ['bytesDown', count],
  ],
  'connection.closed': [
    ['connection', count],
    ['by', oneOf('client', 'instance', 'balancer')],
    ['how', oneOf('closed', 'reset')],
    ['learned', truth],
  ],
  'connection.strayed': [
    ['connection', count],
    ['from', text],
  ],
  'check.started': [
    ['check', count],
    ['instance', text],
    ['method', oneOf('tcp', 'http')],
    ['port', port],
    ['path', orNull(text)],
  ],
  'check.replied': [
    ['check', count],
    ['reply', reply],
  ],
  'check.abandoned': [['check', count]],
  'reported.eligibility': [
    ['instance', text],
    ['isEligible', truth],
  ],
  'reported.check': [
    ['instance', text],
    ['failure', orNull(text)],
  ],
  'harness.lagged': [
    ['lagMs', duration],
    ['limitMs', duration],
  ],
  'step.skipped': [
    ['step', count],
    ['why', text],
  ],
  'history.ended': [
    ['events', count],
    ['why', oneOf('complete', 'budget', 'interrupted', 'error')],
  ],
};

export const eventFields: ReadonlyMap<string, Fields> = new Map(
  Object.entries(fieldsOf).map(([name, fields]) => [name, [...timed, ...fields]]),
);

/** Only what the table of traits knows can be judged by; another word would be taken for no declaration, or for a wrong one. */
const traits = kind('an object', isObject, (value) => {
  for (const [name, trait] of Object.entries(value as Json)) {
    const wrong = wrongAt(trait, traitDeclared);
    if (wrong !== null) return { ...wrong, path: [name, ...wrong.path] };
    const declared = { traits: { [name]: trait as { reading: unknown } }, capabilities: {} };
    const [what] = [...unknownDeclarations(declared), ...wrongReadings(declared)];
    if (what !== undefined) return { path: [name], what: `says what nobody can: ${what}` };
  }
  return null;
});
const traitDeclared = object([
  ['reading', kind('a string or a number', (value) => text.isOne(value) || time.isOne(value))],
  ['providedBy', oneOf('balancer', 'adapter')],
]);

const listed = object([
  ['name', text],
  ['weight', weight],
  ['port', orNull(port)],
]);

export const headerFields: Fields = [
  ['event', anything],
  ['history', anything],
  ['configuration', anything],
  ['suite', text],
  [
    'implementation',
    object([
      ['connectable', text],
      ['name', text],
      ['version', text],
    ]),
  ],
  ['time', oneOf('stepped', 'scaled', 'real')],
  ['profile', oneOf('console', 'openapi')],
  ['traits', orNull(traits)],
  ['checks', oneOf('none', 'told', undefined)],
  ['instances', listOf(listed)],
  ['seed', text],
  ['timeline', orNull(text)],
];

/** The first thing that is wrong with the fields, or null. A name that none has is wrong: it is likely misspelt. */
export function wrongField(value: Json, fields: Fields): Wrong | null {
  let present = 0;
  for (const [name, one] of fields) {
    const own = value[name];
    if (own !== undefined) present++;
    if (one.isOne(own) && one.within === undefined) continue;
    const wrong = wrongAt(own, one);
    if (wrong !== null) return { ...wrong, path: [name, ...wrong.path] };
  }
  return countOf(value) === present ? null : unknownField(value, fields);
}

/** There are millions of lines, and no list is made of each. */
function countOf(value: Json): number {
  let count = 0;
  for (const _ in value) count++;
  return count;
}

function unknownField(value: Json, fields: Fields): Wrong | null {
  const names = fields.map(([name]) => name);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown === undefined) return null;
  return { path: [unknown], what: `is no field here: there are ${names.join(', ')}` };
}

function wrongAt(value: unknown, { isOne, must, within }: Kind): Wrong | null {
  if (!isOne(value)) return { path: [], what: `must be ${must}` };
  return within?.(value) ?? null;
}
