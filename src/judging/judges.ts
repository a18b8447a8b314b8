/** Every judge, in the order of the clause book. */
import { checkInterval, checkPath, checkPort } from './check-places.judges.ts';
import { deadline, drainingOthers, drainingZero, established, noNew } from './draining.judges.ts';
import { eligible, recovery } from './eligibility.judges.ts';
import { forwardData, forwardPort } from './forwarding.judges.ts';
import { isolation } from './health-isolation.judges.ts';
import { httpCodes, responseTimeout, tcpChecks } from './health-results.judges.ts';
import { consecutive, healthyThreshold, unhealthyThreshold } from './health-thresholds.judges.ts';
import type { Judge } from './judge.ts';
import {
  persistenceDraining,
  persistenceOff,
  persistenceUnhealthy,
  sourceAddress,
  sticks,
} from './persistence.judges.ts';
import { sourceShare, sourceSticky } from './source-hashing.judges.ts';
import { sourceDisruption, sourceReturn } from './source-movement.judges.ts';
import { weightChange } from './weight-change.judges.ts';
import { wlcActiveOnly, wlcRatio, wlcRelease } from './weighted-least-connections.judges.ts';
import { wrrCycle, wrrShare } from './weighted-round-robin.judges.ts';

export const judges: readonly Judge[] = [
  wrrShare,
  wrrCycle,
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
  sticks,
  sourceAddress,
  persistenceOff,
  persistenceUnhealthy,
  persistenceDraining,
  noNew,
  established,
  deadline,
  drainingZero,
  drainingOthers,
];
