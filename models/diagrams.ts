/**
 * Machines as pictures: Mermaid text, and SVG laid out by Graphviz that reads on a light and on a dark page. Knows
 * outlines only. The same machine gives the same bytes.
 */
import type { AnyStateMachine } from 'xstate';
import { edgeLabel, outlineOf, type Region } from './outline.ts';

export function mermaidOf(machine: AnyStateMachine): string {
  const regions = outlineOf(machine);
  if (regions.length === 1)
    return `${['stateDiagram-v2', ...mermaidRegion(regions, 0)].join('\n')}\n`;
  const bodies = regions.map((_, index) =>
    mermaidRegion(regions, index).map((line) => `  ${line}`),
  );
  const body = bodies.flatMap((lines, index) => (index === 0 ? lines : ['    --', ...lines]));
  return `${['stateDiagram-v2', `  state ${machine.id} {`, ...body, '  }'].join('\n')}\n`;
}

function mermaidRegion(regions: readonly Region[], index: number): readonly string[] {
  const { name, states, edges, initial } = regions[index] as Region;
  const id = (state: string) => (regions.length === 1 ? state : `${name}_${state}`);
  const needsAny = edges.some(({ from }) => from === null);
  return [
    ...(regions.length === 1
      ? []
      : states.map(({ name: state }) => `  state "${state}" as ${id(state)}`)),
    ...(needsAny ? [`  state "any" as ${id('any')}`] : []),
    `  [*] --> ${id(initial)}`,
    ...edges.map((edge) => {
      const label = edgeLabel(edge);
      return `  ${id(edge.from ?? 'any')} --> ${id(edge.to)}${label === '' ? '' : `: ${label}`}`;
    }),
    ...states
      .filter(({ tags }) => tags.length > 0)
      .map(({ name: state, tags }) => `  note right of ${id(state)}: ${tags.join(', ')}`),
  ];
}

export function dotOf(machine: AnyStateMachine): string {
  const regions = outlineOf(machine);
  const bodies = regions.flatMap((region) => {
    const lines = dotRegion(region);
    return regions.length === 1
      ? lines
      : [`subgraph "cluster_${region.name}" {`, `label="${region.name}";`, ...lines, '}'];
  });
  return [
    `digraph "${machine.id}" {`,
    'graph [rankdir=LR, bgcolor="transparent", fontname="sans-serif", nodesep=0.5, ranksep=1.2];',
    'node [shape=box, style=rounded, fontname="sans-serif", margin="0.2,0.1"];',
    'edge [fontname="sans-serif", fontsize=11];',
    ...bodies,
    '}',
  ].join('\n');
}

function dotRegion({ name, states, edges, initial }: Region): readonly string[] {
  const id = (state: string) => `"${name}.${state}"`;
  const needsAny = edges.some(({ from }) => from === null);
  return [
    `${id('*')} [shape=point, width=0.15, label=""];`,
    ...(needsAny ? [`${id('any')} [label="any state", style="rounded,dashed"];`] : []),
    ...states.map(
      ({ name: state, tags }) =>
        `${id(state)} [label="${[state, ...tags.map((tag) => `«${tag}»`)].join('\\n')}"];`,
    ),
    `${id('*')} -> ${id(initial)};`,
    ...edges.map((edge) => {
      const label = edgeLabel(edge).replace(' / ', '\\n/ ');
      return `${id(edge.from ?? 'any')} -> ${id(edge.to)} [label="${label}"];`;
    }),
  ];
}

/** Rules of a style sheet win over the colours that Graphviz writes as attributes. */
const colours = `<style>
  text { fill: #1f2328; }
  path, polygon, ellipse { stroke: #57606a; }
  .edge polygon, ellipse { fill: #57606a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    path, polygon, ellipse { stroke: #8d96a0; }
    .edge polygon, ellipse { fill: #8d96a0; }
  }
</style>`;

export async function svgOf(machine: AnyStateMachine, title: string): Promise<string> {
  // Loaded only here: the library brings a WebAssembly module of its own.
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  const drawn = graphviz.dot(dotOf(machine), 'svg');
  const from = drawn.indexOf('<svg');
  return drawn
    .slice(from)
    .replace(/<title>[^<]*<\/title>/, `<title>${title}</title>`)
    .replace(/(<svg[^>]*>)/, `$1\n${colours}`);
}
