/** The families of timelines a run draws from, dearest first on the wire, so that lanes fill well. */
import type { Family } from './family.ts';
import {
  healthCodes,
  healthConsecutive,
  healthIsolation,
  healthTcp,
  healthThresholds,
  healthTimeout,
} from './health.ts';
import {
  sourceFailures,
  sourceReturns,
  sourceShares,
  wlcRefill,
  wrrCycles,
  wrrReweighs,
  wrrShares,
} from './scheduling.ts';
import {
  draining,
  drainingZero,
  forwardPorts,
  persistenceDraining,
  persistenceOff,
  persistenceSticks,
  persistenceUnhealthy,
} from './service.ts';

export const families: readonly Family[] = [
  healthConsecutive,
  healthThresholds,
  healthTcp,
  healthTimeout,
  healthIsolation,
  healthCodes,
  persistenceSticks,
  sourceFailures,
  draining,
  wrrShares,
  sourceShares,
  wlcRefill,
  wrrCycles,
  sourceReturns,
  wrrReweighs,
  persistenceDraining,
  persistenceUnhealthy,
  drainingZero,
  persistenceOff,
  forwardPorts,
];
