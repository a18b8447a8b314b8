/** The Python example as any user's adapter: right as it is, and caught wherever it is made wrong. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conform } from '../../conformance/conform.ts';
import { families } from '../../conformance/families/families.ts';
import { judgedClauses } from '../../conformance/judged-clauses.ts';
import type { ClauseResult } from '../../results/conformance-result.ts';
import { openTestbed } from '../../testbed/open-testbed.ts';
import { connect } from '../connect.ts';

const example = fileURLToPath(new URL('../../../examples/python', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterpoise-python-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function judged(connectable: string, ...prefixes: readonly string[]) {
  const testbed = await openTestbed(connect(connectable), connectable);
  const selected = judgedClauses
    .map(({ id }) => id)
    .filter((id) => prefixes.some((prefix) => id.startsWith(prefix)));
  // made for other clauses they take a process minutes, and show nothing here
  const made = families.filter(({ clauses }) => clauses.some((id) => selected.includes(id)));
  try {
    const { result } = await conform(testbed, {
      connectable,
      suite: 'test',
      seed: '1',
      profile: 'console',
      selected,
      families: made.map(({ name }) => name),
      filter: prefixes,
      jobs: 1,
      shrinkMs: 0,
      clock: () => 0,
      signal: new AbortController().signal,
      listen: () => {},
      save: async (name) => name,
      open: (specimen) => openTestbed(connect(specimen), specimen),
    });
    return result.clauses;
  } finally {
    await testbed.dispose();
  }
}

const named = (clauses: readonly ClauseResult[], verdict: ClauseResult['verdict']) =>
  clauses.filter((one) => one.verdict === verdict).map(({ id }) => id);

/** A copy with one piece of text replaced; the piece must be there. */
async function mutated(file: string, from: string, to: string): Promise<string> {
  const copy = await mkdtemp(join(folder, 'mutant-'));
  await cp(example, copy, { recursive: true });
  const path = join(copy, file);
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
  return `cmd:python3 ${join(copy, 'balancer.py')}`;
}

describe('the Python example', () => {
  it('keeps every promise that it declares', async () => {
    const clauses = await judged(`cmd:python3 ${join(example, 'balancer.py')}`, '');
    const others = clauses.filter(({ verdict }) => !['pass', 'not-applicable'].includes(verdict));
    expect(others.map(({ id, verdict, why }) => [id, verdict, why])).toEqual([]);
  }, 300_000);

  it.each([
    [
      'counts failures that are not in a row',
      'service.py',
      'instance.failures = 0 if passes else instance.failures + 1',
      'instance.failures += 0 if passes else 1',
      'health.consecutive',
    ],
    [
      'lets drains go on for ever',
      'service.py',
      'if instance.drain_ends_ms == ends_ms:',
      'if instance.drain_ends_ms == -1:',
      'draining.deadline',
    ],
    [
      'keys sessions by port as well',
      'balancer.py',
      'service.connect(params["connection"], params["source"])',
      'service.connect(params["connection"], params["source"] + str(params["port"]))',
      'persistence.source-address',
    ],
    [
      'ignores weights in round robin',
      'service.py',
      'one.turn += one.weight',
      'one.turn += 1',
      'schedule.wrr.cycle',
    ],
    [
      'accepts a timeout of 61 s',
      'configuration.py',
      'timeoutSeconds", 2, 60)',
      'timeoutSeconds", 2, 61)',
      'config.health.timeout',
    ],
  ])('is caught when it %s', async (_what, file, from, to, clause) => {
    const clauses = await judged(await mutated(file, from, to), clause);
    expect(named(clauses, 'fail')).toContain(clause);
  });
});
