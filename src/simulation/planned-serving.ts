/** What instances can serve, from a scenario: one for all, and those that differ. Knows no traffic. */
import type { Findings } from './finding.ts';
import type { PlannedInstance, ServingPlan } from './plan.ts';
import type { Planning } from './planning.ts';
import { indexOf } from './scripted.ts';

export function planServing(
  findings: Findings,
  { scenario, document }: Planning,
  instances: readonly PlannedInstance[],
): ServingPlan | null {
  const { serving } = scenario;
  if (serving === undefined) return null;
  const slots = instances.map(() => serving.slots);
  const queueMax = instances.map(() => serving.queueMax ?? Number.POSITIVE_INFINITY);
  const named = new Set<string>();
  (serving.instances ?? []).forEach((written, index) => {
    const path = ['serving', 'instances', index];
    const at = indexOf(findings, document, instances, written.instance, [...path, 'instance']);
    if (named.has(written.instance)) findings.add(document, path, 'names an instance twice');
    named.add(written.instance);
    if (written.slots === undefined && written.queueMax === undefined) {
      findings.add(document, path, 'wants slots or queueMax');
    }
    slots[at] = written.slots ?? serving.slots;
    queueMax[at] = written.queueMax ?? queueMax[at] ?? Number.POSITIVE_INFINITY;
  });
  return {
    discipline: serving.discipline ?? 'fifo',
    slots,
    queueMax,
    warmUpMs: (serving.warmUpSeconds ?? 0) * 1000,
  };
}
