/**
 * What pen claims to do as a balancer, and how it reads what the page leaves open; that it does not keep all of it is
 * what the suite is for. Measured on 0.34.1. Knows no process.
 */
import type { Capability, Supported, Trait, Traits } from '../../spec/behaviour.ts';
import { type Description, protocolVersion } from '../contract.ts';

const byBalancer: Supported = { supported: true, providedBy: 'balancer' };
const missing = (note: string): Supported => ({ supported: false, note });
const balancer = (reading: string | number): Trait => ({ reading, providedBy: 'balancer' });

const noChecks = missing('pen checks nobody; it learns of failures from clients');

const capabilities: Readonly<Record<Capability, Supported>> = {
  configuration: {
    supported: true,
    providedBy: 'adapter',
    note: 'pen knows servers, not services; the adapter rejects what the page rejects',
  },
  'schedule.wrr': byBalancer,
  'schedule.wlc': byBalancer,
  'schedule.source': byBalancer,
  'check.tcp': noChecks,
  'check.http': noChecks,
  persistence: byBalancer,
  'persistence.draining': byBalancer,
  drain: byBalancer,
  'drain.deadline': missing('pen drains without a deadline'),
  'change.weight': byBalancer,
  'change.configuration': missing('this adapter changes servers only'),
};

const traits: Traits = {
  'wrr.schedulers': balancer(1),
  'wrr.washoutCycles': balancer(2),
  'wlc.tie': balancer('any'),
  'source.disruption': balancer('own-only'),
  'source.shareTolerance': balancer(0.1),
  // and nothing ever takes it down
  'health.initial': balancer('up'),
  'persistence.clock': balancer('last-connection'),
  'draining.deadline': balancer('leave'),
  'draining.zero': balancer('leave'),
  'draining.return': balancer('resumes'),
  'schedule.weightZero': { reading: 'quiesced', providedBy: 'adapter' },
  'schedule.noneEligible': balancer('refuse'),
  'config.timeoutBeyondInterval': { reading: 'accept', providedBy: 'adapter' },
  'change.propagationMs': balancer(0),
  refusal: balancer('closed'),
};

export function describePen(version: string): Description {
  return {
    protocol: protocolVersion,
    name: 'pen',
    version,
    plane: 'wire',
    time: ['scaled', 'real'],
    // it counts in whole seconds
    floorsMs: { checkTimeout: 40, persistence: 2000, drain: 300 },
    capabilities,
    traits,
    profiles: ['console', 'openapi'],
    limits: { deploymentsMax: 16, instancesMax: 100, connectionsMax: 2000 },
  };
}
