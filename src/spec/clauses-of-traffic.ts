/** The clauses on who gets a connection, where it arrives, and what changes and load do to it. Ids are public and stable. */
import type { Clause } from './clauses.ts';

const algorithm = 'Basic Information: Scheduling algorithm';

export const trafficClauses: readonly Clause[] = [
  {
    id: 'schedule.wrr.share',
    strength: 'derived',
    section: algorithm,
    statement:
      'Under weighted round robin the shares of new connections follow the weights in the long run.',
    needs: ['schedule.wrr'],
    broader: ['load.share'],
  },
  {
    id: 'schedule.wrr.cycle',
    strength: 'derived',
    section: algorithm,
    statement:
      'One round robin scheduler hands out whole cycles: within each, every instance gets exactly its part.',
    needs: ['schedule.wrr'],
    trait: 'wrr.schedulers',
    broader: ['schedule.wrr.share', 'load.share', 'change.effective'],
  },
  {
    id: 'schedule.wrr.spread',
    strength: 'declared',
    section: algorithm,
    statement: 'How far the picks so far stray from the ideal shares is measured and reported.',
    isMeasured: true,
    needs: ['schedule.wrr'],
  },
  {
    id: 'schedule.wlc.ratio',
    strength: 'derived',
    section: algorithm,
    statement:
      'Under weighted least connections, held connections stand in the ratio of the weights once an uneven part was closed and filled again.',
    needs: ['schedule.wlc'],
    broader: ['schedule.wlc.release', 'change.effective'],
  },
  {
    id: 'schedule.wlc.release',
    strength: 'derived',
    section: algorithm,
    statement:
      'An instance whose connections ended gets the next ones until it is level with the others.',
    needs: ['schedule.wlc'],
  },
  {
    id: 'schedule.wlc.active-only',
    strength: 'derived',
    section: algorithm,
    statement: 'Weighted least connections counts open connections; closed ones weigh nothing.',
    needs: ['schedule.wlc'],
    broader: ['schedule.wlc.ratio', 'schedule.wlc.release'],
  },
  {
    id: 'schedule.source.sticky',
    strength: 'derived',
    section: algorithm,
    statement:
      'Under source IP an address keeps its instance for as long as the eligible instances and their weights stay as they are, from whichever port.',
    needs: ['schedule.source'],
    broader: ['schedule.source.disruption', 'schedule.source.return', 'change.effective'],
  },
  {
    id: 'schedule.source.share',
    strength: 'derived',
    section: algorithm,
    statement:
      'Over many addresses, source IP divides connections by the weights, within the declared band.',
    needs: ['schedule.source'],
    trait: 'source.shareTolerance',
    broader: ['load.share'],
  },
  {
    id: 'schedule.source.disruption',
    strength: 'declared',
    section: algorithm,
    statement:
      'How many addresses move when an instance leaves: its own only, or others too, as declared.',
    needs: ['schedule.source'],
    trait: 'source.disruption',
  },
  {
    id: 'schedule.source.return',
    strength: 'derived',
    section: algorithm,
    statement: 'The addresses of an instance come back to it once it has recovered.',
    needs: ['schedule.source'],
  },
  {
    id: 'schedule.eligible',
    strength: 'derived',
    section: `${algorithm}; Health check setting`,
    statement:
      'No new connection goes to an unhealthy, draining or removed instance as long as another one is eligible.',
    needs: [],
  },
  {
    id: 'schedule.recovery',
    strength: 'derived',
    section: 'Health check setting: Healthy threshold',
    statement: 'An instance that has recovered gets new connections again.',
    needs: [],
    needsChecks: true,
    // whose clients find somebody else, and stay there
    broader: ['schedule.source.sticky', 'schedule.source.return', 'change.effective'],
  },
  {
    id: 'schedule.weight-change',
    strength: 'derived',
    section: algorithm,
    statement: 'A changed weight shows in the shares and cuts no connection.',
    needs: ['change.weight'],
    broader: [
      'schedule.wrr.cycle',
      'schedule.wrr.share',
      'schedule.wlc.ratio',
      'schedule.source.share',
      'schedule.weight-zero',
      'change.keeps-established',
    ],
  },
  {
    id: 'schedule.weight-zero',
    strength: 'declared',
    section: algorithm,
    statement:
      'Weight 0 is unsupported, or it means no new connections while the held ones go on, as declared.',
    needs: ['change.weight'],
    trait: 'schedule.weightZero',
    broader: ['change.keeps-established'],
  },
  {
    id: 'schedule.none-eligible',
    strength: 'declared',
    section: 'Health check setting',
    statement:
      'With no eligible instance left, clients are refused or all instances are used, as declared.',
    needs: [],
    trait: 'schedule.noneEligible',
  },
  {
    id: 'forward.port',
    strength: 'stated',
    section: 'Basic Information: Port; Health check setting: check port',
    statement:
      'Traffic arrives at the port of the instance where it has one, else at that of the service.',
    needs: [],
    broader: ['change.effective'],
  },
  {
    id: 'forward.data',
    strength: 'derived',
    section: 'Basic Information: Backend protocol',
    statement:
      'Bytes pass in both directions unchanged, and each end learns when the other closes.',
    needs: [],
    broader: [
      ...['draining.established', 'draining.others', 'draining.return'],
      ...['health.live-connections', 'change.keeps-established', 'load.no-loss'],
    ],
  },
  {
    id: 'change.keeps-established',
    strength: 'derived',
    section: 'the whole page',
    statement:
      'Editing the algorithm, weights, thresholds or members cuts no connection that has nothing to do with it.',
    needs: [],
    broader: ['load.no-loss'],
  },
  {
    id: 'change.effective',
    strength: 'derived',
    section: 'the whole page',
    statement: 'An accepted change is in effect once the declared propagation time is over.',
    needs: [],
    trait: 'change.propagationMs',
  },
  {
    id: 'load.no-loss',
    strength: 'derived',
    section: 'the whole page',
    statement:
      'Under load no connection is refused or reset while the instances are healthy, nor lost in a drain before its end.',
    needs: [],
  },
  {
    id: 'load.share',
    strength: 'derived',
    section: algorithm,
    statement: 'The shares of round robin and of source IP hold for concurrent connections too.',
    needs: [],
  },
];
