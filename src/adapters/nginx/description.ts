/**
 * What nginx's stream module can do as a balancer, and how it reads what the page leaves open. Every figure was
 * measured on 1.22.1. Knows no process.
 */
import type { Capability, Supported, Trait, Traits } from '../../spec/behaviour.ts';
import { type Description, protocolVersion } from '../contract.ts';
import type { NginxSettings } from './rendering.ts';

const byBalancer: Supported = { supported: true, providedBy: 'balancer' };
const missing = (note: string): Supported => ({ supported: false, note });
const balancer = (reading: string | number): Trait => ({ reading, providedBy: 'balancer' });

const noChecks = missing(
  'nginx checks nobody by itself: it learns of failures from clients (passive checks)',
);

const capabilities: Readonly<Record<Capability, Supported>> = {
  configuration: {
    supported: true,
    providedBy: 'adapter',
    note: 'nginx knows servers, not services; the adapter rejects what the page rejects',
  },
  'schedule.wrr': byBalancer,
  'schedule.wlc': byBalancer,
  'schedule.source': byBalancer,
  'check.tcp': noChecks,
  'check.http': noChecks,
  persistence: missing('the stream module remembers no client; it can only hash addresses'),
  'persistence.draining': missing('the stream module remembers no client'),
  drain: byBalancer,
  'drain.deadline': missing(
    'worker_shutdown_timeout ends the connections of all instances, not those of one',
  ),
  'change.weight': byBalancer,
  'change.configuration': byBalancer,
};

function traitsWith({ workers, isZoned }: NginxSettings): Traits {
  return {
    'wrr.schedulers': balancer(isZoned ? 1 : workers),
    // a reload begins a new cycle
    'wrr.washoutCycles': balancer(2),
    'wlc.tie': balancer('any'),
    'source.disruption': balancer('own-only'),
    'source.shareTolerance': balancer(0.1),
    // and nothing ever takes it down
    'health.initial': balancer('up'),
    'draining.deadline': balancer('leave'),
    'draining.zero': balancer('leave'),
    'draining.return': balancer('resumes'),
    'schedule.weightZero': balancer('quiesced'),
    'schedule.noneEligible': balancer('refuse'),
    'config.timeoutBeyondInterval': { reading: 'accept', providedBy: 'adapter' },
    'change.propagationMs': balancer(0),
    refusal: balancer('closed'),
  };
}

export function describeNginx(version: string, settings: NginxSettings): Description {
  return {
    protocol: protocolVersion,
    name: 'nginx',
    version,
    plane: 'wire',
    time: ['scaled', 'real'],
    floorsMs: { checkTimeout: 40, persistence: 1000, drain: 300 },
    capabilities,
    traits: traitsWith(settings),
    profiles: ['console', 'openapi'],
    limits: { deploymentsMax: 16, instancesMax: 100, connectionsMax: 2000 },
  };
}
