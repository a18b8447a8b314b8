/**
 * Whom the steps of a timeline speak of: names that nobody in it has, and steps that ask nothing of anybody because
 * whom they name is no member then. Runs nothing.
 */
import type { Step, Timeline } from './timeline.ts';

export interface Stranger {
  /** Where the name stands. */
  readonly path: string;
  readonly name: string;
}

/** Names in steps of instances that are neither there at the start nor come later. */
export function strangersIn(timeline: Pick<Timeline, 'instances' | 'steps'>): readonly Stranger[] {
  const known = new Set(instancesEver(timeline).map(({ name }) => name));
  return timeline.steps.flatMap((step, index) =>
    namesIn(step)
      .filter(({ name }) => !known.has(name))
      .map(({ path, name }) => ({ path: `steps[${index}].${path}`, name })),
  );
}

/** Whoever is a member at any time. */
export function instancesEver({
  instances,
  steps,
}: Pick<Timeline, 'instances' | 'steps'>): Timeline['instances'] {
  const added = steps.flatMap((step) =>
    step.do === 'add' ? [step.instance] : step.do === 'list' ? step.instances : [],
  );
  return [...instances, ...added];
}

function namesIn(step: Step): readonly Stranger[] {
  const awaited = Object.keys(step.after?.checks ?? {}).map((name) => ({
    path: `after.checks[${JSON.stringify(name)}]`,
    name,
  }));
  switch (step.do) {
    case 'behave':
    case 'reweigh':
    case 'remove':
      return [...awaited, { path: 'instance', name: step.instance }];
    case 'close':
      return step.of === 'all' ? awaited : [...awaited, { path: 'of', name: step.of }];
    default:
      return awaited;
  }
}

/** In words: steps that remove or reweigh who is no member when it is their turn. */
export function idleSteps({ instances, steps }: Timeline): readonly string[] {
  const members = new Set(instances.map(({ name }) => name));
  return steps.flatMap((step, index) => {
    if (step.do === 'add') members.add(step.instance.name);
    if (step.do === 'list') {
      members.clear();
      for (const { name } of step.instances) members.add(name);
    }
    if (step.do !== 'remove' && step.do !== 'reweigh') return [];
    const { instance } = step;
    const isMember = step.do === 'remove' ? members.delete(instance) : members.has(instance);
    return isMember
      ? []
      : [`steps[${index}] (${step.do}) does nothing: ${instance} is no member then`];
  });
}
