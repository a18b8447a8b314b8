/**
 * `npm run bench:queues`: the candidates for pending departures on the yardstick's mix of times: as many pending as
 * connections are open, each popped departure followed by a push an exponential time ahead. CPU nanoseconds a pop and a
 * push, medians of several interleaved rounds; all must pop the same events in the same order.
 */
import { samplerOf } from '../src/random/distributions.ts';
import { openStream } from '../src/random/stream.ts';
import { EventQueue } from '../src/simulation/event-queue.ts';
import { WheelQueue } from '../src/simulation/wheel-queue.ts';
import { FourAryHeap } from './four-ary-heap.ts';
import { machine, median, numberOption } from './measuring.ts';

const rounds = numberOption('rounds', 7);
const holds = 1_000_000;
const meanHoldMs = 30_000;
const pendings = [100, 1000, 60_000, 600_000];

interface Queue {
  readonly headMs: Float64Array;
  readonly atMs: Float64Array;
  push(payload: number): void;
  pop(): number;
}
const candidates: Readonly<Record<string, (pending: number) => Queue>> = {
  'binary heap': () => new EventQueue(),
  '4-ary heap': () => new FourAryHeap(),
  wheel: (pending) => new WheelQueue(meanHoldMs / pending, meanHoldMs),
};

/** What is pushed when: the same for all. */
const aheadMs = new Float64Array(2 ** 20);
samplerOf({ kind: 'exponential', mean: meanHoldMs }, openStream('queues', 'holds', 0))(aheadMs);

function hold(queue: Queue, pending: number): { readonly ns: number; readonly digest: number } {
  let drawn = 0;
  const next = () => aheadMs[drawn++ & (aheadMs.length - 1)] as number;
  for (let event = 0; event < pending; event++) {
    queue.atMs[0] = next();
    queue.push(event);
  }
  let digest = 0;
  const turn = (count: number) => {
    for (let held = 0; held < count; held++) {
      const nowMs = queue.headMs[0] as number;
      const payload = queue.pop();
      digest = (Math.imul(digest, 31) + payload) | 0;
      queue.atMs[0] = nowMs + next();
      queue.push(payload);
    }
  };
  turn(Math.max(holds / 5, pending));
  const before = process.cpuUsage();
  turn(holds);
  const { user, system } = process.cpuUsage(before);
  return { ns: ((user + system) * 1000) / holds, digest };
}

console.log(`queues: ${holds} pops and pushes, median of ${rounds}, ${machine()}`);
const ns: Record<string, Record<string, number>> = {};
for (const pending of pendings) {
  const measured: Record<string, number[]> = {};
  const digests = new Set<number>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, make] of Object.entries(candidates)) {
      const told = hold(make(pending), pending);
      measured[name] = [...(measured[name] ?? []), told.ns];
      digests.add(told.digest);
    }
  }
  for (const [name, values] of Object.entries(measured)) {
    ns[name] = { ...ns[name], [pending]: Math.round(median(values)) };
    console.log(`  ${pending} pending, ${name}: ${median(values).toFixed(0)} ns`);
  }
  if (digests.size === 1) continue;
  console.error('the candidates do not pop the same events in the same order');
  process.exitCode = 1;
}
console.log(JSON.stringify({ bench: 'queues', ns }));
