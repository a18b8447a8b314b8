/** JUnit XML is read back by a parser that is not ours: every verdict arrives as CI systems understand it, whatever the texts hold. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import type { ClauseVerdict } from '../results/conformance-result.ts';
import { hostileConformance, sampleConformance } from './conformance.fixture.ts';
import { renderJUnit } from './junit.ts';

interface ParsedCase {
  readonly '@name': string;
  readonly failure?: { readonly '@message': string; readonly '#text': string };
  readonly error?: { readonly '@message': string };
  readonly skipped?: { readonly '@message': string };
}

function parsedCases(xml: string): readonly ParsedCase[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    isArray: (name) => name === 'testcase' || name === 'testsuite',
  });
  const { testsuites } = parser.parse(xml) as {
    testsuites: { testsuite: readonly { testcase: readonly ParsedCase[] }[] };
  };
  return testsuites.testsuite.flatMap((suite) => suite.testcase);
}

function elementOf(found: ParsedCase): string {
  return ['failure', 'error', 'skipped'].find((name) => name in found) ?? 'passed';
}

const elements: Readonly<Record<ClauseVerdict, string>> = {
  pass: 'passed',
  fail: 'failure',
  error: 'error',
  inconclusive: 'skipped',
  unsupported: 'skipped',
  'not-applicable': 'skipped',
  skipped: 'skipped',
};

describe('JUnit', () => {
  const result = sampleConformance();
  const cases = parsedCases(renderJUnit(result));

  it('has one test case a clause, each with the element of its verdict', () => {
    expect(cases.map((found) => [found['@name'], elementOf(found)])).toEqual(
      result.clauses.map((clause) => [clause.id, elements[clause.verdict]]),
    );
  });

  it('is what the golden file shows', async () => {
    await expect(renderJUnit(result)).toMatchFileSnapshot('../../reports/golden/junit.xml');
  });

  it('says why a clause failed, and how to run the case again', () => {
    const failed = cases.find((found) => found['@name'] === 'persistence.draining')?.failure;
    expect(failed?.['@message']).toContain('127.1.0.7');
    expect(failed?.['#text']).toContain('replay: npx counterpoise replay');
  });

  it('gives the reason of what is skipped, with the word of the verdict', () => {
    const skipped = cases.find((found) => found['@name'] === 'health.initial')?.skipped;
    expect(skipped?.['@message']).toBe('skipped: not asked for');
  });

  it('stays well-formed and free of illegal characters, whatever the texts hold', () => {
    const xml = renderJUnit(hostileConformance());
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml).not.toMatch(/[^\t\n\P{Cc}]/u);
    expect(parsedCases(xml)).toHaveLength(result.clauses.length);
  });

  it('carries lone surrogates to nobody', () => {
    const [first] = result.clauses;
    if (first === undefined) throw new Error('the sample has clauses');
    const xml = renderJUnit(
      sampleConformance({ clauses: [{ ...first, verdict: 'skipped', why: 'a\ud800b😀' }] }),
    );
    expect(xml).not.toMatch(/\p{Surrogate}/u);
    expect(xml).toContain('😀');
  });
});
