/** A conformance result with everything that a report must show: every verdict and flag, one failure with its story, a run with load. */
import type {
  ClauseResult,
  ClauseVerdict,
  ConformanceResult,
} from '../results/conformance-result.ts';
import type { RunFacts } from '../results/run-facts.ts';
import { sampleFailures } from './failures.fixture.ts';
import { countVerdicts } from './verdict-words.ts';

type Row = readonly [id: string, verdict: ClauseVerdict, statement: string, why: string];

const rows: readonly Row[] = [
  [
    'config.name',
    'pass',
    'A name is required.',
    '12 configurations accepted, 6 rejected as the page says',
  ],
  [
    'config.protocol',
    'pass',
    'TCP is the backend protocol; anything else is rejected.',
    '4 accepted, 9 rejected',
  ],
  [
    'config.port.range',
    'pass',
    'The port is an integer from 1 to 65535.',
    'both ends and one step outside: 14 of 14 as expected',
  ],
  [
    'config.scheduling',
    'pass',
    'Exactly three scheduling algorithms exist.',
    '3 accepted, 8 rejected',
  ],
  [
    'config.draining.range',
    'pass',
    'Draining lasts 0 to 3600 whole seconds.',
    '10 of 10 as expected',
  ],
  [
    'config.health.timeout',
    'pass',
    'The check timeout is 2 to 60 seconds.',
    '10 of 10 as expected',
  ],
  [
    'config.health.interval',
    'pass',
    'The check interval is 5 to 300 seconds.',
    '10 of 10 as expected',
  ],
  [
    'config.health.path.syntax',
    'pass',
    'The path starts with /, has at most 5 levels and at most 100 characters.',
    '19 of 19 as expected',
  ],
  [
    'config.timeout-beyond-interval',
    'unsupported',
    'A timeout longer than the interval: accept or reject, as declared.',
    'not declared; observed: accepted in 6 of 6',
  ],
  [
    'schedule.wrr.share',
    'pass',
    'In the long run connections follow the weights.',
    '4,096 connections over 3 weight vectors; largest deviation 0.4 %, the e-process stayed below 1/α',
  ],
  [
    'schedule.wrr.cycle',
    'pass',
    'Every whole cycle gives each instance exactly its weight.',
    '96 cycles, all exact',
  ],
  [
    'schedule.wlc.ratio',
    'fail',
    'Held connections follow the weights within one.',
    'a held 9 of 20 connections where 12 ± 1 follow from weights 3:2, in 3 of 3 timelines',
  ],
  [
    'schedule.wlc.release',
    'pass',
    'After an instance’s connections end, the next ones go to it until it is level.',
    '3 timelines, 41 placements',
  ],
  [
    'schedule.source.sticky',
    'pass',
    'One source address keeps going to one instance while set and weights stay.',
    '212 sources, 4 connections each',
  ],
  [
    'schedule.source.share',
    'inconclusive',
    'Over many source addresses, shares follow the weights.',
    '300 sources are too few for the declared band of 0.05: shares 0.41 and 0.59 against 0.40 and 0.60',
  ],
  [
    'schedule.eligible',
    'inconclusive',
    'No new connection to an instance that is out while another is in.',
    'a draining instance took 1 new connection',
  ],
  ['schedule.recovery', 'pass', 'A recovered instance gets traffic again.', '5 of 5 recoveries'],
  [
    'forward.port',
    'pass',
    'Traffic reaches the instance’s own port, else the service’s.',
    '38 connections',
  ],
  [
    'forward.data',
    'pass',
    'Bytes pass both ways unchanged, and both ends learn of a close.',
    '38 connections, 1.2 MB each way',
  ],
  [
    'health.unhealthy-threshold',
    'pass',
    'A healthy instance goes out at exactly the n-th consecutive failed check.',
    'thresholds 1, 2, 3, 5: 11 transitions',
  ],
  [
    'health.healthy-threshold',
    'pass',
    'An unhealthy instance comes in at exactly the n-th consecutive passed check.',
    'thresholds 1, 2, 3, 5: 11 transitions',
  ],
  [
    'health.consecutive',
    'pass',
    'The opposite result starts the count again.',
    '8 interrupted series',
  ],
  [
    'health.timeout',
    'error',
    'A response later than the timeout is a failed check, one before it is not.',
    'the balancer ended unexpectedly (signal 11) in 2 of 3 trials',
  ],
  ['health.http.codes', 'pass', 'Exactly the normal codes pass.', '24 codes at every class edge'],
  ['health.initial', 'skipped', 'State before the first result, as declared.', 'not asked for'],
  [
    'persistence.sticks',
    'inconclusive',
    'Connections from one source go to one instance for the duration.',
    'no gap of 0.9 of the duration came up',
  ],
  ['persistence.off', 'pass', 'Without persistence the scheduler alone decides.', '3 timelines'],
  [
    'persistence.source-address',
    'pass',
    'The key is the source address, not the port.',
    '3 timelines',
  ],
  [
    'persistence.draining',
    'fail',
    'Not even a known client opens a new connection to a draining instance.',
    'client 127.1.0.7 was placed on b 0.412 s after b began to drain, in 3 of 4 timelines',
  ],
  [
    'draining.no-new',
    'inconclusive',
    'A removed instance gets no new connection.',
    'b took 1 new connection while it drained',
  ],
  [
    'draining.established',
    'pass',
    'Established connections carry data until they end or the duration is over.',
    '22 connections carried data during a drain',
  ],
  [
    'draining.deadline',
    'pass',
    'At the end of the duration: close, or leave, as declared.',
    '6 connections closed 300.0 s after removal',
  ],
  ['draining.zero', 'pass', 'With 0 s there is no new connection at once.', '3 timelines'],
  [
    'load.no-loss',
    'not-applicable',
    'Under load no connection is refused or reset.',
    'the load section was not asked for',
  ],
];

const declaredIds = new Set([
  'config.timeout-beyond-interval',
  'health.initial',
  'draining.deadline',
]);

function clauseOf([id, verdict, statement, why]: Row): ClauseResult {
  const failure = sampleFailures[id];
  return {
    id,
    strength: declaredIds.has(id) ? 'declared' : id.startsWith('schedule') ? 'derived' : 'stated',
    statement,
    section: id.startsWith('health') ? 'Health check setting' : 'Backend service',
    verdict,
    why,
    byAdapter: id === 'draining.deadline' ? 'the adapter ends the drain with its own timer' : null,
    vacuous: id === 'persistence.sticks',
    intermittent: id === 'persistence.draining' ? { failed: 3, of: 4 } : null,
    attributedTo:
      id === 'draining.no-new' || id === 'schedule.eligible' ? 'persistence.draining' : null,
    cases: {
      passed: verdict === 'pass' ? 4 : 1,
      failed: verdict === 'fail' ? 3 : 0,
      inconclusive: verdict === 'inconclusive' ? 2 : 0,
      void: 0,
    },
    sometimes:
      id === 'persistence.sticks'
        ? { 'gap of 0.9 of the duration': 0, 'client seen again': 14 }
        : { 'situation came up': 9 },
    certificate:
      id === 'schedule.wrr.share'
        ? {
            checks: 4,
            falseAlarmRateInAll: 3.3e-7,
            falseAlarmRate: 8.25e-8,
            detectableBias: 0.094,
            power: 0.9,
            connections: 1600,
            shares: [0.5, 0.5],
            hardest: [0.406, 0.594],
          }
        : null,
    failures: failure === undefined ? [] : [failure],
  };
}

export function sampleConformance(change: Partial<ConformanceResult> = {}): ConformanceResult {
  const clauses = (change.clauses ?? rows.map(clauseOf)) as readonly ClauseResult[];
  return {
    result: 1,
    kind: 'conformance',
    suite: '0.1.0',
    implementation: { connectable: 'haproxy', name: 'HAProxy', version: '2.6.12' },
    profile: 'console',
    seed: '42',
    time: 'scaled',
    realMsPerSecond: { checks: 40, persistence: 2, draining: 5 },
    complete: true,
    filter: [],
    capabilities: {
      configuration: {
        supported: true,
        providedBy: 'adapter',
        note: 'HAProxy knows other limits than the page',
      },
      'schedule.wrr': { supported: true, providedBy: 'balancer' },
      'schedule.wlc': { supported: true, providedBy: 'balancer' },
      'schedule.source': { supported: true, providedBy: 'balancer' },
      'check.tcp': { supported: true, providedBy: 'balancer' },
      'check.http': { supported: true, providedBy: 'balancer' },
      persistence: { supported: true, providedBy: 'balancer' },
      'persistence.draining': { supported: true, providedBy: 'balancer' },
      drain: { supported: true, providedBy: 'balancer' },
      'drain.deadline': {
        supported: true,
        providedBy: 'adapter',
        note: 'HAProxy has no drain timer',
      },
      'change.weight': { supported: true, providedBy: 'balancer' },
      'change.configuration': { supported: false, note: 'a reload would end the process' },
    },
    traits: {
      'source.disruption': { reading: 'own-only', providedBy: 'balancer' },
      'source.shareTolerance': { reading: 0.05, providedBy: 'balancer' },
      'health.intervalFrom': { reading: 'end', providedBy: 'balancer' },
      'health.timerSlackMs': { reading: 20, providedBy: 'balancer' },
      'persistence.clock': { reading: 'last-connection', providedBy: 'balancer' },
      'draining.deadline': { reading: 'close', providedBy: 'adapter' },
      'change.propagationMs': { reading: 100, providedBy: 'balancer' },
      refusal: { reading: 'closed', providedBy: 'balancer' },
    },
    counts: countVerdicts(clauses),
    cases: {
      configurations: 412,
      timelines: 118,
      histories: 131,
      events: 48_212,
      connections: 14_310,
      checks: 9_120,
    },
    canary: {
      defects: [
        {
          name: 'never-back',
          sentence: 'An instance that went out stays out, whatever its checks say.',
          breaks: ['schedule.recovery'],
          outcome: 'killed',
          cases: 344,
        },
      ],
      why: 'never-back caught by the same cases',
    },
    coverage: { pairs: { covered: 769, of: 769 }, transitions: { covered: 24, of: 300 } },
    falseAlarms: { alpha: 1e-6, checks: 3, rateOfEach: 1e-6 / 3 },
    gate: { exitCode: 1, why: '2 clauses failed: schedule.wlc.ratio, persistence.draining' },
    ...change,
    clauses,
  };
}

export function sampleFacts(): RunFacts {
  const trials = Array.from({ length: 60 }, (_, index) => {
    const lane = index % 6;
    const fromMs = Math.floor(index / 6) * 6_400 + lane * 320;
    return {
      name: `${['health', 'schedule', 'persistence', 'draining'][index % 4]}-${index}`,
      lane,
      fromMs,
      toMs: fromMs + 3_000 + ((index * 977) % 3_100),
      attempt: index === 17 ? 2 : 1,
      lagMs: index === 16 ? 41 : (index * 7) % 9,
    };
  });
  return {
    run: 1,
    startedAt: '2026-03-04T05:06:07.000Z',
    durationMs: 66_412,
    machine: { cores: 2, node: 'v20.20.2', platform: 'linux x64' },
    lanes: 6,
    timeScale: {
      isLinear: true,
      why: 'follows the scale: at 20 ms a second a check every 101.4 ms, at 40 ms a second a check every 201.7 ms',
      measured: { realMsPerSecond: [20, 40], intervalMs: [101.4, 201.7] },
    },
    trials,
    load: {
      seconds: 5,
      connections: 64,
      direct: {
        requestsPerSecond: 21_432,
        latencyMs: { p50: 2.1, p90: 4.4, p99: 9.7 },
        errors: 0,
        placed: { a: 53_580, b: 53_580 },
      },
      through: {
        requestsPerSecond: 15_120,
        latencyMs: { p50: 3.9, p90: 6.1, p99: 14.2 },
        errors: 0,
        placed: { a: 45_360, b: 30_240 },
      },
    },
  };
}

/** What an implementation could send to break a page, a terminal or an XML file. */
export const hostile = `"><img src=x onerror=alert(1)></script><script>alert(2)</script>&]]>\u001b[31m\u0000'`;

export function hostileConformance(): ConformanceResult {
  const sample = sampleConformance();
  const clauses = sample.clauses.map((clause) => ({
    ...clause,
    why: hostile,
    statement: hostile,
    byAdapter: clause.byAdapter === null ? null : hostile,
    sometimes: { [hostile]: 1 },
    failures: clause.failures.map((failure) => ({
      ...failure,
      why: hostile,
      expected: hostile,
      observed: hostile,
      file: hostile,
      replay: hostile,
      looksLike: { defect: hostile, sentence: hostile, thread: hostile },
      story: failure.story.map((each) => ({
        ...each,
        text: hostile,
        event:
          each.event !== null && 'instance' in each.event
            ? { ...each.event, instance: hostile }
            : each.event,
      })),
    })),
  }));
  return sampleConformance({
    clauses,
    implementation: { connectable: hostile, name: hostile, version: hostile },
    seed: hostile,
    suite: hostile,
    filter: [hostile],
    traits: { [hostile]: { reading: hostile, providedBy: 'adapter' } },
    canary: { defects: [], why: hostile },
    gate: { exitCode: 1, why: hostile },
  });
}
