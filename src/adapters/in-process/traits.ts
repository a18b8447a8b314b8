/** What the reference declares of itself: the first reading of each trait, and where weight 0 is taken, it rests. */
import type { Capability, Supported, Traits } from '../../spec/behaviour.ts';

const readings: Readonly<Record<string, string | number>> = {
  'wrr.schedulers': 1,
  'wrr.washoutCycles': 0,
  'wlc.tie': 'any',
  'source.disruption': 'own-only',
  'source.shareTolerance': 0.05,
  'health.intervalFrom': 'start',
  'health.timerSlackMs': 0,
  'health.initial': 'up',
  'health.first': 'counts',
  'health.liveConnections': 'kept',
  'persistence.clock': 'last-connection',
  'draining.deadline': 'close',
  'draining.zero': 'cut',
  'draining.earlyFinish': 'at-once',
  'draining.return': 'resumes',
  'schedule.weightZero': 'quiesced',
  'schedule.noneEligible': 'refuse',
  'config.timeoutBeyondInterval': 'accept',
  'change.propagationMs': 0,
  refusal: 'reset',
};

export function declaredTraits(differing: Readonly<Record<string, string | number>> = {}): Traits {
  return Object.fromEntries(
    Object.entries({ ...readings, ...differing }).map(([trait, reading]) => [
      trait,
      { reading, providedBy: 'balancer' as const },
    ]),
  );
}

const supported: Supported = { supported: true, providedBy: 'balancer' };
export const capabilities: Readonly<Record<Capability, Supported>> = {
  configuration: supported,
  'schedule.wrr': supported,
  'schedule.wlc': supported,
  'schedule.source': supported,
  'check.tcp': supported,
  'check.http': supported,
  persistence: supported,
  'persistence.draining': supported,
  drain: supported,
  'drain.deadline': supported,
  'change.weight': supported,
  'change.configuration': supported,
};
