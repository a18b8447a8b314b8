/** What a diagram needs to know of a machine: regions, states, edges. Knows no drawing language. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';

export interface Region {
  readonly name: string;
  readonly initial: string;
  readonly states: readonly { readonly name: string; readonly tags: readonly string[] }[];
  readonly edges: readonly Edge[];
}
export interface Edge {
  /** null: from whatever state of the region. */
  readonly from: string | null;
  readonly to: string;
  readonly event: string;
  readonly guard: string | null;
  readonly actions: readonly string[];
}

export function outlineOf(machine: AnyStateMachine): readonly Region[] {
  const { root } = machine;
  return root.type === 'parallel' ? Object.values(root.states).map(regionOf) : [regionOf(root)];
}

function regionOf(region: AnyStateNode): Region {
  const children = Object.values(region.states);
  return {
    name: region.key,
    initial: region.initial.target[0]?.key ?? '',
    states: children.map(({ key, tags }) => ({ name: key, tags })),
    edges: [
      ...edgesOf(region).map((edge) => ({ ...edge, from: null })),
      ...children.flatMap((child) => edgesOf(child)),
    ],
  };
}

type Transitions = AnyStateNode['always'];

function edgesOf(node: AnyStateNode): readonly Edge[] {
  const listed = [...node.transitions.values()].flat() as NonNullable<Transitions>;
  return [...(node.always ?? []), ...listed].map((edge) => ({
    from: node.key,
    to: edge.target?.[0]?.key ?? node.key,
    event: edge.eventType,
    guard: typeof edge.guard === 'string' ? edge.guard : null,
    actions: edge.actions.filter((action) => typeof action === 'string'),
  }));
}

/** `check.failed [isLastFailure] / leaveRotation`; a step taken at once has no event. */
export function edgeLabel({ event, guard, actions }: Edge): string {
  const does = actions.length > 0 ? `/ ${actions.join(', ')}` : '';
  return [event, guard === null ? '' : `[${guard}]`, does].filter((part) => part !== '').join(' ');
}
