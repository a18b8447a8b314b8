/**
 * An adapter on the call plane that keeps the protocol, except for one thing at one method: `node … HOW METHOD TOKEN`.
 * The token only makes its processes findable.
 */
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , how = 'obedient', where = 'connect', token = ''] = process.argv;
const capabilities = [
  ...[
    'configuration',
    'schedule.wrr',
    'schedule.wlc',
    'schedule.source',
    'check.tcp',
    'check.http',
  ],
  ...['persistence', 'persistence.draining', 'drain', 'drain.deadline', 'change.weight'],
  'change.configuration',
];
const answers = {
  describe: () => ({
    protocol: how === 'other-version' ? 7 : 1,
    name: 'hostile',
    version: '1',
    plane: 'call',
    time: ['stepped'],
    floorsMs: { checkTimeout: 0, persistence: 0, drain: 0 },
    capabilities: Object.fromEntries(
      capabilities.map((one) => [one, { supported: one === 'schedule.wrr' }]),
    ),
    traits: {},
    profiles: ['console'],
    limits: { deploymentsMax: 8, instancesMax: 100, connectionsMax: 1000 },
  }),
  deploy: ({ configuration, instances }) => {
    names = instances.map(({ name }) => name);
    return { outcome: { is: 'accepted' }, readBack: configuration };
  },
  setInstances: () => ({ is: 'accepted' }),
  reconfigure: () => ({ is: 'accepted' }),
  settle: () => null,
  status: () => [],
  connect: ({ connection }) => ({ placed: names[connection % names.length], port: 80 }),
  carry: () => ({ carried: true }),
  close: () => null,
  advance: ({ toMs }) => ({ nowMs: toMs, probes: [], cut: [] }),
  dispose: () => null,
};
let names = [];
let complaints = 0;

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const reply = (id, result) => say({ jsonrpc: '2.0', id, result });
const child = (detached) =>
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', token], {
    detached,
    stdio: ['ignore', 'inherit', 'inherit'],
  });

const deeds = {
  obedient: (id, result) => reply(id, result),
  'other-version': (id, result) => reply(id, result),
  hang: () => {},
  spin: () => {
    for (;;);
  },
  crash: () => process.exit(3),
  'end-quietly': () => process.exit(0),
  throw: () => {
    throw new Error('the balancer fell over');
  },
  twice: (id, result) => {
    reply(id, result);
    reply(id, result);
  },
  'unknown-id': (_id, result) => reply(999_999, result),
  garbage: () => process.stdout.write('Listening on port 80\n'),
  'not-utf8': () => process.stdout.write(Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a])),
  'long-line': (id) => {
    const part = 'x'.repeat(1 << 20);
    process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":"`);
    for (let mib = 0; mib < 100; mib++) process.stdout.write(part);
    process.stdout.write('"}\n');
  },
  late: (id, result) => setTimeout(() => reply(id, result), 2000),
  'half-a-line': (id) => {
    process.stdout.write(`{"jsonrpc":"2.0","id":${id},"res`, () => process.exit(0));
  },
  'wrong-shape': (id) => reply(id, { surprise: true }),
  'no-response': (id) => say({ id, result: 1 }),
  batch: (id, result) => say([{ jsonrpc: '2.0', id, result }]),
  'own-question': () => say({ jsonrpc: '2.0', id: 1, method: 'describe', params: {} }),
  'error-reply': (id) => say({ jsonrpc: '2.0', id, error: { code: 5, message: 'no route' } }),
  complaining: (id, { port }) => {
    writeSync(2, `complaint ${complaints++}\n`);
    // what is said on one stream may be heard after what is said on the other
    setTimeout(() => say({ jsonrpc: '2.0', id, error: { code: 5, message: `no ${port}` } }), 50);
  },
  'orphan-and-exit': () => {
    child(false);
    process.exit(0);
  },
  'daemon-and-exit': () => {
    child(true).unref();
    setTimeout(() => process.exit(0), 50);
  },
  'stderr-flood': (id, result) => {
    const part = 'noise '.repeat(20_000);
    for (let times = 0; times < 200; times++) process.stderr.write(part);
    reply(id, result);
  },
  unending: (id, result) => {
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    reply(id, result);
  },
  backwards: (id, { probes, cut }) => reply(id, { nowMs: 0, probes, cut }),
  stuck: (id, result) => reply(id, { ...result, nowMs: 1 }),
  'strange-probe': (id, result) => {
    const probe = { probe: 1, instance: 'nobody', method: 'tcp', port: 80 };
    reply(id, { ...result, probes: [probe] });
  },
  'strange-place': (id) => reply(id, { placed: 'nobody', port: 80 }),
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    const result = answers[method](params);
    const isHere = method === where || where === 'every';
    (isHere ? deeds[how] : deeds.obedient)(id, result);
  })
  .on('close', () => {
    if (how !== 'unending') process.exit(0);
  });
