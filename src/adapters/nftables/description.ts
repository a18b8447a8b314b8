/** What nftables can do as a balancer, and how it reads what the page leaves open. Knows no process. */
import type { Capability, Supported, Trait, Traits } from '../../spec/behaviour.ts';
import { type Description, protocolVersion } from '../contract.ts';

const byBalancer: Supported = { supported: true, providedBy: 'balancer' };
const missing = (note: string): Supported => ({ supported: false, note });
const balancer = (reading: string | number): Trait => ({ reading, providedBy: 'balancer' });

const noChecks = missing('nftables checks nobody; whoever writes its rules would have to');

const capabilities: Readonly<Record<Capability, Supported>> = {
  configuration: {
    supported: true,
    providedBy: 'adapter',
    note: 'the kernel knows rules, not services; the adapter rejects what the page rejects',
  },
  'schedule.wrr': byBalancer,
  'schedule.wlc': missing('nftables counts no connections of an instance'),
  'schedule.source': byBalancer,
  'check.tcp': noChecks,
  'check.http': noChecks,
  persistence: byBalancer,
  'persistence.draining': byBalancer,
  drain: byBalancer,
  'drain.deadline': missing('a connection that was translated once stays so until it ends'),
  'change.weight': byBalancer,
  'change.configuration': byBalancer,
};

const traits: Traits = {
  'wrr.schedulers': balancer(1),
  // a changed rule counts from its first slot again
  'wrr.washoutCycles': balancer(2),
  'source.disruption': balancer('any'),
  'source.shareTolerance': balancer(0.1),
  // and nothing ever takes it down
  'health.initial': balancer('up'),
  'persistence.clock': balancer('last-connection'),
  'draining.deadline': balancer('leave'),
  'draining.zero': balancer('leave'),
  'draining.return': balancer('resumes'),
  'schedule.weightZero': balancer('quiesced'),
  'schedule.noneEligible': balancer('refuse'),
  'config.timeoutBeyondInterval': { reading: 'accept', providedBy: 'adapter' },
  'change.propagationMs': balancer(0),
  refusal: balancer('refused'),
};

export function describeNftables(version: string, networkNamespace: string): Description {
  return {
    protocol: protocolVersion,
    name: 'nftables',
    version,
    plane: 'wire',
    networkNamespace,
    time: ['scaled', 'real'],
    floorsMs: { checkTimeout: 40, persistence: 1000, drain: 300 },
    capabilities,
    traits,
    profiles: ['console', 'openapi'],
    limits: { deploymentsMax: 16, instancesMax: 100, connectionsMax: 2000 },
  };
}
