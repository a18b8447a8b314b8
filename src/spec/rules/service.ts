/** The rules on a backend service's own settings and on the listeners in front of it: the page's "Basic Information". */
import type { ProfileNumbers } from '../profiles.ts';
import type { Violation } from '../violation.ts';
import {
  entryOf,
  type Fault,
  fieldRule,
  integerFault,
  meaningOf,
  type Places,
  type Rule,
  textFault,
  violation,
  wordFault,
} from './rule.ts';

const service = 'backendServices[]';
const serviceName = `${service}.name`;

export const serviceRules: readonly Rule[] = [
  // "Name: define backend service name"
  fieldRule('config.name', serviceName, ({ value }, { name }): Fault => {
    const isGood =
      typeof value === 'string' &&
      name.pattern.test(value) &&
      (name.lengthMax === null || [...value].length <= name.lengthMax);
    return isGood ? null : name.inWords;
  }),
  // "Backend protocol: TCP optional"
  fieldRule('config.protocol', `${service}.protocol`, ({ value }, { protocols }) =>
    wordFault(value, Object.keys(protocols)),
  ),
  // "Port: The input range is 1-65535"
  fieldRule('config.port.range', `${service}.port`, ({ value }, { port }) =>
    integerFault(value, { ...port, fallback: null }),
  ),
  // "Support weighted round robin algorithm, weighted least connection number and source IP"
  fieldRule('config.scheduling', `${service}.scheduling`, ({ value }, numbers) =>
    value === undefined && numbers.schedulingFallback !== null
      ? null
      : wordFault(value, Object.keys(numbers.schedulings)),
  ),
  // "Session persistence enabling and disabling; the duration is 1440s after it is enabled"
  fieldRule('config.persistence.duration', `${service}.sessionPersistence.enabled`, ({ value }) =>
    typeof value === 'boolean' ? null : 'true or false',
  ),
  fieldRule(
    'config.persistence.duration',
    `${service}.sessionPersistence.durationSeconds`,
    ({ value }, { persistenceSeconds }) => integerFault(value, persistenceSeconds),
  ),
  // "the duration of connection draining in the range of 0, 3600s, and the default is 300s"
  fieldRule(
    'config.draining.range',
    `${service}.connectionDraining.durationSeconds`,
    ({ value }, { drainSeconds }) => integerFault(value, drainSeconds),
  ),
];

export const listenerRules: readonly Rule[] = [
  fieldRule(null, 'listeners[].name', ({ value }) => textFault(value, 'a name')),
  fieldRule(null, 'listeners[].port', ({ value }, { port }) =>
    integerFault(value, { ...port, fallback: null }),
  ),
  fieldRule(null, 'listeners[].protocol', ({ value }, { listenerProtocols }) =>
    wordFault(value, Object.keys(listenerProtocols)),
  ),
  // "when the Backend Protocol is tcp, only the listeners under the Listening Protocol of tcp type can be associated"
  {
    name: 'listeners[].protocol (config.listener-protocol)',
    clause: 'config.listener-protocol',
    violations: listenerViolations,
  },
];

function listenerViolations(places: Places, numbers: ProfileNumbers): readonly Violation[] {
  const services = new Map(places.at(serviceName).map(({ value, holder }) => [value, holder]));
  return places.at('listeners[].protocol').flatMap(({ path, value, holder }) => {
    const name = entryOf(holder, 'backendService');
    const associated = services.get(name);
    const listened = meaningOf(numbers.listenerProtocols, value);
    if (listened === undefined || associated === undefined) return [];
    const spoken = meaningOf(numbers.protocols, entryOf(associated, 'protocol'));
    if (spoken === undefined || spoken === listened) return [];
    const expected = `${spoken}, the protocol of the backend service ${JSON.stringify(name)}`;
    return [violation('config.listener-protocol', path, expected, value)];
  });
}
