/** The clauses on when an instance goes out of rotation and comes back. Ids are public and stable. */
import type { Clause } from './clauses.ts';

const check = 'Health check setting';

/** An instance that is in or out at the wrong time also shows in how fast it was found out and in who got connections. */
const wrongTime = [
  'health.detection-time',
  'schedule.eligible',
  'schedule.recovery',
  'persistence.unhealthy',
  'schedule.none-eligible',
];
/** A check that is classified wrongly also counts wrongly. */
const wrongResult = [
  'health.unhealthy-threshold',
  'health.healthy-threshold',
  'load.no-loss',
  'change.effective',
  ...wrongTime,
];

export const healthClauses: readonly Clause[] = [
  {
    id: 'health.unhealthy-threshold',
    strength: 'stated',
    section: `${check}: Unhealthy threshold`,
    statement:
      'A confirmed healthy instance goes out with exactly as many failed checks in a row as the unhealthy threshold says.',
    needs: [],
    needsChecks: true,
    broader: [...wrongTime, 'health.initial', 'change.effective'],
  },
  {
    id: 'health.healthy-threshold',
    strength: 'stated',
    section: `${check}: Healthy threshold`,
    statement:
      'A confirmed unhealthy instance comes in with exactly as many passed checks in a row as the healthy threshold says.',
    needs: [],
    needsChecks: true,
    broader: ['schedule.eligible', 'schedule.recovery', 'change.effective'],
  },
  {
    id: 'health.consecutive',
    strength: 'stated',
    section: `${check}: thresholds`,
    statement: 'One opposite result starts the count again, on the way out and on the way in.',
    needs: [],
    needsChecks: true,
    // whoever counts together what is not in a row misses every other reading of a result, too
    broader: [
      ...['health.unhealthy-threshold', 'health.healthy-threshold', 'health.timeout'],
      ...['health.tcp', 'health.http.codes', 'change.effective'],
      ...wrongTime,
    ],
    isPremise: true,
  },
  {
    id: 'health.interval',
    strength: 'stated',
    section: `${check}: Health check interval`,
    statement:
      'Between two checks of an instance lies no more than the interval and the declared slack.',
    needs: [],
    needsChecks: true,
    trait: 'health.intervalFrom',
    broader: ['health.detection-time', 'change.effective'],
  },
  {
    id: 'health.timeout',
    strength: 'stated',
    section: `${check}: Response timeout`,
    statement: 'An answer within the timeout counts, one after it is a failed check.',
    needs: [],
    needsChecks: true,
    broader: wrongResult,
  },
  {
    id: 'health.tcp',
    strength: 'derived',
    section: `${check}: method`,
    statement:
      'A TCP check passes when the connection is made, and fails when it is refused or nothing answers.',
    needs: ['check.tcp'],
    broader: wrongResult,
  },
  {
    id: 'health.http.codes',
    strength: 'stated',
    section: `${check}: Normal state code`,
    statement: 'An HTTP check passes with a normal status code and fails with every other.',
    needs: ['check.http'],
    broader: wrongResult,
  },
  {
    id: 'health.http.path',
    strength: 'stated',
    section: `${check}: Check path`,
    statement: 'An HTTP check asks for the configured path.',
    needs: ['check.http'],
    broader: ['change.effective'],
  },
  {
    id: 'health.port',
    strength: 'stated',
    section: `${check}: check port`,
    statement:
      'Checks go to the check port, or to the traffic port of the instance where none is set.',
    needs: [],
    needsChecks: true,
    broader: ['change.effective'],
  },
  {
    id: 'health.isolation',
    strength: 'derived',
    section: `${check}: thresholds`,
    statement: 'The results of one instance change nothing for another.',
    needs: [],
    needsChecks: true,
    broader: [
      ...['health.consecutive', 'health.timeout', 'health.tcp', 'health.http.codes'],
      ...wrongResult,
      ...['schedule.wlc.ratio', 'schedule.wlc.release'],
    ],
    isPremise: true,
  },
  {
    id: 'health.detection-time',
    strength: 'derived',
    section: `${check}: interval, timeout, thresholds`,
    statement:
      'A failed instance is out of rotation within the time that interval, timeout and threshold add up to, and not before its last needed failure.',
    needs: [],
    needsChecks: true,
    broader: ['schedule.eligible', 'schedule.none-eligible', 'change.effective'],
  },
  {
    id: 'health.initial',
    strength: 'declared',
    section: check,
    statement:
      'What an instance is before its first result, and what that result does, is as declared.',
    needs: [],
    needsChecks: true,
    trait: 'health.initial',
    broader: ['change.effective'],
  },
  {
    id: 'health.live-connections',
    strength: 'declared',
    section: check,
    statement: 'Connections to an instance that becomes unhealthy are kept or cut, as declared.',
    needs: ['traffic'],
    needsChecks: true,
    trait: 'health.liveConnections',
  },
];
