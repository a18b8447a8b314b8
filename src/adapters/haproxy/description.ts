/**
 * What HAProxy, driven by this adapter, can do and how it reads what the page leaves open. Every figure was measured
 * on 2.6.12. Knows no process.
 */
import type { Capability, Supported, Trait, Traits } from '../../spec/behaviour.ts';
import { type Description, protocolVersion } from '../contract.ts';

const byBalancer: Supported = { supported: true, providedBy: 'balancer' };
const balancer = (reading: string | number): Trait => ({ reading, providedBy: 'balancer' });
const adapter = (reading: string | number): Trait => ({ reading, providedBy: 'adapter' });

const capabilities: Readonly<Record<Capability, Supported>> = {
  configuration: {
    supported: true,
    providedBy: 'adapter',
    note: "HAProxy takes values far outside the page's ranges; the adapter rejects them before it is asked",
  },
  'schedule.wrr': byBalancer,
  'schedule.wlc': byBalancer,
  'schedule.source': byBalancer,
  'check.tcp': byBalancer,
  'check.http': byBalancer,
  persistence: byBalancer,
  'persistence.draining': {
    supported: true,
    providedBy: 'adapter',
    note: 'HAProxy sends known clients to a draining server; the adapter clears its stick table',
  },
  drain: byBalancer,
  'drain.deadline': {
    supported: true,
    providedBy: 'adapter',
    note: 'HAProxy drains without a deadline; the adapter ends the sessions at it',
  },
  'change.weight': byBalancer,
  'change.configuration': {
    supported: false,
    note: 'HAProxy takes another configuration only in a new process; this adapter keeps one',
  },
};

const traits: Traits = {
  'wrr.schedulers': balancer(1),
  'wrr.washoutCycles': balancer(2),
  'wlc.tie': balancer('any'),
  'source.disruption': balancer('own-only'),
  // 1000 clients at 1/1/1, 4/3/2, 5/1/1, 100/50/25, 1/100/1: shares strayed by 0.04 at most
  'source.shareTolerance': balancer(0.1),
  'health.intervalFrom': balancer('end'),
  // inter + 2.2 ms on average and + 5.5 ms at worst, at a load of 12 on 2 cores
  'health.timerSlackMs': balancer(10),
  'health.initial': adapter('up'),
  'health.first': balancer('counts'),
  'health.liveConnections': balancer('kept'),
  'persistence.clock': balancer('last-connection'),
  'draining.deadline': adapter('close'),
  'draining.zero': adapter('cut'),
  'draining.earlyFinish': adapter('at-deadline'),
  'draining.return': adapter('resumes'),
  'schedule.weightZero': balancer('quiesced'),
  'schedule.noneEligible': balancer('refuse'),
  'config.timeoutBeyondInterval': balancer('accept'),
  'change.propagationMs': balancer(0),
  refusal: balancer('closed'),
};

export function describeHaproxy(version: string): Description {
  return {
    protocol: protocolVersion,
    name: 'HAProxy',
    version,
    plane: 'wire',
    time: ['scaled', 'real'],
    // a check's timeout of 40 ms gave no wrong verdict up to a load of 13 on 2 cores, 20 ms was borderline
    floorsMs: { checkTimeout: 40, persistence: 1000, drain: 300 },
    capabilities,
    traits,
    profiles: ['console', 'openapi'],
    limits: { deploymentsMax: 16, instancesMax: 100, connectionsMax: 2000 },
  };
}
