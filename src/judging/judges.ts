/** Every judge, in the order of the clause book. */
import { effective, keepsEstablished } from './changes.judges.ts';
import { checkInterval, checkPath, checkPort } from './check-places.judges.ts';
import { detectionTime } from './detection-time.judges.ts';
import { drainingDefault, drainingReturn, earlyFinish } from './drain-ends.judges.ts';
import { deadline, drainingOthers, drainingZero, established, noNew } from './draining.judges.ts';
import { eligible, recovery } from './eligibility.judges.ts';
import { forwardData, forwardPort } from './forwarding.judges.ts';
import { isolation } from './health-isolation.judges.ts';
import { httpCodes, responseTimeout, tcpChecks } from './health-results.judges.ts';
import { initialHealth } from './health-start.judges.ts';
import { consecutive, healthyThreshold, unhealthyThreshold } from './health-thresholds.judges.ts';
import type { Judge } from './judge.ts';
import { loadShare, noLoss } from './load.judges.ts';
import { liveConnections, noneEligible } from './outage.judges.ts';
import {
  persistenceDraining,
  persistenceOff,
  persistenceUnhealthy,
  sourceAddress,
  sticks,
} from './persistence.judges.ts';
import { expiry } from './session-clock.judges.ts';
import { sourceShare, sourceSticky } from './source-hashing.judges.ts';
import { sourceDisruption, sourceReturn } from './source-movement.judges.ts';
import { weightChange } from './weight-change.judges.ts';
import { weightZero } from './weight-zero.judges.ts';
import { wlcActiveOnly, wlcRatio, wlcRelease } from './weighted-least-connections.judges.ts';
import { wrrCycle, wrrShare, wrrSpread } from './weighted-round-robin.judges.ts';

export const judges: readonly Judge[] = [
  wrrShare,
  wrrCycle,
  wrrSpread,
  wlcRatio,
  wlcRelease,
  wlcActiveOnly,
  sourceSticky,
  sourceShare,
  sourceDisruption,
  sourceReturn,
  eligible,
  recovery,
  weightChange,
  weightZero,
  noneEligible,
  forwardPort,
  forwardData,
  unhealthyThreshold,
  healthyThreshold,
  consecutive,
  checkInterval,
  responseTimeout,
  tcpChecks,
  httpCodes,
  checkPath,
  checkPort,
  isolation,
  detectionTime,
  initialHealth,
  liveConnections,
  sticks,
  sourceAddress,
  persistenceOff,
  persistenceUnhealthy,
  persistenceDraining,
  expiry,
  noNew,
  established,
  deadline,
  drainingZero,
  drainingDefault,
  drainingOthers,
  earlyFinish,
  drainingReturn,
  keepsEstablished,
  effective,
  noLoss,
  loadShare,
];
