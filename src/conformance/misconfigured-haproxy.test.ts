/**
 * A real HAProxy, misconfigured on purpose in one way at a time, must fail exactly the clauses that the mistake
 * breaks. Everything that it does is judged each time, and what it accepts once, where nothing is wrong.
 */
import { cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import { connect } from '../adapters/connect.ts';
import { createHaproxyAdapter } from '../adapters/haproxy/haproxy-adapter.ts';
import { openTestbed } from '../testbed/open-testbed.ts';
import { conform } from './conform.ts';
import { judgedClauses } from './judged-clauses.ts';

interface Mistake {
  readonly sentence: string;
  readonly edit?: (configuration: string) => string;
  readonly editCommand?: (command: string) => string | null;
  readonly fails: readonly string[];
}

const mistakes: readonly Mistake[] = [
  {
    sentence: 'the weights of the first two servers are swapped',
    edit: swapFirstWeights,
    fails: ['schedule.source.share', 'schedule.wlc.ratio', 'schedule.wrr.cycle'],
  },
  {
    sentence: '`fall` is one too high',
    edit: (text) => text.replace(/ fall (\d+)/g, (_, fall) => ` fall ${Number(fall) + 1}`),
    fails: ['health.unhealthy-threshold'],
  },
  {
    sentence: '`fall` is one too low',
    edit: (text) =>
      text.replace(/ fall (\d+)/g, (_, fall) => ` fall ${Math.max(1, Number(fall) - 1)}`),
    fails: ['health.unhealthy-threshold'],
  },
  {
    sentence: '`rise` is one too high',
    edit: (text) => text.replace(/ rise (\d+)/g, (_, rise) => ` rise ${Number(rise) + 1}`),
    fails: ['health.healthy-threshold'],
  },
  {
    sentence: '`expire` is a third of what it should be',
    edit: (text) =>
      text.replace(/expire (\d+)ms/g, (_, ms) => `expire ${Math.round(Number(ms) / 3)}ms`),
    fails: ['persistence.sticks'],
  },
  {
    sentence: 'known clients are let through a drain',
    editCommand: (command) => (command.startsWith('clear table') ? null : command),
    fails: ['persistence.draining'],
  },
  {
    sentence: 'least connections is replaced by round robin',
    edit: (text) => text.replace('balance leastconn', 'balance roundrobin'),
    // that a released instance is not filled first follows from it: also affected
    fails: ['schedule.wlc.ratio'],
  },
  {
    sentence: 'one more class of status codes is called normal',
    edit: (text) =>
      text.replace(/expect status (\S+)/g, (_, codes) => `expect status ${codes},500-599`),
    fails: ['health.http.codes'],
  },
];

function swapFirstWeights(text: string): string {
  const weights = [...text.matchAll(/ weight (\d+)/g)].map(([, weight]) => weight);
  const swapped = [weights[1], weights[0], ...weights.slice(2)];
  let index = 0;
  return text.replace(/ weight (\d+)/g, () => ` weight ${swapped[index++]}`);
}

/** What is accepted is the adapter's matter and the same each time: looked at once, where nothing is wrong. */
const behaviour = judgedClauses.map(({ id }) => id).filter((id) => !id.startsWith('config.'));

async function clausesFailedBy(
  mistake: Partial<Mistake>,
  selected: readonly string[] = behaviour,
): Promise<readonly string[]> {
  const testbed = await openTestbed(createHaproxyAdapter(mistake), 'haproxy');
  try {
    const { result } = await conform(testbed, {
      connectable: 'haproxy',
      suite: 'test',
      seed: '1',
      profile: 'console',
      selected,
      filter: [],
      jobs: 2 * cpus().length,
      shrinkMs: 0,
      clock: () => performance.now(),
      signal: new AbortController().signal,
      listen: () => undefined,
      open: (specimen) => openTestbed(connect(specimen), specimen),
      save: async (name) => name,
    });
    expect(result.counts.error).toBe(0);
    return result.clauses.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);
  } finally {
    await testbed.dispose();
  }
}

describe('a real HAProxy, misconfigured on purpose', { timeout: 240_000 }, () => {
  for (const mistake of mistakes) {
    it(`fails ${mistake.fails.join(' and ')} when ${mistake.sentence}`, async () => {
      expect([...(await clausesFailedBy(mistake))].toSorted()).toEqual(mistake.fails);
    });
  }

  it('fails nothing when it is configured right', async () => {
    const everything = judgedClauses.map(({ id }) => id);
    expect(await clausesFailedBy({}, everything)).toEqual([]);
  });
});
