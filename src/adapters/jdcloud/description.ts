/**
 * What of the vendor's cloud can be judged through its API: configurations, and health as `describeTargetHealth` tells
 * it. What the vendor does not document is not declared, so that it is observed. Knows no connection.
 */
import type { Capabilities, Supported, Traits } from '../../spec/behaviour.ts';
import { type Description, protocolVersion } from '../contract.ts';

const byBalancer: Supported = { supported: true, providedBy: 'balancer' };
/** Why stands with `traffic`. */
const notSeen: Supported = { supported: false };

function capabilitiesOf(isReachable: boolean): Capabilities {
  const check: Supported = isReachable
    ? {
        ...byBalancer,
        note: 'as describeTargetHealth tells it; the adapter takes turns among who is healthy',
      }
    : {
        supported: false,
        note: 'set JDCLOUD_ADDRESSES to addresses of this machine that the load balancers reach',
      };
  return {
    configuration: byBalancer,
    'configuration.groups': {
      supported: false,
      note: 'a target group is made on a load balancer, in whose region and VPC it is, and availability groups belong to another service',
    },
    traffic: {
      supported: false,
      note: 'no client here reaches the data plane of the cloud, and the API says nothing of connections',
    },
    'schedule.wrr': notSeen,
    'schedule.wlc': notSeen,
    'schedule.source': notSeen,
    'check.tcp': check,
    'check.http': check,
    persistence: notSeen,
    'persistence.draining': notSeen,
    drain: notSeen,
    'drain.deadline': notSeen,
    'change.weight': byBalancer,
    'change.configuration': {
      supported: false,
      note: 'protocol and port cannot be changed, and what a change does to connections is not seen',
    },
  };
}

/** Of the emulator: its timers are ours. Those of the cloud nobody has measured yet. */
const emulated: Traits = { 'health.timerSlackMs': { reading: 10, providedBy: 'balancer' } };

/** Of the ones that the page leaves open the vendor documents none; how health is told is the adapter's. */
const traits: Traits = {
  'config.timeoutBeyondInterval': { reading: 'accept', providedBy: 'balancer' },
  refusal: { reading: 'reset', providedBy: 'adapter' },
};

/** The vendor's limit of one group (API 0.6.6). */
const instancesMax = 100;
/** Most timelines on health have so many instances or fewer. */
const instancesAtLeast = 4;

export interface Seen {
  readonly version: string;
  readonly isEmulated: boolean;
  /** How many times faster than real its seconds pass: more than 1 for an emulator only. */
  readonly timeScale: number;
  /** At which it reaches instances here; empty: none. An emulator on this machine reaches any. */
  readonly addresses: readonly string[] | 'any';
  readonly loadBalancers: number;
}

export function describeJdcloud({
  version,
  isEmulated,
  timeScale,
  addresses,
  loadBalancers,
}: Seen): Description {
  const isGiven = addresses !== 'any' && addresses.length > 0;
  const lanes = isGiven
    ? Math.max(1, Math.min(loadBalancers, Math.floor(addresses.length / instancesAtLeast)))
    : loadBalancers;
  return {
    protocol: protocolVersion,
    name: 'JD Cloud NLB',
    version,
    plane: 'wire',
    ...(isGiven ? { instanceAddresses: addresses } : {}),
    time: [timeScale > 1 ? 'scaled' : 'real'],
    // the shortest timeout there is, as long as it lasts here: so the scale comes out as the emulator's
    floorsMs: { checkTimeout: 2000 / timeScale, persistence: 0, drain: 0 },
    capabilities: capabilitiesOf(addresses === 'any' || isGiven),
    traits: isEmulated ? { ...traits, ...emulated } : traits,
    profiles: ['openapi'],
    limits: {
      deploymentsMax: lanes,
      instancesMax: isGiven ? Math.floor(addresses.length / lanes) : instancesMax,
      connectionsMax: 1000,
    },
  };
}
