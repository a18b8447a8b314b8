/** The families of timelines a run draws from, dearest first on the wire, so that lanes fill well. */
import type { Family } from './family.ts';
import {
  healthCodes,
  healthConsecutive,
  healthTcp,
  healthThresholds,
  healthTimeout,
} from './health.ts';
import { sourceReturns, sourceShares, wlcRefill, wrrCycles, wrrShares } from './scheduling.ts';
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
  healthCodes,
  persistenceSticks,
  draining,
  wrrShares,
  sourceShares,
  wlcRefill,
  wrrCycles,
  sourceReturns,
  persistenceDraining,
  persistenceUnhealthy,
  drainingZero,
  persistenceOff,
  forwardPorts,
];
