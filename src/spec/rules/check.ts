/** The rules on health checks: the page's "Health check setting". */
import { normalCodeOf } from '../normal-codes.ts';
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
  type Site,
  violation,
  wordFault,
} from './rule.ts';

const check = 'backendServices[].healthCheck';
const normalStatusCodes = `${check}.normalStatusCodes`;

type Defaulted = 'timeoutSeconds' | 'intervalSeconds' | 'unhealthyThreshold' | 'healthyThreshold';
function numberRule(clause: string, key: Defaulted): Rule {
  return fieldRule(clause, `${check}.${key}`, ({ value }, numbers) =>
    integerFault(value, numbers.check[key]),
  );
}

function methodBeside({ holder }: Site, numbers: ProfileNumbers): 'tcp' | 'http' | undefined {
  return meaningOf(numbers.check.methods, entryOf(holder, 'method'));
}

function pathFault(value: unknown, { check: { path } }: ProfileNumbers): Fault {
  if (typeof value !== 'string' || !value.startsWith('/')) {
    const example =
      typeof value === 'string' && /^[\w./-]+$/.test(value) ? `/${value}` : '/healthz';
    return `a path that starts with "/", e.g. "${example}"`;
  }
  // Code points, not UTF-16 units: what a person would count.
  const length = [...value].length;
  if (length > path.lengthMax) {
    return `a path of at most ${path.lengthMax} characters (it has ${length})`;
  }
  const levels = levelsOf(value);
  if (path.levelsMax !== null && levels > path.levelsMax) {
    return `a path of at most ${path.levelsMax} levels (it has ${levels})`;
  }
  return path.pattern.test(value) ? null : `a path ${path.inWords}`;
}

/** Clause book: levels are the segments that are not empty, before any "?". */
function levelsOf(path: string): number {
  const [beforeQuery = ''] = path.split('?');
  return beforeQuery.split('/').filter((segment) => segment !== '').length;
}

/** What one entry must be, in the profile's forms. */
function codeWords({ check: { codes, codeForms } }: ProfileNumbers): string {
  const classes = 'one of 2xx, 3xx, 4xx';
  return codeForms.length === 1
    ? classes
    : `${classes}, a code from ${codes.min} to ${codes.max}, or a range such as 201-205`;
}

function codeFault(entry: unknown, numbers: ProfileNumbers): Fault {
  const code = normalCodeOf(entry);
  const isGood =
    code !== null &&
    numbers.check.codeForms.includes(code.form) &&
    code.from >= numbers.check.codes.min &&
    code.to <= numbers.check.codes.max &&
    (code.form !== 'range' || code.from < code.to);
  return isGood ? null : codeWords(numbers);
}

/** The list as a whole at its own place, its entries each at theirs. */
function codesViolations(places: Places, numbers: ProfileNumbers): readonly Violation[] {
  const clause = 'config.health.normal-codes';
  return places.at(normalStatusCodes).flatMap((site) => {
    const { value } = site;
    const isRequired =
      numbers.check.codesFallback === null && methodBeside(site, numbers) === 'http';
    if (value === undefined && !isRequired) return [];
    if (!Array.isArray(value) || value.length === 0) {
      return [violation(clause, site.path, `a list with at least ${codeWords(numbers)}`, value)];
    }
    return value.flatMap((entry: unknown, index) => {
      const expected = codeFault(entry, numbers);
      return expected === null ? [] : [violation(clause, [...site.path, index], expected, entry)];
    });
  });
}

export const checkRules: readonly Rule[] = [
  // "Select health check method: HTTP, TCP"
  fieldRule('config.health.method', `${check}.method`, ({ value }, numbers) =>
    wordFault(value, Object.keys(numbers.check.methods)),
  ),
  // "Set check port: input range 1~65535, if it is not filled in, the port of backend instance …"
  fieldRule('config.health.port', `${check}.port`, ({ value }, numbers) =>
    integerFault(value, numbers.check.port),
  ),
  // "Response timeout time(s): input range 2~60s"
  numberRule('config.health.timeout', 'timeoutSeconds'),
  // "Health check interval(s): input range 5~300s"
  numberRule('config.health.interval', 'intervalSeconds'),
  // "Unhealthy threshold: input range 1~5", "Healthy threshold: input range 1~5"
  numberRule('config.health.unhealthy-threshold', 'unhealthyThreshold'),
  numberRule('config.health.healthy-threshold', 'healthyThreshold'),
  // "Normal state code: input range 2xx …, 3xx …, 4xx …"
  {
    name: `${check}.normalStatusCodes (config.health.normal-codes)`,
    clause: 'config.health.normal-codes',
    violations: codesViolations,
  },
  // "Check path: It only will be filled in when the health check method is HTTP"
  fieldRule('config.health.path.http-only', `${check}.path`, (site, numbers) =>
    site.value !== undefined && methodBeside(site, numbers) === 'tcp'
      ? 'left out: only an http check has a path'
      : null,
  ),
  // "it must start with “/”, at most support 5-level contents, and cannot exceed 100 characters"
  fieldRule('config.health.path.syntax', `${check}.path`, (site, numbers) =>
    site.value === undefined || methodBeside(site, numbers) === 'tcp'
      ? null
      : pathFault(site.value, numbers),
  ),
];
