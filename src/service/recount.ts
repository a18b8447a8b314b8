/**
 * What instances are taken for, carried over to a machine with other thresholds: who was up stays up, and only the
 * counts start again. Knows the health machine's events and no instance.
 */
import { eventIndex, type Stepper, tagBit } from '../../models/table.ts';

export function carryOver(before: Stepper, after: Stepper, slots: number): void {
  const wasEligible = tagBit(before.table, 'eligible');
  const eligible = tagBit(after.table, 'eligible');
  for (let slot = 0; slot < slots; slot++) {
    const wasUp = (before.tags(slot) & wasEligible) !== 0;
    const event = eventIndex(after.table, wasUp ? 'check.passed' : 'check.failed');
    // No machine needs more steps than it has states to get where one result keeps leading.
    for (let step = 0; step < after.table.states.length; step++) {
      if (((after.tags(slot) & eligible) !== 0) === wasUp) break;
      after.step(slot, event);
    }
  }
}
