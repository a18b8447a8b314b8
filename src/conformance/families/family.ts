/**
 * What a family of timelines is: a generator of plain timelines made for some clauses, within the bounds of the
 * plane they will run on. Knows no socket and no verdict.
 */
import fc from 'fast-check';
import type { Capability } from '../../spec/behaviour.ts';
import type {
  CheckMethod,
  ConfigurationDocument,
  Profile,
  Scheduling,
} from '../../spec/configuration.ts';
import { profiles } from '../../spec/profiles.ts';
import type { BehaviourScript, ReplyScript, Step, Timeline } from '../timeline.ts';

/** What an implementation can bear: a timeline that waits costs seconds, one in stepped time microseconds. */
export interface Bounds {
  readonly profile: Profile;
  /** Those that the implementation knows. */
  readonly profiles: readonly Profile[];
  /** Whether time passes by itself: over real sockets, or where the adapter waits. */
  readonly isWired: boolean;
  readonly instancesMax: number;
  /** As many as it says that it takes: for a timeline that goes to the limit. */
  readonly instancesLimit: number;
  /** Most connections one timeline opens one after the other. */
  readonly connectionsMax: number;
  /** Which of the timelines that a run draws of a family, from 0. */
  readonly turn?: number;
}

export interface Family {
  readonly name: string;
  /** Clauses it is made for. */
  readonly clauses: readonly string[];
  readonly needs: readonly Capability[];
  /** Timelines a run draws by default, in stepped time, and on the wire or where the adapter waits. */
  readonly runs: { readonly stepped: number; readonly wired: number };
  /** The same timelines in every run, in this order, instead of drawn ones. */
  fixed?(bounds: Bounds): readonly Timeline[];
  timelines(bounds: Bounds): fc.Arbitrary<Timeline>;
}

export interface ServiceChoice {
  readonly scheduling?: Scheduling;
  /** A number: so many seconds, in the profile that has a choice. */
  readonly persistence?: boolean | number;
  /** `unsaid`: left to the default; `empty`: too, though there is a drain spoken of. */
  readonly drainSeconds?: number | 'unsaid' | 'empty';
  readonly port?: number;
  readonly check?: {
    readonly method?: CheckMethod;
    readonly port?: number;
    /** `unsaid`: left to the default, as no path can be. */
    readonly path?: string;
    readonly timeoutSeconds?: number;
    readonly intervalSeconds?: number;
    readonly unhealthyThreshold?: number;
    readonly healthyThreshold?: number;
    readonly normalStatusCodes?: readonly (string | number)[];
  };
}

/** The two that decide on each connection anew, by turns or by what is held. */
export const dynamicScheduling = fc.constantFrom(
  'weighted-round-robin' as const,
  'weighted-least-connections' as const,
);

/** Any in stepped time, which has timelines in plenty; of the few on the wire each takes the next one in turn. */
export function eachInTurn<T>(
  { isWired, turn = 0 }: Bounds,
  values: readonly T[],
): fc.Arbitrary<T> {
  const inTurn = values[turn % values.length];
  return isWired && inTurn !== undefined ? fc.constant(inTurn) : fc.constantFrom(...values);
}

export const anyScheduling = fc.oneof(dynamicScheduling, fc.constant('source-ip' as const));

/** Persistence of the openapi profile in generated timelines; the console's is fixed by the page. */
const openapiPersistenceSeconds = 300;

/** A whole document around one backend service: the shortest legal times unless chosen otherwise. */
export function documentOf(profile: Profile, choice: ServiceChoice): ConfigurationDocument {
  const method = choice.check?.method ?? 'http';
  return {
    profile,
    backendServices: [
      {
        name: 'subject',
        protocol: 'tcp',
        port: choice.port ?? 8080,
        scheduling: spelled(profile, choice.scheduling ?? 'weighted-round-robin'),
        sessionPersistence: persistenceOf(profile, choice.persistence ?? false),
        ...drainingOf(choice.drainSeconds ?? 300),
        healthCheck: {
          method,
          ...(choice.check?.port === undefined ? {} : { port: choice.check.port }),
          ...(method === 'http' && choice.check?.path !== 'unsaid'
            ? { path: choice.check?.path ?? '/healthz' }
            : {}),
          timeoutSeconds: choice.check?.timeoutSeconds ?? 2,
          intervalSeconds: choice.check?.intervalSeconds ?? 5,
          unhealthyThreshold: choice.check?.unhealthyThreshold ?? 2,
          healthyThreshold: choice.check?.healthyThreshold ?? 2,
          ...(method === 'http'
            ? { normalStatusCodes: choice.check?.normalStatusCodes ?? ['2xx'] }
            : {}),
        },
      },
    ],
  };
}

/** In the last of the profile's spellings, which is its own word where it has one. */
function spelled(profile: Profile, scheduling: Scheduling): string {
  const spellings = Object.entries(profiles[profile].schedulings);
  return spellings.findLast(([, meaning]) => meaning === scheduling)?.[0] ?? scheduling;
}

/** The same service in another document: whatever the balancer knows of it still holds. */
export function withListener(document: ConfigurationDocument): ConfigurationDocument {
  const [service] = document.backendServices;
  const listener = { name: 'front', protocol: 'tcp', port: 443 };
  return {
    ...document,
    listeners: [
      { ...listener, ...(service === undefined ? {} : { backendService: service.name }) },
    ],
  };
}

function persistenceOf(profile: Profile, choice: boolean | number) {
  if (choice === false) return { enabled: false };
  const durationSeconds = choice === true ? openapiPersistenceSeconds : choice;
  return profile === 'openapi' ? { enabled: true, durationSeconds } : { enabled: true };
}

function drainingOf(seconds: number | 'unsaid' | 'empty') {
  if (seconds === 'unsaid') return {};
  return { connectionDraining: seconds === 'empty' ? {} : { durationSeconds: seconds } };
}

export const instanceNames = [...'abcdefghijklmnopqrst'] as const;

export function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => nameAt(index));
}

function nameAt(index: number): string {
  return instanceNames[index] ?? `i${index}`;
}

/** Clients that come back under the same name. */
export function clientsNamed(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `client-${index + 1}`);
}

/** Instances, one weight each; `port` null: on the service's. */
export function instancesOf(
  weights: readonly number[],
  port: number | null = null,
): Timeline['instances'] {
  return weights.map((weight, index) => ({
    name: nameAt(index),
    weight,
    port,
  }));
}

/** One instance each, at these ports; null: at the service's. */
export function instancesAt(ports: readonly (number | null)[]): Timeline['instances'] {
  return ports.map((port, index) => ({ name: nameAt(index), weight: 1, port }));
}

/** Failures that no setting of the page can call normal, unlike any 2xx–4xx code. */
export const plainFailures: readonly ReplyScript[] = [{ reply: 503 }, { reply: 'silence' }];

/** The instance answers all its checks so from now on. */
export function answering(instance: string, afterwards: ReplyScript): Step {
  return { do: 'behave', instance, behaviour: { afterwards } };
}

/** In the profile that knows a weight of 0, where the implementation does. */
export function withWeightZero(bounds: Bounds): Bounds {
  return bounds.profiles.includes('openapi') ? { ...bounds, profile: 'openapi' } : bounds;
}

/** A step that waits until every instance has had `count` checks: a state every reader can be sure of. */
export function settled(names: readonly string[], count: number): Step {
  return {
    after: { checks: Object.fromEntries(names.map((name) => [name, count])) },
    do: 'wait',
  };
}

export const fewCheckSeconds = 60;

/** For waits of many intervals in which no check matters; on the wire it is the checks before the first step that take long. */
export function fewChecks(bounds: Bounds): ServiceChoice {
  return bounds.isWired ? {} : { check: { intervalSeconds: fewCheckSeconds } };
}

/** What every timeline begins with; all instances take traffic and pass their checks. */
export function head(family: string, clauses: readonly string[], bounds: Bounds) {
  return { timeline: 1 as const, family, clauses, profile: bounds.profile, behaviours: {} };
}

/** Answers the next checks as the letters say: P passes, F fails in the given manners, by turns. */
export function scriptOf(letters: string, ...failures: readonly ReplyScript[]): BehaviourScript {
  let failed = 0;
  const replyTo = (letter: string): ReplyScript =>
    letter === 'P'
      ? { reply: 'normal' }
      : (failures[failed++ % Math.max(1, failures.length)] ?? { reply: 503 });
  return { checks: [...letters].map(replyTo), afterwards: { reply: 'normal' } };
}

/** Length of one round robin cycle: the sum of the weights divided by their greatest common divisor. */
export function cycleOf(weights: readonly number[]): number {
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  return weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, divisor);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
