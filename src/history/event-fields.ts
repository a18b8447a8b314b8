/** What each event must carry, as data: the codec checks lines against it. Knows types, no meaning. */
import type { HistoryEvent } from './vocabulary.ts';

type FieldKind =
  | 'number'
  | 'string'
  | 'text or null'
  | 'number or null'
  | 'boolean'
  | 'object'
  | 'object or null'
  | 'list'
  | 'reply'
  | 'anything'
  /** One of these; `undefined` among them: or absent. */
  | readonly (string | undefined)[];

type Fields = Readonly<Record<string, FieldKind>>;

const weighed: Fields = {
  instance: 'string',
  weight: 'number',
  port: 'number or null',
  outcome: 'object',
};

export const eventFields: Readonly<Record<HistoryEvent['event'], Fields>> = {
  'service.configured': {
    outcome: 'object',
    configuration: 'anything',
    readBack: 'anything',
    effective: 'object or null',
  },
  'instance.registered': weighed,
  'instance.reweighed': weighed,
  'instance.removed': { instance: 'string', outcome: 'object' },
  'instance.behaved': {
    instance: 'string',
    traffic: 'reply',
    checks: 'list',
    afterwards: 'object',
  },
  'connection.opened': { connection: 'number', source: 'string', port: 'number' },
  'connection.placed': { connection: 'number', instance: 'string', port: 'number' },
  'connection.refused': {
    connection: 'number',
    how: ['reset', 'closed', 'refused', 'silent'],
  },
  'connection.carried': {
    connection: 'number',
    bytesSent: 'number',
    bytesUp: 'number',
    bytesDown: 'number',
  },
  'connection.closed': {
    connection: 'number',
    by: ['client', 'instance', 'balancer'],
    how: ['closed', 'reset'],
    learned: 'boolean',
  },
  'connection.strayed': { connection: 'number', from: 'string' },
  'check.started': {
    check: 'number',
    instance: 'string',
    method: ['tcp', 'http'],
    port: 'number',
    path: 'text or null',
  },
  'check.replied': { check: 'number', reply: 'reply' },
  'check.abandoned': { check: 'number' },
  'reported.eligibility': { instance: 'string', isEligible: 'boolean' },
  'reported.check': { instance: 'string', failure: 'text or null' },
  'harness.lagged': { lagMs: 'number', limitMs: 'number' },
  'step.skipped': { step: 'number', why: 'string' },
  'history.ended': { events: 'number', why: ['complete', 'budget', 'interrupted', 'error'] },
};

export const headerFields: Fields = {
  suite: 'string',
  implementation: 'object',
  time: ['stepped', 'scaled', 'real'],
  configuration: 'anything',
  profile: ['console', 'openapi'],
  traits: 'object or null',
  checks: ['none', 'told', undefined],
  instances: 'list',
  seed: 'string',
  timeline: 'text or null',
};

/** What is wrong with the fields, as a phrase, or null. */
export function wrongField(
  value: Readonly<Record<string, unknown>>,
  fields: Fields,
): string | null {
  for (const [name, kind] of Object.entries(fields)) {
    if (!isOfKind(value[name], kind)) return `'${name}' must be ${inWords(kind)}`;
  }
  return null;
}

function isOfKind(value: unknown, kind: FieldKind): boolean {
  if (typeof kind !== 'string') return kind.includes(value as string);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  switch (kind) {
    case 'number':
      return Number.isFinite(value);
    case 'string':
    case 'boolean':
      return typeof value === kind;
    case 'text or null':
      return typeof value === 'string' || value === null;
    case 'number or null':
      return Number.isFinite(value) || value === null;
    case 'object':
      return isObject;
    case 'object or null':
      return isObject || value === null;
    case 'list':
      return Array.isArray(value);
    case 'reply':
      return Number.isFinite(value) || ['accepted', 'refused', 'silence'].includes(value as string);
    case 'anything':
      return value !== undefined;
  }
}

function inWords(kind: FieldKind): string {
  if (typeof kind !== 'string') {
    const words = kind.map((word) => word ?? 'absent');
    return words.length === 2 ? words.join(' or ') : `one of ${words.join(', ')}`;
  }
  return kind === 'reply'
    ? 'a status, accepted, refused or silence'
    : `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}
