/** Which algorithm stands behind each name of the configuration. Knows no more than the names. */
import type { Scheduling } from '../spec/configuration.ts';
import type { SchedulerFactory } from './scheduler.ts';
import { sourceHash } from './source-hash.ts';
import { weightedLeastConnections } from './weighted-least-connections.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';

export const schedulers: Readonly<Record<Scheduling, SchedulerFactory>> = {
  'weighted-round-robin': weightedRoundRobin,
  'weighted-least-connections': weightedLeastConnections,
  'source-ip': sourceHash,
};
