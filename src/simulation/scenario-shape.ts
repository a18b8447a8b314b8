/**
 * The shape of a scenario file as a person writes it: keys, ranges, words. Numbers only, with the unit in the key.
 * Knows no relation between fields (`scenario.ts` does) and no milliseconds.
 */
import { z } from 'zod';

/** About 31 years: long enough for anything, short enough that sums of milliseconds stay exact. */
const secondsMax = 1e9;

function number(expected: string, meaning: string, min: number, max: number) {
  return z.number({ error: expected }).min(min, expected).max(max, expected).describe(meaning);
}
function positive(expected: string, meaning: string, max: number) {
  return z.number({ error: expected }).gt(0, expected).max(max, expected).describe(meaning);
}
function whole(expected: string, meaning: string, min: number, max: number) {
  return z.int({ error: expected }).min(min, expected).max(max, expected).describe(meaning);
}
function text(expected: string, meaning: string) {
  return z.string({ error: expected }).min(1, expected).max(1000, expected).describe(meaning);
}
function shape<Shape extends z.core.$ZodLooseShape>(fields: Shape, expected: string) {
  return z.strictObject(fields, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : expected),
  });
}

/** Lists longer than this are no longer written by hand. */
const listMax = 10_000;
const several = <Item extends z.ZodType>(item: Item, expected: string) =>
  z.array(item, { error: expected }).max(listMax, `at most ${listMax} entries`);

const instant = (meaning: string) => number('seconds, 0 or more', meaning, 0, secondsMax);
const duration = (meaning: string) => positive('seconds above 0', meaning, secondsMax);
const instanceName = (meaning: string) => text('the id of an instance', meaning);
const weight = whole('a whole number from 0 to 100', 'Weight from then on.', 0, 100);
const manner = z
  .enum(['refuses', 'silent'], { error: 'refuses or silent' })
  .describe(
    'What the instance does while it is down: resets connections and checks, or says nothing.',
  );

const lognormal = shape(
  {
    median: positive('seconds above 0', 'Half of all last longer.', secondsMax),
    sigma: number('a number from 0 to 5', 'Standard deviation of the logarithm.', 0, 5),
  },
  'an object with median and sigma',
);
const pareto = shape(
  {
    minimum: positive('seconds above 0', 'None is shorter.', secondsMax),
    shape: positive(
      'a number above 0, at most 100',
      'Tail index; at 1 or less there is no mean.',
      100,
    ),
  },
  'an object with minimum and shape',
);
const erlang = shape(
  {
    mean: duration('Mean of all phases together.'),
    phases: whole('a whole number from 1 to 100', 'The more, the less they vary.', 1, 100),
  },
  'an object with mean and phases',
);
const hyperexponential = shape(
  {
    mean: duration('Mean of short and long ones together.'),
    variation: number('a number from 1 to 100', 'Standard deviation / mean.', 1, 100),
  },
  'an object with mean and variation',
);
const holdSeconds = shape(
  {
    constant: instant('All connections last as long as this.').optional(),
    exponential: duration('Mean of an exponential distribution.').optional(),
    lognormal: lognormal.optional(),
    pareto: pareto.optional(),
    erlang: erlang.describe('Less variable than exponential.').optional(),
    hyperexponential: hyperexponential
      .describe('More variable than exponential: many short ones, a few long ones.')
      .optional(),
  },
  'an object with one of constant, exponential, lognormal, pareto, erlang, hyperexponential',
).describe('How long connections last; for a trace, those whose duration it does not say.');

const poisson = shape(
  {
    ratePerSecond: positive('connections per second above 0, at most 1000000', 'Mean rate.', 1e6),
    durationSeconds: duration('How long connections arrive.'),
  },
  'an object with ratePerSecond and durationSeconds',
);
const sources = shape(
  {
    count: whole('a whole number from 1 to 1000000', 'How many clients there are.', 1, 1_000_000),
    zipfExponent: number(
      'a number from 0 to 5',
      '0: all clients alike; 1: the n-th most active opens 1/n as many connections as the first.',
      0,
      5,
    ).optional(),
  },
  'an object with count',
);
const traffic = shape(
  {
    poisson: poisson.describe('Independent arrivals at a constant rate.').optional(),
    sources: sources
      .describe('Where Poisson arrivals come from; 1000 clients alike if omitted.')
      .optional(),
    trace: text(
      'the path of a Zeek conn or ssl log',
      "Replay of a Zeek conn or ssl log (TSV, plain or gzip'ed), relative to this file.",
    ).optional(),
    speed: positive(
      'a number above 0, at most 1000000',
      'Trace only: 2 replays arrivals twice as fast; durations stay. 1 if omitted.',
      1e6,
    ).optional(),
    holdSeconds: holdSeconds.optional(),
    connectTimeoutSeconds: instant(
      'How long a client waits for an instance that stays silent; 5 if omitted.',
    ).optional(),
  },
  'an object with poisson or trace',
);

const outage = shape(
  {
    instance: instanceName('Who goes down.'),
    fromSeconds: instant('When it goes down.'),
    toSeconds: duration('When it is up again; never if omitted.').optional(),
    manner: manner.optional(),
  },
  'an object with instance and fromSeconds',
);
const failures = shape(
  {
    meanTimeBetweenSeconds: duration('Mean time that an instance stays up.'),
    meanTimeToRepairSeconds: duration('Mean time that it stays down.'),
    manner: manner.optional(),
  },
  'an object with meanTimeBetweenSeconds and meanTimeToRepairSeconds',
);
const change = shape(
  {
    atSeconds: instant('When the operator does it.'),
    remove: instanceName('Takes this instance out; its connections drain.').optional(),
    register: instanceName(
      'Adds this instance; one whose first change is this is absent until then.',
    ).optional(),
    reweigh: instanceName('Gives this instance another weight.').optional(),
    weight: weight.optional(),
  },
  'an object with atSeconds and one of remove, register, reweigh',
);

const slots = whole(
  'a whole number from 1 to 1000000',
  'Connections that an instance serves at full speed at a time.',
  1,
  1e6,
);
const queueMax = whole(
  'a whole number from 0 to 1000000',
  'How many more than its slots an instance takes; it turns further ones away. No limit if omitted.',
  0,
  1e6,
);
const serving = shape(
  {
    discipline: z
      .enum(['fifo', 'processor-sharing'], { error: 'fifo or processor-sharing' })
      .describe(
        'fifo: in order, as slots become free; processor-sharing: all at once, sharing the slots evenly. fifo if omitted.',
      )
      .optional(),
    slots,
    queueMax: queueMax.optional(),
    warmUpSeconds: instant(
      'Waiting and response times are of connections that come after this; 0 if omitted.',
    ).optional(),
    instances: several(
      shape(
        {
          instance: instanceName('Whose slots differ.'),
          slots: slots.optional(),
          queueMax: queueMax.optional(),
        },
        'an object with instance and slots or queueMax',
      ),
      'a list of instances',
    )
      .describe('Instances that differ from the others.')
      .optional(),
  },
  'an object with slots',
);

export const scenarioShape = shape(
  {
    scenario: text(
      'a name',
      'Name of the scenario; the folder of its report is called after it.',
    ).regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      'a name of up to 64 letters, digits, ".", "_" or "-"',
    ),
    description: z
      .string({ error: 'a text' })
      .max(2000, 'a text of at most 2000 characters')
      .describe('What the scenario shows, for its report.')
      .optional(),
    seed: z
      .union([z.int(), z.string().min(1).max(100)], { error: 'a whole number or a text' })
      .describe('Same seed, same result, byte for byte. 1 if omitted.')
      .optional(),
    service: z
      .union([z.string().min(1), z.looseObject({})], {
        error: 'a configuration, or the path of one',
      })
      .describe(
        'The configuration, as `validate` reads it, or the path of its file, relative to this one.',
      ),
    backendService: text(
      'the name of a backend service',
      'Which one, where there are several.',
    ).optional(),
    traffic,
    serving: serving
      .describe(
        'What instances can serve; holdSeconds is then the work that a connection brings. Without it, they take whoever comes.',
      )
      .optional(),
    outages: several(outage, 'a list of outages')
      .describe('Instances going down and coming back at given times.')
      .optional(),
    failures: failures.describe('Every instance fails and recovers at random.').optional(),
    changes: several(change, 'a list of changes')
      .describe("The operator's changes at given times.")
      .optional(),
    limits: shape(
      {
        eventsMax: whole(
          'a whole number from 1 to 1000000000',
          'The run gives up beyond; 50000000 if omitted.',
          1,
          1e9,
        ).optional(),
      },
      'an object with eventsMax',
    ).optional(),
  },
  'an object with scenario, service and traffic',
);

export type ScenarioDocument = z.infer<typeof scenarioShape>;
export type HoldSeconds = z.infer<typeof holdSeconds>;

/** Keys that may stand where `path` points; for the nearest name of an unknown one. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = scenarioShape;
  for (const part of path) {
    at = unwrapped(at);
    if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodObject) at = at.shape[String(part)];
    else return [];
  }
  at = unwrapped(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}
