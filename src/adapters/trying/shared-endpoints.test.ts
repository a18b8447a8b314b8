/** Adapters on the wire plane whose deployments share something, with every reply in shape: it is told, and only it. */
import { expect, it } from 'vitest';
import { acceptedService } from '../accepted-service.ts';
import type { Adapter, Deployed, DeployRequest, InstanceAt } from '../contract.ts';
import { createReferenceAdapter } from '../in-process/reference.ts';
import { StandIn } from '../jdcloud/stand-in.ts';
import { type Finding, tryAdapter } from './try-adapter.ts';

type Shared = 'nothing' | 'turns' | 'instances' | 'end';

interface Table {
  turn: number;
  instances: readonly InstanceAt[];
}

/** Round robin over real sockets, without checks. */
class Balancer implements Adapter {
  readonly #shared: Shared;
  readonly #live = new Set<StandIn>();
  readonly #tables: Table[] = [];

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async describe(ask: { readonly protocol: number }) {
    const described = await createReferenceAdapter().describe(ask);
    const none = { supported: false };
    return {
      ...described,
      plane: 'wire',
      time: ['real'],
      capabilities: { ...described.capabilities, 'check.tcp': none, 'check.http': none },
    } as const;
  }

  async deploy({ instances, configuration, profile }: DeployRequest): Promise<Deployed> {
    const accepted = acceptedService(configuration, profile);
    if ('is' in accepted) return { outcome: accepted };
    const own = this.#tables.push({ turn: 0, instances }) - 1;
    const tableOf = (what: Shared) => this.#tables[this.#shared === what ? 0 : own] as Table;
    tableOf('instances').instances = instances;
    const standIn = await StandIn.start(async () => {
      const order = tableOf('instances').instances.flatMap((one) =>
        Array<InstanceAt>(one.weight).fill(one),
      );
      const next = order[tableOf('turns').turn++ % order.length];
      return next === undefined ? [] : [{ ...next, port: next.port ?? accepted.service.port }];
    });
    this.#live.add(standIn);
    const { endpoint } = standIn;
    return {
      outcome: { is: 'accepted' },
      readBack: accepted.readBack,
      deployment: {
        plane: 'wire',
        endpoint,
        reconfigure: () => ({ is: 'accepted' }),
        setInstances: (change) => {
          tableOf('instances').instances = change.instances;
          return { is: 'accepted' };
        },
        settle: () => {},
        dispose: () => (this.#shared === 'end' ? this.dispose() : this.#end(standIn)),
      },
    };
  }

  async dispose(): Promise<void> {
    for (const standIn of this.#live) await this.#end(standIn);
  }

  async #end(standIn: StandIn): Promise<void> {
    if (this.#live.delete(standIn)) await standIn.stop();
  }
}

it.each<readonly [Shared, readonly RegExp[]]>([
  ['nothing', []],
  ['turns', [/^two deployments at once .*: .* they seem to share one scheduler/]],
  ['instances', [/^two deployments at once .*: .* they seem to share one list/]],
  ['end', [/^two deployments at once .*: with the other put away connections reach nobody/]],
])('deployments that share %s', async (shared, told) => {
  const findings: Finding[] = [];
  await tryAdapter(
    'reference',
    () => new Balancer(shared),
    (finding) => void findings.push(finding),
  );
  const wrong = findings.filter(({ is }) => is === 'wrong');
  expect(wrong.map(({ what, note }) => `${what}: ${note}`)).toEqual(
    told.map((one) => expect.stringMatching(one)),
  );
});
