/** Which clauses a timeline has a case for: by algorithm, kind of checks, persistence, and what is edited. */
import { describe, expect, it } from 'vitest';
import type { ConfigurationDocument } from '../spec/configuration.ts';
import { baseConfiguration, tcpCheck } from './configurations/base-configuration.ts';
import { hasOccasion } from './occasions.ts';
import type { Step, Timeline } from './timeline.ts';

function document(edit: object = {}): ConfigurationDocument {
  const [service] = baseConfiguration['backendServices'] as readonly object[];
  return { backendServices: [{ ...service, ...edit }] } as unknown as ConfigurationDocument;
}

function timeline(edit: object = {}, steps: readonly Step[] = []): Timeline {
  return {
    timeline: 1,
    family: 'test',
    clauses: [],
    profile: 'console',
    configuration: document(edit),
    instances: [],
    behaviours: {},
    steps,
  };
}

describe('a clause has a case', () => {
  it('under its algorithm, its kind of checks, and with persistence, from the beginning or later', () => {
    const needing = [
      ['schedule.wlc.ratio', { scheduling: 'weighted-least-connections' }],
      ['schedule.source.share', { scheduling: 'source-ip' }],
      ['health.tcp', { healthCheck: tcpCheck }],
      ['persistence.source-address', { sessionPersistence: { enabled: true } }],
    ] as const;
    for (const [clause, edit] of needing) {
      const later = timeline({}, [{ do: 'reconfigure', configuration: document(edit) }]);
      const cases = [timeline(), timeline(edit), later].map((one) => hasOccasion(clause, one));
      expect(cases, clause).toEqual([false, true, true]);
    }
    expect(hasOccasion('schedule.wrr.cycle', timeline({ scheduling: 'source-ip' }))).toBe(false);
    expect(hasOccasion('health.http.path', timeline({ healthCheck: tcpCheck }))).toBe(false);
  });

  it('where what it is about is edited', () => {
    const instance = { name: 'a', weight: 3, port: null };
    const edits: readonly (readonly [string, Step])[] = [
      ['schedule.weight-change', { do: 'reweigh', instance: 'a', weight: 3 }],
      ['schedule.weight-change', { do: 'add', instance }],
      ['draining.return', { do: 'remove', instance: 'a' }],
      ['draining.deadline', { do: 'remove', instance: 'a' }],
    ];
    for (const [clause, step] of edits) {
      expect(hasOccasion(clause, timeline())).toBe(false);
      expect(hasOccasion(clause, timeline({}, [step]))).toBe(true);
    }
  });

  it('in every timeline where it needs nothing that only some have', () => {
    for (const clause of ['forward.port', 'health.isolation', 'health.interval']) {
      expect(hasOccasion(clause, timeline())).toBe(true);
    }
  });
});
