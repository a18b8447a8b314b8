/** The verb `judge` on right, wrong, odd and broken histories: a verdict or a place, and never green by default. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperatorError } from '../errors/operator-error.ts';
import { encodeHistory } from '../history/codec.ts';
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import { FakeBalancer, type Wrong } from '../judging/balancer.fixture.ts';
import { recounted } from '../judging/fake-tape.fixture.ts';
import type { JudgeResult } from '../results/judge-result.ts';
import { runJudge } from './judge.ts';
import type { Terminal } from './terminal.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'judge-'));
});
afterAll(() => rm(folder, { recursive: true }));

function recorded(wrong: Wrong = {}): History {
  return new FakeBalancer({ weights: { a: 5, b: 1, c: 1 } }, wrong).rounds(4).openFresh(42).end();
}

const clause = 'schedule.wrr.cycle';

async function judged(
  content: History | string | Uint8Array,
  clauses: readonly string[] = [clause],
  more: { readonly service?: string } = {},
): Promise<{ exitCode: number; result: JudgeResult }> {
  const file = join(folder, 'history.ndjson');
  const isHistory = typeof content === 'object' && 'events' in content;
  await writeFile(file, isHistory ? encodeHistory(content) : content);
  let printed = '';
  const terminal = { print: (text: string) => (printed = text) } as unknown as Terminal;
  const exitCode = await runJudge({ file, clauses, ...more, json: true }, terminal);
  return { exitCode, result: JSON.parse(printed) };
}

async function complaintOn(content: string | Uint8Array): Promise<string> {
  try {
    await judged(content);
  } catch (error) {
    if (error instanceof OperatorError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'none';
}

function withEvents({ header, events }: History, edit: (events: HistoryEvent[]) => HistoryEvent[]) {
  return { header, events: edit([...events]) };
}

describe('counterpoise judge', () => {
  it('answers 0 where a clause could have been broken and was not, 1 where it was', async () => {
    const right = await judged(recorded());
    expect(right.exitCode).toBe(0);
    expect(right.result.verdicts).toMatchObject([{ clause, is: 'pass' }]);
    const wrong = await judged(recorded({ weights: { a: 1, b: 5, c: 1 } }));
    expect(wrong.exitCode).toBe(1);
    expect(wrong.result.story.some(({ isEvidence }) => isEvidence)).toBe(true);
  });

  it('answers 2 where a clause was asked for that the history is no case of, 4 where it is no case of any', async () => {
    expect((await judged(recorded(), ['persistence.sticks'])).exitCode).toBe(2);
    const nothing = new FakeBalancer({ method: 'tcp' }).end();
    expect((await judged(nothing, [])).exitCode).toBe(4);
  });

  it('answers 1 where a clause that was asked for is broken, though a narrower one that was not is, too', async () => {
    const drained = new FakeBalancer(
      { weights: { a: 1, b: 1, c: 1 }, drainSeconds: 60 },
      { keepsRemoved: true },
    )
      .rounds(4)
      .openFresh(6, { hold: true })
      .remove('c')
      .openFresh(30)
      .end();
    const { exitCode, result } = await judged(drained, ['schedule.eligible', 'forward.port']);
    expect(result.gate.why).toBe('fails schedule.eligible');
    expect(exitCode).toBe(1);
    expect(result.verdicts).toContainEqual(
      expect.objectContaining({ clause: 'schedule.eligible', is: 'fail', attributedTo: null }),
    );
    const both = await judged(drained, ['schedule.eligible', 'draining']);
    expect(both.result.verdicts).toContainEqual(
      expect.objectContaining({
        clause: 'schedule.eligible',
        attributedTo: expect.stringContaining('draining.'),
      }),
    );
    expect(both.exitCode).toBe(1);
  });

  it('is never green on a history that was cut off or runs backwards, and names the line', async () => {
    const cut = await judged(withEvents(recorded(), (events) => events.slice(0, -1)));
    expect(cut).toMatchObject({ exitCode: 2, result: { verdicts: [] } });
    expect(cut.result.defects).toEqual(['the history was cut off before its end']);
    const backwards = await judged(
      withEvents(recorded(), (events) =>
        events.with(30, { ...events[30], fromMs: 0, toMs: 0 } as HistoryEvent),
      ),
    );
    expect(backwards.exitCode).toBe(2);
    expect(backwards.result.defects[0]).toMatch(/history\.ndjson:32:1 {2}time runs backwards$/);
    const headerOnly = await judged(withEvents(recorded(), () => []));
    expect(headerOnly.exitCode).toBe(2);
  });

  it('does not decide by the order of two events at one instant', async () => {
    // the fake balancer opens all connections at one instant: which of two lines comes first is no clock's matter
    const swapped = withEvents(recorded(), (events) => {
      const first = events.findIndex(({ event }) => event === 'connection.closed');
      const pair = [events[first], events[first + 1]] as [HistoryEvent, HistoryEvent];
      return events.with(first, pair[1]).with(first + 1, pair[0]);
    });
    expect((await judged(swapped)).exitCode).not.toBe(1);
  });

  it('answers 65 with a place to what is no history', async () => {
    const lines = encodeHistory(recorded()).split('\n');
    expect(await complaintOn('')).toMatch(/^65 .*history\.ndjson:1:1 {2}the history is empty$/);
    expect(await complaintOn(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1))).toMatch(
      /^65 .*:1:5 .*NUL/,
    );
    expect(await complaintOn(lines.with(6, '{"event":"check.replied" garbage').join('\n'))).toMatch(
      /^65 .*history\.ndjson:7:26 {2}this is no JSON object/,
    );
    expect(await complaintOn(lines.slice(1).join('\n'))).toMatch(/^65 .*:1:1 {2}a history begins/);
  });

  it('takes the service from a file where the history has none', async () => {
    const history = recorded();
    const bare = {
      header: { ...history.header, configuration: null },
      events: recounted(history.events.filter(({ event }) => event !== 'service.configured')),
    };
    expect((await judged(bare)).exitCode).toBe(2);
    const service = join(folder, 'service.json');
    await writeFile(service, JSON.stringify(history.header.configuration));
    expect((await judged(bare, [clause], { service })).exitCode).toBe(0);
    await writeFile(service, '{"backendServices":[]}');
    await expect(judged(bare, [clause], { service })).rejects.toThrow(
      'not valid in the console profile',
    );
  });

  describe('with a service that is not the one that the history saw', () => {
    const history = recorded();
    const [saw] = (history.header.configuration as { backendServices: object[] }).backendServices;
    const complaint = async (document: object, on: History = history) => {
      const service = join(folder, 'service.json');
      await writeFile(service, JSON.stringify(document));
      try {
        await judged(on, [clause], { service });
      } catch (error) {
        if (error instanceof OperatorError) return `${error.exitCode} ${error.message}`;
        throw error;
      }
      return 'none';
    };

    it.each<[string, object]>([
      ['scheduling is source-ip here, and weighted-round-robin', { scheduling: 'source-ip' }],
      ['port is 81 here, and 8080', { port: 81 }],
      [
        'connectionDraining.durationSeconds is 60 here, and 300',
        { connectionDraining: { durationSeconds: 60 } },
      ],
    ])('names both places: %s', async (what, change) => {
      const told = await complaint({ backendServices: [{ ...saw, ...change }] });
      expect(told).toMatch(/^65 .*service\.json:1:\d+ {2}.* in .*history\.ndjson:1:1$/);
      expect(told).toContain(what);
    });

    it('compares durations where no document was recorded', async () => {
      const bare = (time: 'stepped' | 'scaled', factor: number): History => ({
        header: { ...history.header, time, configuration: null },
        events: history.events.map((one) =>
          one.event === 'service.configured' && one.effective !== null
            ? {
                ...one,
                configuration: null,
                effective: {
                  ...one.effective,
                  intervalMs: one.effective.intervalMs * factor,
                  timeoutMs: one.effective.timeoutMs * factor,
                },
              }
            : one,
        ),
      });
      const same = { backendServices: [saw] };
      expect(await complaint(same, bare('stepped', 1))).toBe('none');
      expect(await complaint(same, bare('stepped', 0.1))).toMatch(
        /intervalSeconds is 5000 ms here, and 500 ms in .*:2:1$/,
      );
      expect(await complaint(same, bare('scaled', 0.1))).toBe('none');
      const persistent = { ...saw, sessionPersistence: { enabled: true } };
      expect(await complaint({ backendServices: [persistent] }, bare('scaled', 0.1))).toContain(
        'sessionPersistence.durationSeconds is',
      );
    });

    it('takes neither several services nor one of another profile', async () => {
      expect(await complaint({ backendServices: [saw, { ...saw, name: 'other' }] })).toMatch(
        /service\.json:1:\d+ {2}a history is of one service, and these are 2$/,
      );
      expect(await complaint({ profile: 'openapi', backendServices: [saw] })).toMatch(
        /service\.json:1:\d+ {2}the profile is openapi, and console in .*history\.ndjson:1:1$/,
      );
    });

    it('takes the same one', async () => {
      expect(await complaint({ backendServices: [saw] })).toBe('none');
    });
  });
});
