/** The clauses on session persistence and connection draining. Ids are public and stable. */
import type { Clause } from './clauses.ts';

const persistence = 'Basic Information: Session persistence';
const draining = 'Basic Information: Connection draining';

export const sessionClauses: readonly Clause[] = [
  {
    id: 'persistence.sticks',
    strength: 'stated',
    section: persistence,
    statement:
      'With persistence on, connections from one source go to one instance for at least the duration, as long as that instance is eligible.',
    needs: ['persistence'],
    // who is forgotten before the minimum is forgotten before any declared clock has run out, too
    broader: ['persistence.expiry', 'change.effective'],
  },
  {
    id: 'persistence.source-address',
    strength: 'derived',
    section: persistence,
    statement: 'A client is known by its address, whichever port it comes from.',
    needs: ['persistence'],
    broader: [
      ...['persistence.sticks', 'persistence.expiry', 'change.effective'],
      ...['schedule.wlc.ratio', 'schedule.wlc.release'],
    ],
    isPremise: true,
  },
  {
    id: 'persistence.off',
    strength: 'stated',
    section: persistence,
    statement: 'With persistence off the scheduler alone decides.',
    needs: [],
    broader: [
      ...['schedule.wrr.cycle', 'schedule.wrr.share', 'change.effective'],
      ...['schedule.wlc.ratio', 'schedule.wlc.release'],
    ],
  },
  {
    id: 'persistence.unhealthy',
    strength: 'derived',
    section: persistence,
    statement: 'A known client whose instance is no longer eligible is sent to another one.',
    needs: ['persistence'],
    needsChecks: true,
    broader: ['schedule.eligible'],
  },
  {
    id: 'persistence.draining',
    strength: 'derived',
    section: `${persistence}; ${draining}`,
    statement: 'Even a known client opens no new connection to a draining instance.',
    needs: ['persistence', 'persistence.draining', 'drain'],
    broader: ['schedule.eligible'],
  },
  {
    id: 'persistence.expiry',
    strength: 'declared',
    section: persistence,
    statement:
      'From when the duration counts is as declared; once it is over the scheduler decides again.',
    needs: ['persistence'],
    trait: 'persistence.clock',
  },
  {
    id: 'draining.no-new',
    strength: 'stated',
    section: draining,
    statement: 'An instance that was removed gets no new connection.',
    needs: ['drain'],
    // whoever still places connections there places known clients there too, and counts it among those owed some
    broader: [
      'schedule.eligible',
      'persistence.draining',
      'schedule.wlc.release',
      'change.effective',
      'load.share',
    ],
  },
  {
    id: 'draining.established',
    strength: 'stated',
    section: draining,
    statement:
      'The connections of a draining instance carry data both ways until they end or the duration is over.',
    needs: ['drain'],
    broader: ['load.no-loss', 'draining.default', 'change.effective'],
    isPremise: true,
  },
  {
    id: 'draining.deadline',
    strength: 'declared',
    section: draining,
    statement:
      'At the end of the duration the connections that are left are closed or left alone, as declared.',
    needs: ['drain', 'drain.deadline'],
    trait: 'draining.deadline',
    broader: ['draining.default', 'change.effective'],
    isPremise: true,
  },
  {
    id: 'draining.zero',
    strength: 'derived',
    section: draining,
    statement:
      'With a duration of 0 there is no new connection from the moment of removal; established ones are cut or left, as declared.',
    needs: ['drain'],
    trait: 'draining.zero',
    broader: ['draining.no-new', 'schedule.eligible', 'change.effective', 'health.initial'],
  },
  {
    id: 'draining.default',
    strength: 'stated',
    section: draining,
    statement: 'With no duration set, draining takes 300 seconds.',
    needs: ['drain'],
    broader: ['load.no-loss'],
  },
  {
    id: 'draining.others',
    strength: 'derived',
    section: draining,
    statement: 'Draining one instance touches no connection of another.',
    needs: ['drain'],
    broader: ['change.keeps-established', 'load.no-loss'],
  },
  {
    id: 'draining.early-finish',
    strength: 'declared',
    section: draining,
    statement: 'With no connection left, draining ends at once or at its deadline, as declared.',
    needs: ['drain'],
    trait: 'draining.earlyFinish',
  },
  {
    id: 'draining.return',
    strength: 'declared',
    section: draining,
    statement:
      'What becomes of an instance that is registered again while it drains is as declared.',
    needs: ['drain'],
    trait: 'draining.return',
    broader: [
      ...['load.no-loss', 'schedule.eligible', 'change.effective'],
      ...['schedule.wrr.cycle', 'schedule.wrr.share'],
    ],
  },
];
