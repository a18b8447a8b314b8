/**
 * `npm run bench:schedulers`: what a pick costs with 10,000 instances against 10, connections held and released between
 * picks as in a run. Median of seven, each ratio within one round.
 */
import type { Scheduler } from '../src/scheduling/scheduler.ts';
import { schedulers } from '../src/scheduling/schedulers.ts';
import { machine, median } from './measuring.ts';

const rounds = 7;
const picks = 1_000_000;
const sourcesMax = 4096;
const heldPerInstance = 6;

/** CPU nanoseconds a pick, everything included that the service does to keep the scheduler informed. */
function costNs(name: keyof typeof schedulers, instancesMax: number): number {
  const weight = Int32Array.from({ length: instancesMax }, (_, index) => 1 + (index % 10));
  const active = new Int32Array(instancesMax);
  const isEligible = new Uint8Array(instancesMax).fill(1);
  const address = Uint32Array.from({ length: sourcesMax }, (_, source) => 0x64400001 + source);
  const columns = { instancesMax, weight, active, isEligible };
  const scheduler = schedulers[name](columns, { sourcesMax, address });
  const held = new Int32Array(heldPerInstance * instancesMax).fill(-1);
  pickMany(scheduler, active, held, Math.max(picks / 5, 2 * held.length));
  const before = process.cpuUsage();
  pickMany(scheduler, active, held, picks);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / picks;
}

function pickMany(scheduler: Scheduler, active: Int32Array, held: Int32Array, count: number): void {
  let state = 1;
  for (let pick = 0; pick < count; pick++) {
    // xorshift: which connection ends
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const place = (state >>> 0) % held.length;
    const ended = held[place] as number;
    if (ended >= 0) {
      active[ended] = (active[ended] as number) - 1;
      scheduler.loadChanged(ended);
    }
    const instance = scheduler.pick(pick & (sourcesMax - 1));
    active[instance] = (active[instance] as number) + 1;
    scheduler.loadChanged(instance);
    held[place] = instance;
  }
}

console.log(`schedulers: ${picks} picks, median of ${rounds}, ${machine()}`);
const ratio: Record<string, number> = {};
for (const name of Object.keys(schedulers) as (keyof typeof schedulers)[]) {
  const measured = Array.from({ length: rounds }, () => {
    const small = costNs(name, 10);
    return { small, large: costNs(name, 10_000) };
  });
  ratio[name] = Number(median(measured.map(({ small, large }) => large / small)).toFixed(2));
  const small = median(measured.map((each) => each.small)).toFixed(0);
  const large = median(measured.map((each) => each.large)).toFixed(0);
  console.log(`  ${name}: ${small} ns with 10 instances, ${large} ns with 10,000: ${ratio[name]}×`);
}
console.log(JSON.stringify({ bench: 'schedulers', ratio }));
