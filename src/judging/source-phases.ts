/**
 * Source IP scheduling over time: the phases between changes of who is in rotation, and where each address was first
 * placed in each. Knows no hash and no clause.
 */
import type { Subject } from './assessment.ts';
import type { Epoch, Member } from './membership.ts';
import type { Placed } from './reading.ts';
import { type Stretch, sameMembers, stretchesOf } from './rotation.ts';

/** A gap in what is certain ends no phase, a change of the set does. */
export interface Phase {
  readonly epoch: Epoch;
  readonly inRotation: readonly Member[];
  readonly connections: readonly Placed[];
  /** By address: its first connection in this phase. */
  readonly first: ReadonlyMap<string, Placed>;
}

export function stretchesBySource(subject: Subject): readonly Stretch[] | string {
  if (subject.configuration.scheduling !== 'source-ip') return 'not source IP';
  // an address whose session is not over may rightly be elsewhere than its hash says
  if (subject.configuration.persistenceMs > 0) return 'session persistence is on';
  return stretchesOf(subject);
}

export function phasesOf(stretches: readonly Stretch[]): readonly Phase[] {
  const phases: (Phase & { connections: Placed[]; first: Map<string, Placed> })[] = [];
  for (const { epoch, inRotation, connections } of stretches) {
    let phase = phases.at(-1);
    if (phase?.epoch !== epoch || !sameMembers(phase.inRotation, inRotation)) {
      phase = { epoch, inRotation, connections: [], first: new Map() };
      phases.push(phase);
    }
    for (const connection of connections) {
      phase.connections.push(connection);
      if (!phase.first.has(connection.source)) phase.first.set(connection.source, connection);
    }
  }
  return phases;
}
