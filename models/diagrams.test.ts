import { describe, expect, it } from 'vitest';
import { dotOf, mermaidOf, svgOf } from './diagrams.ts';
import { machines } from './machines.ts';
import { membershipMachine } from './membership.machine.ts';

describe('diagrams of the machines', () => {
  it('show as Mermaid every state, event, guard, action and tag', () => {
    const text = mermaidOf(membershipMachine);
    expect(text).toMatch(/^stateDiagram-v2\n {2}\[\*] --> out\n/);
    expect(text).toContain(
      'draining --> out: drain.expired [closesAtDeadline] / cutConnections, forget',
    );
    expect(text).toContain('note right of in: acceptsNew, servesEstablished');
  });

  it('are those that people read', async () => {
    const page = machines.map(
      ({ sentence, machine }) => `## ${sentence}\n\n\`\`\`mermaid\n${mermaidOf(machine)}\`\`\`\n`,
    );
    const opening =
      '# The machines\n\nThey are the source of truth; what runs are tables that are flattened from them. `npx counterpoise models` prints them.\n\n';
    await expect(opening + page.join('\n')).toMatchFileSnapshot('../docs/machines.md');
    const drawn = machines.map(({ machine }) => `${dotOf(machine)}\n`);
    await expect(drawn.join('')).toMatchFileSnapshot('../reports/golden/machines.dot');
  });

  it('name every event of the table of each machine', () => {
    for (const { machine, compiled } of machines) {
      for (const event of compiled().table.events) {
        expect(mermaidOf(machine)).toContain(event);
        expect(dotOf(machine)).toContain(event);
      }
    }
  });

  it('are the same SVG each time, for light and for dark pages', async () => {
    const svg = await svgOf(membershipMachine, 'Membership');
    expect(await svgOf(membershipMachine, 'Membership')).toBe(svg);
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('<title>Membership</title>');
    expect(svg).toContain('cutConnections');
  });
});
