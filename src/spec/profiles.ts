/**
 * Every number and word of the page and of the vendor's API, once, each with its source. Knows no rule: what is made of
 * a number stands in `rules/`.
 */
import type { CheckMethod, Profile, Scheduling } from './configuration.ts';

export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}
/** `fallback` null: the profile gives no default, so the value is required. */
export interface DefaultedRange extends IntegerRange {
  readonly fallback: number | null;
}
export type NormalCodeForm = 'class' | 'code' | 'range';

export interface ProfileNumbers {
  readonly profile: Profile;
  readonly name: {
    readonly lengthMax: number | null;
    /** What the whole name must match. */
    readonly pattern: RegExp;
    readonly inWords: string;
  };
  /** Accepted spellings → meaning. */
  readonly protocols: Readonly<Record<string, 'tcp'>>;
  readonly listenerProtocols: Readonly<Record<string, string>>;
  readonly port: IntegerRange;
  readonly schedulings: Readonly<Record<string, Scheduling>>;
  readonly schedulingFallback: Scheduling | null;
  readonly persistenceSeconds: DefaultedRange;
  readonly drainSeconds: DefaultedRange;
  readonly check: {
    readonly methods: Readonly<Record<string, CheckMethod>>;
    /** 0, where allowed, stands for the instance's own traffic port. */
    readonly port: IntegerRange;
    readonly timeoutSeconds: DefaultedRange;
    readonly intervalSeconds: DefaultedRange;
    readonly unhealthyThreshold: DefaultedRange;
    readonly healthyThreshold: DefaultedRange;
    readonly codes: IntegerRange;
    readonly codeForms: readonly NormalCodeForm[];
    readonly codesFallback: readonly string[] | null;
    readonly path: {
      readonly fallback: string;
      readonly lengthMax: number;
      readonly levelsMax: number | null;
      /** Characters a path may have. */
      readonly pattern: RegExp;
      readonly inWords: string;
    };
  };
  readonly weight: DefaultedRange;
  readonly groupKinds: readonly string[];
  readonly limits: {
    readonly instances: number;
    readonly services: number;
    readonly listeners: number;
  };
}

const schedulings = {
  'weighted-round-robin': 'weighted-round-robin',
  'weighted-least-connections': 'weighted-least-connections',
  'source-ip': 'source-ip',
} as const;

/** What a listener may speak; only a service of the same protocol can be associated (page, Basic Information, Backend protocol). */
const listenerProtocols = { tcp: 'tcp', udp: 'udp', tls: 'tls', http: 'http', https: 'https' };

/** API 0.6.6: limits of one load balancer. The page has none, so both profiles keep them. */
const limits = { instances: 100, services: 20, listeners: 20 };

/** The page "Create backend service". */
const console: ProfileNumbers = {
  profile: 'console',
  // Basic Information, Name: only that there is one.
  name: { lengthMax: null, pattern: /\S/u, inWords: 'a name' },
  // Basic Information, Backend protocol.
  protocols: { tcp: 'tcp' },
  listenerProtocols,
  // Basic Information, Port.
  port: { min: 1, max: 65535 },
  // Basic Information, Scheduling algorithm.
  schedulings,
  schedulingFallback: null,
  // Basic Information, Session persistence: fixed once it is enabled.
  persistenceSeconds: { min: 1440, max: 1440, fallback: 1440 },
  // Basic Information, Connection draining.
  drainSeconds: { min: 0, max: 3600, fallback: 300 },
  check: {
    // Health check setting, one bullet each.
    methods: { http: 'http', tcp: 'tcp' },
    port: { min: 1, max: 65535 },
    timeoutSeconds: { min: 2, max: 60, fallback: null },
    intervalSeconds: { min: 5, max: 300, fallback: null },
    unhealthyThreshold: { min: 1, max: 5, fallback: null },
    healthyThreshold: { min: 1, max: 5, fallback: null },
    codes: { min: 200, max: 499 },
    codeForms: ['class'],
    codesFallback: null,
    path: {
      fallback: '/', // clause book: a path omitted with HTTP
      lengthMax: 100,
      levelsMax: 5,
      pattern: /^[^\s\p{Cc}]*$/u, // clause book: no spaces, no control characters
      inWords: 'without spaces or control characters',
    },
  },
  // Clause book; the page does not mention weights.
  weight: { min: 1, max: 100, fallback: null },
  // Add server group.
  groupKinds: ['virtual-server-group', 'availability-group'],
  limits,
};

/** API 0.6.6, service `lb`, where it differs from the page. */
const openapi: ProfileNumbers = {
  ...console,
  profile: 'openapi',
  name: {
    lengthMax: 32,
    pattern: /^[A-Za-z0-9\p{Script=Han}_-]+$/u,
    inWords: '1 to 32 letters, digits, CJK characters, "_" or "-"',
  },
  protocols: { tcp: 'tcp', Tcp: 'tcp' },
  listenerProtocols: {
    ...listenerProtocols,
    Tcp: 'tcp',
    Udp: 'udp',
    Tls: 'tls',
    Http: 'http',
    Https: 'https',
  },
  schedulings: {
    ...schedulings,
    RoundRobin: 'weighted-round-robin',
    LeastConn: 'weighted-least-connections',
    IpHash: 'source-ip',
  },
  schedulingFallback: 'weighted-round-robin',
  persistenceSeconds: { min: 1, max: 3600, fallback: 300 },
  check: {
    ...console.check,
    methods: { http: 'http', Http: 'http', tcp: 'tcp', Tcp: 'tcp' },
    port: { min: 0, max: 65535 },
    timeoutSeconds: { min: 2, max: 60, fallback: 3 },
    intervalSeconds: { min: 5, max: 300, fallback: 5 },
    unhealthyThreshold: { min: 1, max: 5, fallback: 3 },
    healthyThreshold: { min: 1, max: 5, fallback: 3 },
    codeForms: ['class', 'code', 'range'],
    codesFallback: ['2xx', '3xx'],
    path: {
      fallback: '/',
      lengthMax: 1000,
      levelsMax: null,
      pattern: /^[A-Za-z0-9\p{Script=Han}\-/.%?#&_;~!()*[\]@^:',+=<>{}]*$/u,
      inWords: `of letters, digits, CJK characters and -/.%?#&_;~!()*[]@^:',+=<>{}`,
    },
  },
  weight: { min: 0, max: 100, fallback: 10 },
};

export const profiles: Readonly<Record<Profile, ProfileNumbers>> = { console, openapi };
export const profileNames: readonly Profile[] = ['console', 'openapi'];
export const defaultProfile: Profile = 'console';
