/** The families of timelines a run draws from, dearest first on the wire, so that lanes fill well. */
import {
  listsChange,
  load,
  membersChange,
  reconfigures,
  updatesTurnedAway,
  weightZero,
  weightZeroElsewhere,
} from './changes.ts';
import { accompanied } from './companions.ts';
import { days } from './days.ts';
import { documentsAfterReweighing, documentsChange } from './documents.ts';
import {
  draining,
  drainingCrowd,
  drainingDefault,
  drainingDwindles,
  drainingEarly,
  drainingResting,
  drainingReturn,
  drainingSeveral,
  drainingUnwell,
  drainingZero,
} from './drains.ts';
import type { Family } from './family.ts';
import { forwardMoves, forwardPorts, forwardRecovers, forwardReturns } from './forwarding.ts';
import {
  healthConsecutive,
  healthTcp,
  healthTcpConsecutive,
  healthTcpThresholds,
  healthTcpTimeout,
  healthThresholds,
  healthTimeout,
} from './health.ts';
import { healthCodes, healthLoneCodes, healthNotedCodes } from './health-codes.ts';
import { healthIsolation, healthTogether } from './health-of-several.ts';
import { healthTours } from './health-tours.ts';
import {
  changesBetweenChecks,
  changesWhileCounting,
  changesWhileOut,
  reconfiguresUnhealthy,
  reconfiguresWhileOut,
} from './interruptions.ts';
import { wlcJoins, wlcRefill, wlcThrough } from './least-connections.ts';
import {
  healthDetection,
  healthInitial,
  outageOfOne,
  outageRecoveries,
  outages,
} from './outages.ts';
import {
  persistenceChanges,
  persistenceDraining,
  persistenceExpiry,
  persistenceOff,
  persistenceSticks,
  persistenceUnhealthy,
} from './persistence.ts';
import { reconfiguresParts } from './reconfigurations.ts';
import {
  wrrBoundaries,
  wrrCycles,
  wrrMembers,
  wrrNames,
  wrrRecovers,
  wrrReweighs,
  wrrShares,
} from './round-robin.ts';
import {
  sourceFailures,
  sourceReturns,
  sourceReweighs,
  sourceShares,
  sourceSharesWithout,
} from './source-hashing.ts';

export const families: readonly Family[] = [
  persistenceExpiry,
  healthConsecutive,
  healthTours,
  healthThresholds,
  healthTogether,
  outages,
  outageOfOne,
  outageRecoveries,
  changesWhileOut,
  changesWhileCounting,
  changesBetweenChecks,
  reconfiguresWhileOut,
  reconfiguresUnhealthy,
  healthTcp,
  healthTcpConsecutive,
  healthTcpThresholds,
  healthTcpTimeout,
  healthTimeout,
  healthIsolation,
  healthCodes,
  healthLoneCodes,
  healthNotedCodes,
  healthDetection,
  drainingDefault,
  drainingReturn,
  persistenceSticks,
  sourceFailures,
  draining,
  drainingUnwell,
  drainingDwindles,
  drainingSeveral,
  drainingResting,
  drainingCrowd,
  wrrShares,
  sourceShares,
  sourceSharesWithout,
  wlcJoins,
  wlcRefill,
  wlcThrough,
  wrrMembers,
  wrrNames,
  wrrCycles,
  wrrBoundaries,
  wrrRecovers,
  sourceReturns,
  sourceReweighs,
  wrrReweighs,
  persistenceDraining,
  persistenceUnhealthy,
  persistenceChanges,
  drainingZero,
  persistenceOff,
  drainingEarly,
  healthInitial,
  membersChange,
  listsChange,
  reconfigures,
  reconfiguresParts,
  updatesTurnedAway,
  documentsChange,
  documentsAfterReweighing,
  weightZero,
  weightZeroElsewhere,
  load,
  forwardPorts,
  forwardReturns,
  forwardRecovers,
  forwardMoves,
  accompanied,
  days,
];
