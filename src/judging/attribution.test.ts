/** Attribution: one observation breaks one clause, the most specific that claims it. */
import { describe, expect, it } from 'vitest';
import { attribute, type Judged } from './attribution.ts';

function failing(clause: string, ...evidence: number[]): Judged {
  return { clause, verdict: { is: 'fail', why: '', evidence, sometimes: {} } };
}

describe('attribution', () => {
  it('charges a shared line to the more specific clause', () => {
    const charged = attribute([failing('schedule.eligible', 4, 7), failing('draining.no-new', 7)]);
    expect(Object.fromEntries(charged)).toEqual({
      'schedule.eligible': 'draining.no-new',
      'draining.no-new': null,
    });
  });

  it('goes through clauses in between to the most specific of all', () => {
    const charged = attribute([
      failing('schedule.eligible', 7),
      failing('draining.no-new', 7),
      failing('draining.zero', 7),
    ]);
    expect(charged.get('schedule.eligible')).toBe('draining.zero');
    expect(charged.get('draining.no-new')).toBe('draining.zero');
    expect(charged.get('draining.zero')).toBeNull();
  });

  it('leaves failures on lines of their own, and clauses that entail nothing', () => {
    const charged = attribute([
      failing('schedule.eligible', 4),
      failing('draining.no-new', 7),
      failing('forward.port', 7),
    ]);
    expect([...charged.values()]).toEqual([null, null, null]);
  });

  it('charges what a failure leaves nothing of to that failure, on whichever lines and however narrow', () => {
    const underminer = failing('schedule.eligible', 7);
    const undermines = ['draining.no-new', 'forward.port'];
    const charged = attribute([
      { ...underminer, verdict: { ...underminer.verdict, undermines } },
      failing('draining.no-new', 7),
      failing('draining.zero', 9),
    ]);
    expect(Object.fromEntries(charged)).toEqual({
      'schedule.eligible': null,
      'draining.no-new': 'schedule.eligible',
      'draining.zero': null,
    });
  });

  it('knows no charge of what did not fail', () => {
    const passed: Judged = {
      clause: 'schedule.eligible',
      verdict: { is: 'pass', why: '', evidence: [7], sometimes: {} },
    };
    expect(attribute([passed, failing('draining.no-new', 7)]).has('schedule.eligible')).toBe(false);
  });
});
