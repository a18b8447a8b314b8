/** Which rows a filter lets through, and what it says of terms that mean nothing. */
import { describe, expect, it } from 'vitest';
import type { ClauseVerdict } from './conformance-result.ts';
import type { MatrixRow } from './matrix.ts';
import { parseFilter } from './matrix-filter.ts';

const names = ['haproxy', 'nginx', 'cmd:./mine'];
const row = (clause: string, ...verdicts: (ClauseVerdict | null)[]): MatrixRow => ({
  clause,
  strength: 'stated',
  statement: 'A check waits no longer than its timeout.',
  cells: verdicts.map((verdict) => verdict && { verdict, why: '', byAdapter: null }),
});
const rows = [
  row('health.timeout', 'pass', 'unsupported', 'fail'),
  row('schedule.wrr.cycle', 'pass', 'pass', 'pass'),
  row('forward.data', 'fail', 'fail', null),
];

function passing(text: string): readonly string[] {
  const filter = parseFilter(text, names);
  if ('mistakes' in filter) throw new Error(JSON.stringify(filter.mistakes));
  return rows.filter((one) => filter.accepts(one, names)).map(({ clause }) => clause);
}

describe('a filter', () => {
  it.each([
    ['', ['health.timeout', 'schedule.wrr.cycle', 'forward.data']],
    ['is:different', ['health.timeout', 'forward.data']],
    ['is:same', ['schedule.wrr.cycle']],
    ['-is:different', ['schedule.wrr.cycle']],
    ['count:1(fail)', ['health.timeout']],
    ['count:2(fail)', ['forward.data']],
    ['count:0(fail)', ['schedule.wrr.cycle']],
    ['haproxy:pass nginx:unsupported', ['health.timeout']],
    ['cmd:./mine:fail', ['health.timeout']],
    ['-haproxy:pass', ['forward.data']],
    ['WAITS health', ['health.timeout']],
    ['-schedule is:different count:2(fail)', ['forward.data']],
  ])('%j lets through the rows it describes', (text, expected) => {
    expect(passing(text)).toEqual(expected);
  });

  it('tells all its mistakes at once, with what there is', () => {
    expect(parseFilter('nginks:pass haproxy:passed count:1(flop)', names)).toMatchObject({
      mistakes: [
        { term: 'nginks:pass', why: expect.stringContaining('haproxy, nginx, cmd:./mine') },
        { term: 'haproxy:passed', why: expect.stringContaining('unsupported') },
        { term: 'count:1(flop)' },
      ],
    });
  });
});
