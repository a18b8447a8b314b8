/**
 * The closed table of traits: what each may be read as, and what is wrong with what somebody declares. The clause book
 * and the adapter protocol say what the readings mean; no judge is known here.
 */
import { nearestName } from '../documents/places.ts';
import type { Capability, Need } from './behaviour.ts';

/** Words that are readings, and where numbers are: their bounds. */
interface Readings {
  readonly words: readonly string[];
  readonly number?: { readonly min: number; readonly max: number; readonly isWhole?: true };
}

const words = (...readings: readonly string[]): Readings => ({ words: readings });
const milliseconds: Readings = { words: [], number: { min: 0, max: Number.POSITIVE_INFINITY } };

/** The first word is the usual reading. */
export const knownTraits: Readonly<Record<string, Readings>> = {
  // `n`: several, and nobody says how many
  'wrr.schedulers': {
    words: ['n'],
    number: { min: 1, max: Number.POSITIVE_INFINITY, isWhole: true },
  },
  'wrr.washoutCycles': { words: [], number: { min: 0, max: 2, isWhole: true } },
  'wlc.tie': words('any'),
  'source.disruption': words('own-only', 'on-down', 'any'),
  'source.shareTolerance': { words: [], number: { min: 0, max: 1 } },
  'health.intervalFrom': words('start', 'end'),
  'health.timerSlackMs': milliseconds,
  'health.initial': words('up', 'down', 'pending'),
  'health.first': words('counts', 'decides'),
  'health.liveConnections': words('kept', 'cut'),
  'persistence.clock': words('last-connection', 'creation', 'while-connected', 'longer'),
  'draining.deadline': words('close', 'leave'),
  'draining.zero': words('cut', 'leave'),
  'draining.earlyFinish': words('at-once', 'at-deadline'),
  'draining.return': words('resumes', 'new'),
  'schedule.weightZero': words('unsupported', 'quiesced'),
  'schedule.noneEligible': words('refuse', 'all'),
  'config.timeoutBeyondInterval': words('accept', 'reject'),
  'change.propagationMs': milliseconds,
  refusal: words('reset', 'closed', 'refused', 'silent'),
};

const capabilityTable: Readonly<Record<Need, true>> = {
  configuration: true,
  'configuration.groups': true,
  traffic: true,
  'schedule.wrr': true,
  'schedule.wlc': true,
  'schedule.source': true,
  'check.tcp': true,
  'check.http': true,
  persistence: true,
  'persistence.draining': true,
  drain: true,
  'drain.deadline': true,
  'change.weight': true,
  'change.configuration': true,
};
const knownCapabilities = Object.keys(capabilityTable) as readonly Capability[];

interface Declared {
  readonly traits: Readonly<Record<string, { readonly reading: unknown }>>;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** Keys that nobody asks for, so that they change nothing: a sentence each. A later version may know them. */
export function unknownDeclarations({ traits, capabilities }: Declared): readonly string[] {
  const unknown = (what: string, given: object, known: readonly string[]) =>
    Object.keys(given)
      .filter((name) => !known.includes(name))
      .map(
        (name) =>
          `the ${what} \`${name}\` is not known, and says nothing${meant(nearestName(name, known))}`,
      );
  return [
    ...unknown('trait', traits, Object.keys(knownTraits)),
    ...unknown('capability', capabilities, knownCapabilities),
  ];
}

/** Readings that a known trait does not have: a sentence each. */
export function wrongReadings({ traits }: Pick<Declared, 'traits'>): readonly string[] {
  return Object.entries(traits).flatMap(([name, { reading }]) => {
    const known = Object.hasOwn(knownTraits, name) ? knownTraits[name] : undefined;
    if (known === undefined || isReading(known, reading)) return [];
    const near = typeof reading === 'string' ? nearestName(reading, known.words) : null;
    const hint = near === null ? '' : meant(JSON.stringify(near));
    return [
      `the trait \`${name}\` cannot be read as ${JSON.stringify(reading)}, only as ${readingsInWords(known)}${hint}`,
    ];
  });
}

function isReading({ words, number }: Readings, reading: unknown): boolean {
  if (typeof reading === 'string') return words.includes(reading);
  if (typeof reading !== 'number' || number === undefined) return false;
  const isInside = reading >= number.min && reading <= number.max;
  return isInside && (number.isWhole === undefined || Number.isInteger(reading));
}

function readingsInWords({ words, number }: Readings): string {
  const quoted = words.map((word) => JSON.stringify(word));
  if (number === undefined) return quoted.join(', ');
  const { min, max, isWhole } = number;
  const range = Number.isFinite(max) ? `from ${min} to ${max}` : `from ${min}`;
  return [`a ${isWhole === undefined ? '' : 'whole '}number ${range}`, ...quoted].join(', or ');
}

function meant(name: string | null): string {
  return name === null ? '' : `; did you mean ${name.startsWith('"') ? name : `\`${name}\``}?`;
}
