/**
 * A real HAProxy, misconfigured on purpose in one way at a time, must fail exactly the clauses that the mistake
 * breaks, and none where nothing is wrong.
 */
import { describe, expect, it } from 'vitest';
import { createHaproxyAdapter, type HaproxyOptions } from '../adapters/haproxy/haproxy-adapter.ts';
import { clausesFailed, type Mistake, swapFirstTwo } from './misconfigured.fixture.ts';

const mistakes: readonly Mistake<HaproxyOptions>[] = [
  {
    sentence: 'the weights of the first two servers are swapped',
    options: { edit: (text) => swapFirstTwo(text, / weight (\d+)/g) },
    families: ['wrr-cycles', 'wlc-refill', 'source-shares'],
    fails: ['schedule.source.share', 'schedule.wlc.ratio', 'schedule.wrr.cycle'],
  },
  {
    sentence: '`fall` is one too high',
    options: {
      edit: (text) => text.replace(/ fall (\d+)/g, (_, fall) => ` fall ${Number(fall) + 1}`),
    },
    families: ['health-thresholds'],
    fails: ['health.unhealthy-threshold'],
  },
  {
    sentence: '`fall` is one too low',
    options: {
      edit: (text) =>
        text.replace(/ fall (\d+)/g, (_, fall) => ` fall ${Math.max(1, Number(fall) - 1)}`),
    },
    families: ['health-thresholds'],
    fails: ['health.unhealthy-threshold'],
  },
  {
    sentence: '`rise` is one too high',
    options: {
      edit: (text) => text.replace(/ rise (\d+)/g, (_, rise) => ` rise ${Number(rise) + 1}`),
    },
    families: ['health-thresholds'],
    fails: ['health.healthy-threshold'],
  },
  {
    sentence: '`expire` is a third of what it should be',
    options: {
      edit: (text) =>
        text.replace(/expire (\d+)ms/g, (_, ms) => `expire ${Math.round(Number(ms) / 3)}ms`),
    },
    families: ['persistence-sticks', 'persistence-off'],
    fails: ['persistence.sticks'],
  },
  {
    sentence: 'known clients are let through a drain',
    options: { editCommand: (command) => (command.startsWith('clear table') ? null : command) },
    families: ['persistence-draining', 'draining'],
    fails: ['persistence.draining'],
  },
  {
    sentence: 'least connections is replaced by round robin',
    options: { edit: (text) => text.replace('balance leastconn', 'balance roundrobin') },
    families: ['wlc-refill', 'wlc-joins'],
    // that a released instance is not filled first follows from it: also affected
    fails: ['schedule.wlc.ratio'],
  },
  {
    sentence: 'one more class of status codes is called normal',
    options: {
      edit: (text) =>
        text.replace(/expect status (\S+)/g, (_, codes) => `expect status ${codes},500-599`),
    },
    families: ['health-codes', 'health-timeout'],
    fails: ['health.http.codes'],
  },
];

describe('a real HAProxy, misconfigured on purpose', { timeout: 240_000 }, () => {
  it.concurrent('fails nothing when it is configured right', async () => {
    expect(await clausesFailed('haproxy', createHaproxyAdapter(), 'all')).toEqual([]);
  });

  for (const { sentence, options, families, fails } of mistakes) {
    it.concurrent(`fails ${fails.join(' and ')} when ${sentence}`, async () => {
      const adapter = createHaproxyAdapter(options);
      expect(await clausesFailed('haproxy', adapter, families)).toEqual(fails);
    });
  }
});
