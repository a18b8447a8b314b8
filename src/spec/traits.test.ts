/** What somebody declares, held against the table: what ours declare fits, and slips are told with what was meant. */
import { describe, expect, it } from 'vitest';
import { clauses } from './clauses.ts';
import { knownTraits, unknownDeclarations, wrongReadings } from './traits.ts';

const declared = (name: string, reading: unknown) => ({ traits: { [name]: { reading } } });

describe('declared traits', () => {
  it('are those that clauses are decided by, and a few more', () => {
    const deciding = clauses.flatMap(({ trait }) => trait ?? []);
    expect(deciding.filter((name) => !Object.hasOwn(knownTraits, name))).toEqual([]);
  });

  it.each([
    ['draining.deadline', 'clsoe', 'only as "close", "leave"; did you mean "close"?'],
    ['draining.deadline', 5, 'as 5, only as "close", "leave"'],
    ['source.shareTolerance', '0.05', 'as "0.05", only as a number from 0 to 1'],
    ['wrr.schedulers', 1.5, 'only as a whole number from 1, or "n"'],
    ['wrr.washoutCycles', 3, 'only as a whole number from 0 to 2'],
    ['health.timerSlackMs', -1, 'only as a number from 0'],
  ])('are told when they are misread: %s as %j', (name, reading, told) => {
    const [fault, ...others] = wrongReadings(declared(name, reading));
    expect(fault).toContain(`\`${name}\` cannot be read`);
    expect(fault).toContain(told);
    expect(others).toEqual([]);
  });

  it.each([
    ['draining.deadline', 'leave'],
    ['wrr.schedulers', 'n'],
    ['wrr.schedulers', 4],
    ['change.propagationMs', 0.5],
    ['a.later.one', 'whatever'],
    ['constructor', 'whatever'],
  ])('may be read so: %s as %j', (name, reading) => {
    expect(wrongReadings(declared(name, reading))).toEqual([]);
  });

  it('are told when nobody knows them, as capabilities are', () => {
    const traits = { 'draining.dedline': { reading: 'close' }, refusal: { reading: 'reset' } };
    const capabilities = { 'schedule.wrrr': {}, 'schedule.wrr': {}, entirelyElse: {} };
    expect(unknownDeclarations({ traits, capabilities })).toEqual([
      'the trait `draining.dedline` is not known, and says nothing; did you mean `draining.deadline`?',
      'the capability `schedule.wrrr` is not known, and says nothing; did you mean `schedule.wrr`?',
      'the capability `entirelyElse` is not known, and says nothing',
    ]);
  });
});
