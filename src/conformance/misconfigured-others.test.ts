/**
 * nginx, nftables and pen for real, misconfigured on purpose in one way at a time: each must fail exactly the clauses
 * that the mistake breaks, beside those that it fails anyhow.
 */
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../adapters/contract.ts';
import {
  createNftablesAdapter,
  type NftablesOptions,
} from '../adapters/nftables/nftables-adapter.ts';
import { createNginxAdapter, type NginxOptions } from '../adapters/nginx/nginx-adapter.ts';
import { createPenAdapter, type PenOptions } from '../adapters/pen/pen-adapter.ts';
import { clausesFailed, type Mistake, swapFirstTwo } from './misconfigured.fixture.ts';

const nginxMistakes: readonly Mistake<NginxOptions>[] = [
  {
    sentence: 'the weights of the first two servers are swapped',
    options: { edit: (text) => swapFirstTwo(text, / weight=(\d+)/g) },
    families: ['wrr-cycles', 'wlc-refill'],
    fails: ['schedule.wlc.ratio', 'schedule.wrr.cycle'],
  },
  {
    sentence: 'least_conn is forgotten',
    options: { edit: (text) => text.replace('    least_conn;\n', '') },
    families: ['wlc-refill', 'wrr-cycles'],
    fails: ['schedule.wlc.ratio'],
  },
  {
    sentence: 'the hash is taken of the source port',
    options: { edit: (text) => text.replace('$remote_addr', '$remote_addr$remote_port') },
    families: ['source-returns', 'wrr-cycles'],
    fails: ['schedule.source.sticky'],
  },
  {
    sentence: 'old workers are shut down in the middle of a drain',
    options: {
      edit: (text) => text.replace('daemon off;', 'daemon off; worker_shutdown_timeout 100ms;'),
    },
    families: ['draining'],
    // an old worker takes with it whatever it holds, whosever instance that is on
    fails: ['draining.established', 'draining.others'],
  },
  {
    sentence: 'idle connections are ended soon',
    options: { edit: (text) => text.replace('proxy_timeout 24h', 'proxy_timeout 100ms') },
    families: ['members-change'],
    // nobody left and nobody is ill: the clause on losing connections for no reason
    fails: ['load.no-loss'],
  },
];

const nftablesMistakes: readonly Mistake<NftablesOptions>[] = [
  {
    sentence: 'the slots of the first two instances are swapped',
    options: {
      edit: (rules) =>
        rules.replace(/mod (\d+)(.*) vmap \{.*\}/g, (map) => swapFirstTwo(map, /goto (\w+)/g)),
    },
    families: ['wrr-cycles', 'source-shares'],
    fails: ['schedule.source.share', 'schedule.wrr.cycle'],
  },
  {
    sentence: 'slots are drawn by chance',
    options: { edit: (rules) => rules.replaceAll('numgen inc', 'numgen random') },
    families: ['wrr-cycles', 'wrr-reweighs'],
    fails: ['schedule.wrr.cycle'],
  },
  {
    sentence: 'the hash is taken of the source port, too',
    options: { edit: (rules) => rules.replaceAll('jhash ip saddr', 'jhash ip saddr . tcp sport') },
    families: ['source-returns', 'wrr-cycles'],
    fails: ['schedule.source.sticky'],
  },
  {
    sentence: 'clients are remembered for a third of the time',
    options: {
      edit: (rules) =>
        rules.replace(/timeout (\d+)ms/g, (_, ms) => `timeout ${Math.round(Number(ms) / 3)}ms`),
    },
    families: ['persistence-sticks', 'persistence-off'],
    fails: ['persistence.sticks'],
  },
  {
    sentence: 'everybody gets traffic on the port of the service',
    options: {
      edit: (rules) => rules.replace(/dnat to ([\d.]+):\d+/g, 'dnat to $1:8080'),
    },
    families: ['forward-ports', 'wrr-cycles'],
    // where nobody listens on that port the client is refused
    fails: ['forward.port', 'load.no-loss'],
  },
];

const penMistakes: readonly Mistake<PenOptions>[] = [
  {
    sentence: 'the weights of the first two servers are swapped',
    options: {
      edit: (words) => swapFirstTwo(words.join(' '), /:0:0:(\d+)/g).split(' '),
      editCommand: (command) => (command.includes('weight') ? null : command),
    },
    families: ['wlc-refill'],
    fails: ['schedule.wlc.ratio'],
  },
  {
    sentence: 'least connections is forgotten',
    options: { edit: (words) => words.filter((word) => word !== '-W') },
    families: ['wlc-refill'],
    fails: ['schedule.wlc.ratio'],
  },
  {
    sentence: 'source IP is replaced by round robin',
    options: { edit: (words) => words.map((word) => (word === '-h' ? '-r' : word)) },
    families: ['source-returns'],
    fails: ['schedule.source.sticky'],
  },
  {
    sentence: 'there is room for two clients only',
    options: { edit: (words) => words.map((word) => (word === '65536' ? '2' : word)) },
    families: ['persistence-sticks', 'persistence-draining'],
    // each is remembered until two others came
    fails: ['persistence.sticks'],
  },
  {
    sentence: 'a removed server goes on',
    options: { editCommand: (command) => (command.includes('blacklist') ? null : command) },
    families: ['draining', 'members-change'],
    fails: ['draining.no-new'],
  },
];

interface Balancer<Options> {
  readonly name: string;
  create(options?: Options): Adapter;
  readonly mistakes: readonly Mistake<Options>[];
  /** Where nothing is wrong. */
  readonly failsAnyhow: readonly string[];
}

function judgeMisconfigured<Options>({ name, create, mistakes, failsAnyhow }: Balancer<Options>) {
  describe(`a real ${name}, misconfigured on purpose`, { timeout: 240_000 }, () => {
    const usually = failsAnyhow.length === 0 ? 'nothing' : `only ${failsAnyhow.join(' and ')}`;
    it.concurrent(`fails ${usually} when it is configured right`, async () => {
      expect(await clausesFailed(name, create(), 'all')).toEqual(failsAnyhow);
    });
    for (const { sentence, options, families, fails } of mistakes) {
      it.concurrent(`fails ${fails.join(' and ')} when ${sentence}`, async () => {
        expect(await clausesFailed(name, create(options), families)).toEqual(fails);
      });
    }
  });
}

judgeMisconfigured({
  name: 'nginx',
  create: createNginxAdapter,
  mistakes: nginxMistakes,
  // a reload forgets the connections that old workers hold
  failsAnyhow: ['schedule.wlc.ratio'],
});
judgeMisconfigured({
  name: 'nftables',
  create: createNftablesAdapter,
  mistakes: nftablesMistakes,
  failsAnyhow: [],
});
judgeMisconfigured({
  name: 'pen',
  create: createPenAdapter,
  mistakes: penMistakes,
  // its rotation and its hash overlook weights, and it never forgets a client
  failsAnyhow: ['persistence.expiry', 'schedule.source.share', 'schedule.wrr.cycle'],
});
