/**
 * Timelines that change one part of the configuration of a running service and then do what shows whether the new one
 * is kept: the change is in order, the situation after it is that of the part's own clause.
 */
import fc from 'fast-check';
import type { ReplyScript, Step, Timeline } from '../timeline.ts';
import type { Bounds, Family, ServiceChoice } from './family.ts';
import { documentOf, head, instancesOf, namesOf, scriptOf, settled } from './family.ts';

/** One part of the configuration, before and after, and what brings the difference about. */
interface Part {
  readonly before: ServiceChoice;
  readonly after: ServiceChoice;
  readonly behaviours?: Timeline['behaviours'];
  /** Before the change. */
  readonly first?: readonly Step[];
  readonly steps: readonly Step[];
}

const names = namesOf(2);
/** Checks and connections by which a judge is sure of thresholds and of who is in rotation. */
const margin = 3;
const open = { do: 'open' as const, count: 8, sources: 'fresh' as const };
const openHeld = { ...open, hold: true };

function thresholds(before: number, after: number): Part {
  const letters = 'F'.repeat(after + margin) + 'P'.repeat(after + margin);
  const failure: ReplyScript = { reply: 503 };
  return {
    before: { check: { unhealthyThreshold: before, healthyThreshold: before } },
    after: { check: { unhealthyThreshold: after, healthyThreshold: after } },
    steps: [
      settled(names, after + 2),
      open,
      { do: 'behave', instance: 'a', behaviour: scriptOf(letters, failure) },
      ...Array.from({ length: letters.length + 1 }, () => ({
        after: { checks: { a: 1 } },
        ...open,
      })),
    ],
  };
}

/** How many are counted of the five that were asked for when so many fewer are, and how many more follow. */
interface Lowered {
  readonly counted: number;
  readonly to: number;
  readonly further: number;
}
/** Enough, and those that follow are as well. */
const nearlyAll: Lowered = { counted: 4, to: 2, further: 2 + margin };
/** All together fewer than five: a row that had begun is held to what holds now. */
const justBegun: Lowered = { counted: 1, to: 1, further: 3 };

/** `a` has gone and come back before, so that nobody takes it for somebody who never does. */
function countedAlready(letter: 'F' | 'P', { counted, to, further }: Lowered): Part {
  const [down, up] = letter === 'F' ? [5, 1] : [1, 5];
  const stretches = [
    'F'.repeat(down + margin),
    'P'.repeat(up + margin),
    ...(letter === 'F' ? [] : ['F'.repeat(down + margin)]),
    letter.repeat(counted),
  ];
  const { checks = [] } = scriptOf(stretches.join(''), { reply: 503 });
  const afterwards: ReplyScript = letter === 'F' ? { reply: 503 } : { reply: 'normal' };
  return {
    before: { check: { unhealthyThreshold: down, healthyThreshold: up } },
    after: {
      check: { unhealthyThreshold: Math.min(down, to), healthyThreshold: Math.min(up, to) },
    },
    first: [
      settled(names, up),
      { do: 'behave', instance: 'a', behaviour: { checks, afterwards } },
      ...stretches.map(({ length }) => ({ after: { checks: { a: length } }, ...open })),
    ],
    steps: [{ after: { checks: { a: further } }, ...open }],
  };
}

/** Thresholds of one, and all that is needed for a steady answer to be judged. */
const quick = { unhealthyThreshold: 1, healthyThreshold: 1, intervalSeconds: 20 };
const steady = [settled(names, 2 + margin + 3), open] as const;

function codes(before: readonly string[], after: readonly string[]): Part {
  return {
    before: { check: { ...quick, normalStatusCodes: before } },
    after: { check: { ...quick, normalStatusCodes: after } },
    behaviours: { a: { afterwards: { reply: 404 } } },
    steps: steady,
  };
}

/** The reply of `a` comes four seconds after the check began, whichever timeout holds. */
function timeout(beforeSeconds: number, afterSeconds: number): Part {
  return {
    before: { check: { ...quick, timeoutSeconds: beforeSeconds } },
    after: { check: { ...quick, timeoutSeconds: afterSeconds } },
    behaviours: { a: { afterwards: { reply: 'normal', afterTimeouts: 4 / beforeSeconds } } },
    steps: steady,
  };
}

function drain(beforeSeconds: number, afterSeconds: number | 'unsaid', over: number): Part {
  return {
    before: { drainSeconds: beforeSeconds },
    after: { drainSeconds: afterSeconds },
    steps: [
      settled(names, 3),
      openHeld,
      { do: 'remove', instance: 'b' },
      { after: { drain: 0.6 }, do: 'carry' },
      { after: { drain: over }, do: 'carry' },
    ],
  };
}

function method(before: 'http' | 'tcp', after: 'http' | 'tcp'): Part {
  return {
    before: { check: { ...quick, method: before } },
    after: { check: { ...quick, method: after } },
    // whoever goes on as before takes 404 for a failure, or for a connection that was accepted
    behaviours: { a: { afterwards: { reply: 404 } }, b: { afterwards: { reply: 200 } } },
    steps: steady,
  };
}

function place(before: ServiceChoice, after: ServiceChoice): Part {
  return { before, after, steps: [settled(names, 3), open] };
}

/** Connections are counted from their beginning, not from the change. */
const heldUnevenly: Part = {
  before: {},
  after: { scheduling: 'weighted-least-connections' },
  first: [settled(names, 1), { do: 'refill', to: 12 }, { do: 'close', of: 'b', share: 0.8 }],
  steps: [
    settled(names, 3),
    { do: 'close', of: 'a', share: 0.1 },
    { do: 'refill', to: 12 },
    { do: 'close', of: 'a', share: 0.8 },
    { do: 'refill', to: 12 },
  ],
};

const oddSeconds = 17;

function partsOf({ isWired }: Bounds): readonly Part[] {
  const over = isWired ? 1.6 : 0.45;
  return [
    thresholds(1, 4),
    thresholds(4, 2),
    timeout(10, 2),
    codes(['2xx', '4xx'], ['2xx']),
    drain(300, 60, over),
    heldUnevenly,
    place({}, { port: 8443 }),
    place({}, { check: { path: '/ready' } }),
    place({ check: { port: 9100 } }, { check: { port: 9200 } }),
    {
      before: { check: { intervalSeconds: 60 } },
      after: {},
      steps: [{ after: { intervals: 40 }, do: 'wait' }],
    },
    // changed while a check is under way: after it the next one comes as ever
    {
      before: { check: { timeoutSeconds: 4 } },
      after: { check: { timeoutSeconds: 4, unhealthyThreshold: 3 } },
      behaviours: { a: { afterwards: { reply: 'normal', afterTimeouts: 0.9 } } },
      first: [{ after: { intervals: 0.5 }, do: 'wait' }],
      steps: [{ after: { intervals: 20 }, do: 'wait' }],
    },
    timeout(2, 10),
    codes(['2xx'], ['2xx', '4xx']),
    drain(60, 300, over),
    place({ check: { port: 9100 } }, {}),
    method('http', 'tcp'),
    method('tcp', 'http'),
    countedAlready('F', nearlyAll),
    countedAlready('P', nearlyAll),
    // what is left out is the default, whatever was asked for before
    place({}, { check: { path: '/' } }),
    place({}, { check: { path: 'unsaid' } }),
    drain(60, 'unsaid', over),
    {
      ...heldUnevenly,
      before: { ...heldUnevenly.before, persistence: true },
      after: { ...heldUnevenly.after, persistence: true },
    },
  ];
}

/** What was under way when the change came: a wait, and a row of results. */
function partsUnderWay(): readonly Part[] {
  return [
    // an interval that nobody would have for a limit of its own
    {
      before: { check: { intervalSeconds: oddSeconds } },
      after: { check: { intervalSeconds: 5 * oddSeconds } },
      // between two checks, so that one is waiting
      first: [{ after: { intervals: 4.5 }, do: 'wait' }],
      steps: [{ after: { intervals: 8 }, do: 'wait' }],
    },
    countedAlready('F', justBegun),
    countedAlready('P', justBegun),
  ];
}

/** Whatever decided before, and however unevenly: what everybody holds is known by then. */
const otherThanLeast: readonly ServiceChoice[] = [
  { scheduling: 'source-ip' },
  { scheduling: 'source-ip', persistence: true },
  { persistence: true },
  { scheduling: 'weighted-least-connections', persistence: true },
];

function heldBefore(before: ServiceChoice): Part {
  return {
    before,
    after: { scheduling: 'weighted-least-connections' },
    first: [settled(names, 1), { do: 'refill', to: 24 }, { do: 'close', of: 'b' }],
    steps: [
      settled(names, 3),
      { do: 'close', of: 'a', share: 0.1 },
      // twice as many, so that nobody stands above its part, whatever a hash gave it
      { do: 'refill', to: 48 },
      { do: 'close', of: 'b', share: 0.7 },
      { do: 'refill', to: 48 },
    ],
  };
}

/** More of them than anybody takes for the first ones, each unlike the one before. */
function oneAfterTheOther(bounds: Bounds): Timeline {
  const choices = Array.from({ length: 5 }, (_, index): ServiceChoice => {
    const normalStatusCodes = index % 2 === 0 ? ['2xx', '4xx'] : ['2xx'];
    return {
      port: 8081 + index,
      check: { ...quick, path: `/ready-${index + 1}`, normalStatusCodes },
    };
  });
  return {
    ...head('reconfigures-parts', reconfiguresParts.clauses, bounds),
    configuration: documentOf(bounds.profile, { check: quick }),
    instances: instancesOf(names.map(() => 1)),
    behaviours: { a: { afterwards: { reply: 404 } } },
    steps: [
      settled(names, 2),
      ...choices.flatMap((choice): readonly Step[] => [
        { do: 'reconfigure', configuration: documentOf(bounds.profile, choice) },
        ...steady,
      ]),
    ],
  };
}

function timelinesOf(
  { name, clauses }: Pick<Family, 'name' | 'clauses'>,
  parts: readonly Part[],
  bounds: Bounds,
): readonly Timeline[] {
  return parts.map(
    ({ before, after, behaviours = {}, first = [], steps }): Timeline => ({
      ...head(name, clauses, bounds),
      configuration: documentOf(bounds.profile, before),
      instances: instancesOf(names.map(() => 1)),
      behaviours,
      steps: [
        settled(names, 2),
        ...first,
        { do: 'reconfigure', configuration: documentOf(bounds.profile, after) },
        ...steps,
      ],
    }),
  );
}

function partTimelines(bounds: Bounds): readonly Timeline[] {
  const parts = timelinesOf(reconfiguresParts, partsOf(bounds), bounds);
  // early, as rounds go through them in this order, and behind those for the wire
  return parts.toSpliced(4, 0, oneAfterTheOther(bounds));
}

export const reconfiguresParts: Family = {
  name: 'reconfigures-parts',
  clauses: ['change.effective'],
  needs: [
    'schedule.wrr',
    'schedule.wlc',
    'check.http',
    'check.tcp',
    'drain',
    'change.configuration',
  ],
  runs: { stepped: 24, wired: 24 },
  fixed: partTimelines,
  timelines: (bounds) => fc.constantFrom(...partTimelines(bounds)),
};

/** A check that waits comes when it was due, and a row that had begun is held to what holds now. */
export const reconfiguresUnderWay: Family = {
  name: 'reconfigures-under-way',
  clauses: ['change.effective'],
  needs: ['schedule.wrr', 'check.http', 'change.configuration'],
  runs: { stepped: 3, wired: 3 },
  fixed: (bounds) => timelinesOf(reconfiguresUnderWay, partsUnderWay(), bounds),
  timelines: (bounds) =>
    fc.constantFrom(...timelinesOf(reconfiguresUnderWay, partsUnderWay(), bounds)),
};

/** Least connections takes over from every other algorithm, with sessions and without. */
export const reconfiguresHeld: Family = {
  name: 'reconfigures-held',
  clauses: ['change.effective'],
  needs: [
    ...(['schedule.wrr', 'schedule.wlc', 'schedule.source'] as const),
    ...(['check.http', 'persistence', 'change.configuration'] as const),
  ],
  runs: { stepped: otherThanLeast.length, wired: 2 },
  fixed: (bounds) => timelinesOf(reconfiguresHeld, otherThanLeast.map(heldBefore), bounds),
  timelines: (bounds) =>
    fc.constantFrom(...timelinesOf(reconfiguresHeld, otherThanLeast.map(heldBefore), bounds)),
};
