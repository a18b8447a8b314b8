/** The verb `clauses`: nothing of the book is left out, and the page that README links is what the program says. */
import { describe, expect, it } from 'vitest';
import { clauses } from '../spec/clauses.ts';
import { listClauses, runClauses } from './clauses.ts';

const look = { colour: false, width: 100 };

describe('counterpoise clauses', () => {
  it('lists every clause of the book, each with a judge', () => {
    const listed = listClauses([]).clauses;
    expect(listed.map(({ id }) => id)).toEqual(clauses.map(({ id }) => id));
    expect(listed.filter(({ judge }) => judge === null)).toEqual([]);
    const untried = listed.filter(
      ({ judge, timelines }) => judge === 'history' && timelines.length === 0,
    );
    expect(untried).toEqual([]);
  });

  it('says of one clause what it says, where it stands and which defects it catches', () => {
    const text = runClauses({ words: ['draining.no-new'], json: false, markdown: false }, look);
    expect(text).toContain('An instance that was removed gets no new connection.');
    expect(text).toContain('Basic Information: Connection draining');
    expect(text).toContain('drain-accepts-new');
  });

  it('refuses a word that matches nothing', () => {
    expect(() => listClauses(['drainnig'])).toThrow('no clause matches "drainnig"');
  });

  it('is the page in docs', async () => {
    const page = runClauses({ words: [], json: false, markdown: true }, look);
    await expect(page).toMatchFileSnapshot('../../docs/clauses.md');
  });
});
