/**
 * Timelines of days as they come: whatever operators, clients and instances do, in any order and at any time, with
 * looks at what became of it. The other families each make sure that something is decided; this one comes upon what
 * nobody thought of.
 */
import fc from 'fast-check';
import type { ReplyScript, Step, Timeline } from '../timeline.ts';
import type { Bounds, Family, ServiceChoice } from './family.ts';
import { clientsNamed, cycleOf, documentOf, head, namesOf, scriptOf, settled } from './family.ts';
import { checksToBeSure } from './weights.ts';

/** Something that happens on a day; the numbers choose among what is possible when it comes to it. */
interface Errand {
  readonly what: keyof typeof errands;
  readonly which: number;
  readonly how: number;
}

/** What an errand finds, and what it may change. */
interface Situation {
  readonly bounds: Bounds;
  readonly members: Map<string, number>;
  /** Instances whose checks fail. */
  readonly failing: Set<string>;
  readonly away: Set<string>;
  choice: Required<Pick<ServiceChoice, 'scheduling' | 'persistence' | 'drainSeconds' | 'check'>>;
  /** Whom something happened to last. */
  last: string;
}

const algorithms = ['weighted-round-robin', 'weighted-least-connections', 'source-ip'] as const;
const drains = [0, 30, 60, 300] as const;
const regulars = clientsNamed(8);
const failures: readonly [ReplyScript, ...ReplyScript[]] = [
  { reply: 503 },
  { reply: 'silence' },
  { reply: 'refused' },
];
/** Checks, short ones and long ones in a row, by which states change and counts begin again. */
const flaps = ['FP', 'FFP', 'FFFPF', 'FFFFFPFPP', 'FFFFFFPPPP'] as const;
const connectionsMax = 48;

function chosen<Value>(values: readonly [Value, ...Value[]], number: number): Value {
  return values[number % values.length] ?? values[0];
}

/** Always the same for one name: what another one would mean for somebody who is listed nobody says. */
function portOf(name: string): number | null {
  return name > 'd' ? 9000 : null;
}

function memberOf({ members }: Situation, number: number): string {
  return [...members.keys()][number % members.size] ?? 'a';
}

const errands = {
  /** Enough traffic, in the way that its algorithm shows in, to tell who is given what. */
  look(situation: Situation, { which }: Errand): readonly Step[] {
    const { choice, members } = situation;
    const cycle = cycleOf([...members.values()]);
    if (choice.scheduling === 'weighted-round-robin') {
      return [{ do: 'open', count: Math.min(connectionsMax, 5 * cycle), sources: 'fresh' }];
    }
    if (choice.scheduling === 'source-ip') {
      const sources = clientsNamed(20);
      return [
        { do: 'open', count: 20, sources },
        { do: 'open', count: 20, sources: sources.toReversed() },
      ];
    }
    return [
      { do: 'close', of: 'all', share: 0.2 },
      { do: 'close', of: memberOf(situation, which), share: 0.8 },
      { do: 'refill', to: Math.min(connectionsMax, Math.ceil(24 / cycle) * cycle) },
    ];
  },
  regulars: (_: Situation, { how }: Errand): readonly Step[] => [
    { do: 'open', count: regulars.length, sources: regulars, hold: how % 3 === 0 },
  ],
  hold: (): readonly Step[] => [{ do: 'open', count: 6, sources: 'fresh', hold: true }],
  carry: (): readonly Step[] => [{ do: 'carry' }],
  close: (situation: Situation, { which, how }: Errand): readonly Step[] => [
    {
      do: 'close',
      of: chosen(['all', memberOf(situation, which)], how),
      share: chosen([0.3, 0.6, 1], which),
      by: chosen(['client', 'instance'], how),
      how: chosen(['closed', 'reset'], which),
    },
  ],
  fail(situation: Situation, { which, how }: Errand): readonly Step[] {
    const instance = memberOf(situation, which);
    situation.last = instance;
    situation.failing.add(instance);
    const afterwards = chosen(failures, how);
    return [{ do: 'behave', instance, behaviour: { afterwards } }];
  },
  flap(situation: Situation, { which, how }: Errand): readonly Step[] {
    const instance = memberOf(situation, which);
    situation.last = instance;
    situation.failing.delete(instance);
    const letters = chosen(flaps, how);
    const watched = {
      after: { checks: { [instance]: 1 } },
      do: 'open' as const,
      count: situation.members.size * 2,
      sources: 'fresh' as const,
    };
    return [
      { do: 'behave', instance, behaviour: scriptOf(letters, { reply: 503 }) },
      ...Array.from({ length: letters.length + 1 }, () => watched),
    ];
  },
  heal(situation: Situation): readonly Step[] {
    return [...situation.failing].slice(0, 1).map((instance) => {
      situation.failing.delete(instance);
      situation.last = instance;
      return { do: 'behave', instance, behaviour: {} };
    });
  },
  settle: ({ last }: Situation): readonly Step[] => [settled([last], checksToBeSure)],
  wait: ({ bounds, choice }: Situation, { which, how }: Errand): readonly Step[] => [
    {
      do: 'wait',
      after: chosen<NonNullable<Step['after']>>(
        [
          { intervals: chosen([0.3, 1, 2.5, 7], which) },
          { drain: chosen([0.4, 0.7, 1.02], which) },
          choice.persistence && bounds.profile === 'openapi'
            ? { persistence: chosen([0.5, 0.93, 1.02], which) }
            : { intervals: 3.7 },
        ],
        how,
      ),
    },
  ],
  add(situation: Situation, { which, how }: Errand): readonly Step[] {
    const { members, away } = situation;
    const fresh = namesOf(8).find((name) => !members.has(name) && !away.has(name));
    // mostly somebody who was there before, with another weight as like as not
    const name = (how % 3 === 0 ? undefined : [...away][0]) ?? fresh;
    if (name === undefined || members.size >= 6) return [];
    away.delete(name);
    members.set(name, (which % 3) + 1);
    situation.last = name;
    return [{ do: 'add', instance: { name, weight: (which % 3) + 1, port: portOf(name) } }];
  },
  remove(situation: Situation, { which }: Errand): readonly Step[] {
    if (situation.members.size < 3) return [];
    const instance = memberOf(situation, which);
    situation.members.delete(instance);
    situation.away.add(instance);
    situation.last = memberOf(situation, 0);
    return [{ do: 'remove', instance }];
  },
  /** One list that says several things at once. */
  list(situation: Situation, { which, how }: Errand): readonly Step[] {
    const { members, away } = situation;
    const leaving = members.size > 2 ? memberOf(situation, which) : null;
    if (leaving !== null) {
      members.delete(leaving);
      away.add(leaving);
    }
    const joining = [...away].find((name) => name !== leaving);
    if (leaving === null && joining === undefined) return [];
    if (joining !== undefined) {
      away.delete(joining);
      members.set(joining, 1);
    }
    const names = how % 2 === 0 ? [...members.keys()] : [...members.keys()].toReversed();
    situation.last = names[0] ?? 'a';
    const listed = (name: string) => ({
      name,
      weight: members.get(name) ?? 1,
      port: portOf(name),
    });
    return [{ do: 'list', instances: names.map(listed) }];
  },
  reweigh(situation: Situation, { which, how }: Errand): readonly Step[] {
    const instance = memberOf(situation, which);
    situation.members.set(instance, (how % 4) + 1);
    return [{ do: 'reweigh', instance, weight: (how % 4) + 1 }];
  },
  reconfigure(situation: Situation, { which, how }: Errand): readonly Step[] {
    const { choice, bounds } = situation;
    const { check } = choice;
    const edits: readonly [ServiceChoice, ...ServiceChoice[]] = [
      { scheduling: chosen(algorithms, which) },
      { persistence: !choice.persistence },
      { drainSeconds: chosen(drains, which) },
      { check: { ...check, unhealthyThreshold: (which % 5) + 1 } },
      { check: { ...check, healthyThreshold: (which % 5) + 1 } },
      { check: { ...check, intervalSeconds: chosen([5, 10, 20], which) } },
    ];
    Object.assign(choice, chosen(edits, how));
    return [{ do: 'reconfigure', configuration: documentOf(bounds.profile, choice) }];
  },
} satisfies Record<string, (situation: Situation, errand: Errand) => readonly Step[]>;

/** How often each comes up: mostly one looks, or waits until one may be sure. */
const often: readonly Errand['what'][] = ['look', 'look', 'look', 'settle', 'settle'];
const sometimes: readonly Errand['what'][] = ['fail', 'heal', 'hold', 'regulars', 'wait', 'remove'];
const once = Object.keys(errands) as readonly Errand['what'][];

const errand: fc.Arbitrary<Errand> = fc.record({
  what: fc.constantFrom(...often, ...sometimes, ...once),
  which: fc.nat({ max: 29 }),
  how: fc.nat({ max: 29 }),
});

export const days: Family = {
  name: 'days',
  clauses: ['schedule.eligible', 'schedule.recovery', 'forward.data', 'draining.no-new'],
  needs: [
    ...(['schedule.wrr', 'schedule.wlc', 'schedule.source', 'persistence'] as const),
    ...(['check.http', 'drain', 'change.weight', 'change.configuration'] as const),
  ],
  // in real time it decides too little for what it costs
  runs: { stepped: 16, wired: 0 },
  timelines: (bounds) =>
    fc
      .record({
        weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
        scheduling: fc.constantFrom(...algorithms),
        persistence: fc.constantFrom(false, false, true),
        drainSeconds: fc.constantFrom(...drains),
        thresholds: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
        intervalSeconds: fc.constantFrom(5, 20),
        errands: fc.array(errand, { minLength: 12, maxLength: 24 }),
      })
      .map(({ weights, thresholds, intervalSeconds, errands: list, ...rest }): Timeline => {
        const [unhealthyThreshold, healthyThreshold] = thresholds;
        const check = { intervalSeconds, unhealthyThreshold, healthyThreshold };
        const names = namesOf(weights.length);
        const situation: Situation = {
          bounds,
          members: new Map(names.map((name, index) => [name, weights[index] ?? 1])),
          failing: new Set(),
          away: new Set(),
          choice: { ...rest, check },
          last: 'a',
        };
        const configuration = documentOf(bounds.profile, situation.choice);
        const instances = names.map((name, index) => ({
          name,
          weight: weights[index] ?? 1,
          port: null,
        }));
        const steps = list.flatMap((one) => errands[one.what](situation, one));
        return {
          ...head('days', days.clauses, bounds),
          configuration,
          instances,
          steps: [settled(names, healthyThreshold + 2), ...steps, { do: 'carry' }],
        };
      }),
};
