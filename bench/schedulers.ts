/**
 * `npm run bench:schedulers`: what a pick costs with 10,000 instances against 10, connections held and released between
 * picks as in a run; for sources that come again and for sources never seen before; and what a change costs, with the
 * pick after it. Median of seven, each ratio within one round.
 */
import type { InstanceColumns, Scheduler } from '../src/scheduling/scheduler.ts';
import { schedulers } from '../src/scheduling/schedulers.ts';
import { machine, median } from './measuring.ts';

const rounds = 7;
const picks = 1_000_000;
/** Of those that come again. */
const knownSources = 4096;
/** An instance goes or comes back once in so many picks. */
const picksAChange = 100;
const heldPerInstance = 6;

interface Load {
  readonly sourcesMax: number;
  readonly hasChanges: boolean;
}
const loads: Readonly<Record<string, Load>> = {
  ratio: { sourcesMax: knownSources, hasChanges: false },
  ratioOfNewSources: { sourcesMax: 2 ** 21, hasChanges: false },
  ratioWithChanges: { sourcesMax: knownSources, hasChanges: true },
};

/** CPU nanoseconds a pick, everything included that the service does to keep the scheduler informed. */
function costNs(name: keyof typeof schedulers, instancesMax: number, load: Load): number {
  const { sourcesMax } = load;
  const weight = Int32Array.from({ length: instancesMax }, (_, index) => 1 + (index % 10));
  const active = new Int32Array(instancesMax);
  const isEligible = new Uint8Array(instancesMax).fill(1);
  const address = Uint32Array.from({ length: sourcesMax }, (_, source) => 0x64400001 + source);
  const columns = { instancesMax, weight, active, isEligible };
  const scheduler = schedulers[name](columns, { sourcesMax, address });
  const held = new Int32Array(heldPerInstance * instancesMax).fill(-1);
  const warming = Math.max(picks / 5, 2 * held.length);
  pickMany(scheduler, columns, held, 0, warming, load);
  const before = process.cpuUsage();
  pickMany(scheduler, columns, held, warming, picks, load);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / picks;
}

function pickMany(
  scheduler: Scheduler,
  { active, isEligible }: InstanceColumns,
  held: Int32Array,
  from: number,
  count: number,
  { sourcesMax, hasChanges }: Load,
): void {
  let state = 1;
  for (let pick = from; pick < from + count; pick++) {
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
    if (hasChanges && pick % picksAChange === 0) {
      const who = (state >>> 0) % active.length;
      isEligible[who] = 1 - (isEligible[who] as number);
      scheduler.eligibilityChanged(who);
    }
    const instance = scheduler.pick(pick & (sourcesMax - 1));
    held[place] = instance;
    if (instance < 0) continue;
    active[instance] = (active[instance] as number) + 1;
    scheduler.loadChanged(instance);
  }
}

console.log(`schedulers: ${picks} picks, median of ${rounds}, ${machine()}`);
const ratios: Record<string, Record<string, number>> = {};
for (const [kind, load] of Object.entries(loads)) {
  const ratio: Record<string, number> = {};
  ratios[kind] = ratio;
  for (const name of Object.keys(schedulers) as (keyof typeof schedulers)[]) {
    const measured = Array.from({ length: rounds }, () => {
      const small = costNs(name, 10, load);
      return { small, large: costNs(name, 10_000, load) };
    });
    ratio[name] = Number(median(measured.map(({ small, large }) => large / small)).toFixed(2));
    const small = median(measured.map((each) => each.small)).toFixed(0);
    const large = median(measured.map((each) => each.large)).toFixed(0);
    console.log(
      `  ${kind}, ${name}: ${small} ns with 10 instances, ${large} ns with 10,000: ${ratio[name]}×`,
    );
  }
}
console.log(JSON.stringify({ bench: 'schedulers', ...ratios }));
