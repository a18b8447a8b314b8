/** Attribution: one observation breaks one clause, the most specific that claims it. */
import { describe, expect, it } from 'vitest';
import { attribute, chargedAmong, type Judged, verdictsOn } from './attribution.ts';

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

describe('charges among the clauses that were asked about', () => {
  const of = (judged: readonly Judged[], ...asked: readonly string[]) => {
    const charged = attribute(judged);
    const all = judged.map((one) => ({ ...one, attributedTo: charged.get(one.clause) ?? null }));
    const found = chargedAmong(all, asked);
    return Object.fromEntries(found.map(({ clause, attributedTo }) => [clause, attributedTo]));
  };
  const drains = [
    failing('schedule.eligible', 7),
    failing('draining.no-new', 7),
    failing('draining.zero', 7),
  ];

  it('leave a failure to the wider clause where nobody asked about a narrower one', () => {
    expect(of(drains, 'schedule.eligible', 'forward.port')['schedule.eligible']).toBeNull();
  });

  it('are as they were where the narrower one was asked about', () => {
    expect(of(drains, 'schedule.eligible', 'draining.zero')['schedule.eligible']).toBe(
      'draining.zero',
    );
    const all = drains.map(({ clause }) => clause);
    expect(of(drains, ...all)).toEqual({
      'schedule.eligible': 'draining.zero',
      'draining.no-new': 'draining.zero',
      'draining.zero': null,
    });
  });

  it('name a premise, and what leaves nothing of a clause, though nobody asked about it', () => {
    const beside = [failing('schedule.eligible', 7), failing('health.isolation', 7)];
    expect(of(beside, 'schedule.eligible')['schedule.eligible']).toBe('health.isolation');
    const underminer = failing('schedule.wrr.cycle', 1);
    const undermines = ['draining.no-new'];
    const undermined = [
      { ...underminer, verdict: { ...underminer.verdict, undermines } },
      failing('draining.no-new', 7),
      failing('schedule.eligible', 7),
    ];
    expect(of(undermined, 'schedule.eligible')['schedule.eligible']).toBe('schedule.wrr.cycle');
  });

  it('leave open what may only be the doing of a clause that nobody asked about', () => {
    const premise = { ...failing('health.isolation', 7), attributedTo: null };
    const beside = { ...failing('schedule.eligible', 7), attributedTo: 'health.isolation' };
    const [only, ...others] = verdictsOn(['schedule.eligible'], [beside, premise]);
    expect(others).toEqual([]);
    expect(only?.verdict).toMatchObject({
      is: 'inconclusive',
      why: expect.stringContaining('also affected by the failure of health.isolation'),
    });
    expect(verdictsOn(['schedule', 'health.isolation'], [beside, premise])[0]?.verdict.is).toBe(
      'fail',
    );
  });
});
