/** Wrong implementations of what is accepted: rules overlooked, shifted, or told badly. Knows the rules' clauses only. */
import type { Rule } from '../spec/rules.ts';
import type { Violation } from '../spec/violation.ts';
import type { Defect } from './defect.ts';

function overlooking(isOverlooked: (violation: Violation) => boolean) {
  return (rules: readonly Rule[]): readonly Rule[] =>
    rules.map((rule) => ({
      ...rule,
      violations: (document, numbers) =>
        rule.violations(document, numbers).filter((violation) => !isOverlooked(violation)),
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
    name: 'rejects-largest-interval',
    sentence: 'An interval of 300 s is rejected.',
    breaks: ['config.health.interval'],
    rules: (rules) => [...rules, largestIntervalRule],
  },
  {
    name: 'names-wrong-field',
    sentence: 'A rejection names the service where it should name the field.',
    breaks: ['config.rejection-names-field'],
    rules: (rules) =>
      rules.map((rule) => ({
        ...rule,
        violations: (document, numbers) =>
          rule
            .violations(document, numbers)
            .map((violation) => ({ ...violation, path: 'backendServices' })),
      })),
  },
];

const largestIntervalRule: Rule = {
  name: 'interval below 300',
  clause: 'config.health.interval',
  violations: (document) => {
    const services = (document as { backendServices?: unknown })?.backendServices;
    if (!Array.isArray(services)) return [];
    return services.flatMap((service, index) =>
      service?.healthCheck?.intervalSeconds === 300
        ? [
            {
              clause: 'config.health.interval',
              path: `backendServices[${index}].healthCheck.intervalSeconds`,
              expected: 'an integer from 5 to 299',
              observed: 300,
            },
          ]
        : [],
    );
  },
};
