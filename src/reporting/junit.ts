/**
 * A conformance result as JUnit XML, one test case a clause, for CI systems that know nothing of clauses.
 * What XML 1.0 cannot carry is dropped by the builder.
 */
import packaged, { type TestCase } from 'junit-report-builder';
import type { ClauseResult, ConformanceResult } from '../results/conformance-result.ts';
import { moment } from './figures.ts';
import { familiesOf, flagsOf, verdictWords } from './verdict-words.ts';

/** Its typings promise a `default` that the CommonJS file, which is the builder itself, does not have. */
const reports = packaged as unknown as typeof packaged.default;

export function renderJUnit(result: ConformanceResult): string {
  const { name, version } = result.implementation;
  const builder = reports.newBuilder().name(`counterpoise ${name} ${version}`);
  for (const family of familiesOf(result.clauses)) {
    const suite = builder.testSuite().name(family.name);
    suite.property('implementation', `${name} ${version}`);
    suite.property('seed', result.seed);
    suite.property('profile', result.profile);
    for (const clause of family.clauses) {
      conclude(suite.testCase().className(`${name}.${family.name}`).name(clause.id), clause);
    }
  }
  return builder.build();
}

type XMLElement = ReturnType<TestCase['build']>;

function conclude(testCase: TestCase, clause: ClauseResult): void {
  const flags = flagsOf(clause);
  if (flags.length > 0) testCase.property('flags', flags.join('; '));
  switch (clause.verdict) {
    case 'pass':
      break;
    case 'fail':
      testCase.failure(clause.why, 'fail').stacktrace(storiesOf(clause));
      break;
    case 'error':
      testCase.error(clause.why, 'error', storiesOf(clause));
      break;
    case 'inconclusive':
    case 'unsupported':
    case 'not-applicable':
    case 'skipped':
      skipWithReason(testCase, `${verdictWords[clause.verdict].word}: ${clause.why}`);
  }
}

/** The builder writes `<skipped/>` without its message attribute, which is where CI systems look for the reason. */
function skipWithReason(testCase: TestCase, reason: string): void {
  testCase.skipped();
  const buildCase = testCase.build.bind(testCase);
  testCase.build = (parent) => {
    const element = buildCase(parent);
    const skipped = element.children.at(-1) as XMLElement | undefined;
    skipped?.att('message', reason);
    return element;
  };
}

function storiesOf(clause: ClauseResult): string {
  const stories = clause.failures.map((failure) =>
    [
      `expected: ${failure.expected}`,
      `observed: ${failure.observed}`,
      ...failure.story.map(
        (line) => `${line.isEvidence ? '>' : ' '} ${moment(line.atMs)}  ${line.text}`,
      ),
      `replay: ${failure.replay}`,
    ].join('\n'),
  );
  // The builder splits only the first end of a CDATA section in a text.
  return [clause.statement, ...stories].join('\n\n').replaceAll(']]>', ']] >');
}
