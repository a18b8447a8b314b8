/**
 * A backend service in the words of the vendor's API (service `lb`, revision 0.6.6) and back: which field of the
 * configuration is which field of `createBackend`, and what the values are called. Values that have no word there go as
 * they are: whether they are accepted is not ours to say.
 */
import { isMap } from '../../spec/rules/rule.ts';
import type { Plain } from './api-protocol.ts';

const protocols: Readonly<Record<string, string>> = {
  tcp: 'Tcp',
  udp: 'Udp',
  http: 'Http',
  https: 'Https',
  tls: 'Tls',
};
const algorithms: Readonly<Record<string, string>> = {
  'weighted-round-robin': 'RoundRobin',
  'weighted-least-connections': 'LeastConn',
  'source-ip': 'IpHash',
};

interface Field {
  /** Within a backend service of a configuration. */
  readonly ours: string;
  /** Within `CreateBackendSpec`. */
  readonly theirs: string;
  readonly words?: Readonly<Record<string, string>>;
}

const fields: readonly Field[] = [
  { ours: 'name', theirs: 'backendName' },
  { ours: 'protocol', theirs: 'protocol', words: protocols },
  { ours: 'port', theirs: 'port' },
  { ours: 'scheduling', theirs: 'algorithm', words: algorithms },
  { ours: 'sessionPersistence.enabled', theirs: 'sessionStickiness' },
  { ours: 'sessionPersistence.durationSeconds', theirs: 'sessionStickyTimeout' },
  { ours: 'connectionDraining.durationSeconds', theirs: 'connectionDrainingSeconds' },
  { ours: 'healthCheck.method', theirs: 'healthCheckSpec.protocol', words: protocols },
  { ours: 'healthCheck.port', theirs: 'healthCheckSpec.port' },
  { ours: 'healthCheck.path', theirs: 'healthCheckSpec.httpPath' },
  { ours: 'healthCheck.timeoutSeconds', theirs: 'healthCheckSpec.checkTimeoutSeconds' },
  { ours: 'healthCheck.intervalSeconds', theirs: 'healthCheckSpec.intervalSeconds' },
  { ours: 'healthCheck.unhealthyThreshold', theirs: 'healthCheckSpec.unhealthyThresholdCount' },
  { ours: 'healthCheck.healthyThreshold', theirs: 'healthCheckSpec.healthyThresholdCount' },
  { ours: 'healthCheck.normalStatusCodes', theirs: 'healthCheckSpec.httpCode' },
];
/** A map that is none goes as it is. */
const maps: readonly Field[] = [{ ours: 'healthCheck', theirs: 'healthCheckSpec' }];

/** The fields of `CreateBackendSpec` that a service of a configuration says. */
export function backendSpecOf(service: unknown): Plain {
  return translated(service, 'ours', 'theirs', (words, value) => words[value] ?? value);
}

/** The service of a configuration that a `CreateBackendSpec` says, or a `Backend` that was read. */
export function serviceOf(spec: unknown): Plain {
  const { healthCheck, ...rest } = isMap(spec) ? spec : {};
  const asSpec = healthCheck === undefined ? spec : { ...rest, healthCheckSpec: healthCheck };
  return translated(
    asSpec,
    'theirs',
    'ours',
    (words, value) => Object.keys(words).find((word) => words[word] === value) ?? value,
  );
}

function translated(
  from: unknown,
  source: 'ours' | 'theirs',
  target: 'ours' | 'theirs',
  word: (words: Readonly<Record<string, string>>, value: string) => string,
): Plain {
  const result: Record<string, unknown> = {};
  for (const field of maps) {
    const value = valueAt(from, field[source]);
    if (value !== undefined) set(result, field[target], isMap(value) ? {} : value);
  }
  for (const field of fields) {
    const value = valueAt(from, field[source]);
    if (value === undefined) continue;
    const { words } = field;
    const isWord = words !== undefined && typeof value === 'string';
    set(result, field[target], isWord ? word(words, value) : value);
  }
  return result;
}

/** What a protocol of a listener is called. */
export function protocolWord(protocol: unknown): unknown {
  return typeof protocol === 'string' ? (protocols[protocol] ?? protocol) : protocol;
}

/** The field of the API that a path within a service is, e.g. `healthCheckSpec.httpCode` for `healthCheck.normalStatusCodes[1]`. */
export function apiFieldOf(path: string): string {
  const known = [...fields, ...maps]
    .toSorted((a, b) => b.ours.length - a.ours.length)
    .find(
      ({ ours }) => path === ours || path.startsWith(`${ours}.`) || path.startsWith(`${ours}[`),
    );
  return known?.theirs ?? path;
}

export interface NamedFault {
  /** Within a service. */
  readonly path: string;
  /** What would be valid, where the message says so for this field; else null. */
  readonly expected: string | null;
}

/** The form that the vendor documents for 400: `Request field x.y.z is 'xxx', expected one of [yyy,zzz].` */
const documentedForm =
  /Request field ([\w.]+)(?:\[\d+\])* is .*?, expected (.+?)\.(?= Request field |$)/g;

/** What a message of the API complains of: in its documented form, or else whichever fields it names, in full or by a last part that has no namesake. */
export function faultsIn(message: string): readonly NamedFault[] {
  const documented = [...message.matchAll(documentedForm)].flatMap(([, field, expected = '']) => {
    const known = [...fields, ...maps].find(({ theirs }) => theirs === field);
    return known === undefined ? [] : [{ path: known.ours, expected }];
  });
  if (documented.length > 0) return documented;
  return [...fields, ...maps]
    .filter(({ theirs }) => spellingsOf(theirs).some((spelling) => isNamed(message, spelling)))
    .map(({ ours }) => ({ path: ours, expected: null }));
}

function spellingsOf(theirs: string): readonly string[] {
  const last = theirs.replace(/^.*\./, '');
  const namesakes = fields.filter((other) => other.theirs.replace(/^.*\./, '') === last);
  const read = theirs.replace('healthCheckSpec', 'healthCheck');
  return [...new Set([theirs, read, ...(namesakes.length === 1 ? [last] : [])])];
}

function isNamed(message: string, spelling: string): boolean {
  const escaped = spelling.replaceAll('.', '\\.');
  return new RegExp(`(?<![\\w.])${escaped}(?![\\w.]*\\w)`).test(message);
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (within, key) => (isMap(within) && Object.hasOwn(within, key) ? within[key] : undefined),
      value,
    );
}

function set(target: Record<string, unknown>, path: string, value: unknown): void {
  const [key = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const within = isMap(target[key]) ? { ...target[key] } : {};
  set(within, rest.join('.'), value);
  target[key] = within;
}
