/** Slips that an adapter can make with every reply in shape: each is told, and only it. */
import { expect, it } from 'vitest';
import type { Adapter, CallDeployment, Deployed, Description } from '../contract.ts';
import { createReferenceAdapter } from '../in-process/reference.ts';
import { type Finding, tryAdapter } from './try-adapter.ts';

interface Slip {
  readonly description?: (right: Description) => object;
  readonly deployed?: (right: Deployed, configuration: unknown) => object;
  readonly deployment?: (right: CallDeployment) => Partial<CallDeployment>;
}

/** The reference, except for one thing. */
function slipping({ description, deployed, deployment }: Slip): Adapter {
  const right = createReferenceAdapter();
  const wrong: Adapter = {
    describe: async (ask) => {
      const described = await right.describe(ask);
      return { ...described, ...description?.(described) };
    },
    deploy: async (request) => {
      const answer = await right.deploy(request);
      if (!('deployment' in answer)) return answer;
      const own = answer.deployment as CallDeployment;
      const edited = deployment === undefined ? own : editing(own, deployment(own));
      const told = { ...answer, deployment: edited };
      return { ...told, ...deployed?.(told, request.configuration) } as Deployed;
    },
    dispose: () => right.dispose(),
  };
  return wrong;
}

function editing(own: CallDeployment, edits: Partial<CallDeployment>): CallDeployment {
  return new Proxy(own, {
    get: (target, name) => {
      const value: unknown = Reflect.get(edits, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function findingsOn(slip: Slip): Promise<readonly string[]> {
  const findings: Finding[] = [];
  await tryAdapter(
    'reference',
    () => slipping(slip),
    (finding) => void findings.push(finding),
  );
  return findings
    .filter(({ is }) => is === 'wrong' || is === 'noted')
    .map(({ is, what, note }) => `${is}: ${what}: ${note}`);
}

let turns = 0;
const slips: readonly (readonly [what: string, slip: Slip, told: readonly RegExp[]])[] = [
  ['nothing', {}, []],
  [
    'a trait that is misspelt',
    {
      description: ({ traits }) => ({
        traits: { ...traits, 'draining.dedline': { reading: 'close', providedBy: 'balancer' } },
      }),
    },
    [/^noted: .*draining\.dedline.*did you mean `draining\.deadline`/],
  ],
  ['no read-back', { deployed: () => ({ readBack: undefined }) }, [/^wrong: .*read back: .*null/]],
  [
    'a declared thing that it does not take',
    {
      deployed: (right, configuration) =>
        JSON.stringify(configuration).includes('sessionPersistence')
          ? { outcome: { is: 'unsupported', note: 'not yet' } }
          : right,
    },
    [/^wrong: .*`persistence` is declared as supported, but .* unsupported: not yet/],
  ],
  [
    'no checks',
    { deployment: () => ({ advance: ({ toMs }) => ({ nowMs: toMs, probes: [], cut: [] }) }) },
    [/^wrong: instances are checked by TCP: .* a and b/, /^wrong: instances are checked by HTTP/],
  ],
  [
    'one table for all deployments',
    {
      deployment: () => ({
        connect: () => ({ placed: ['a', 'a', 'b'][turns++ % 3] as string, port: 9 }),
        carry: () => ({ carried: true }),
        close: () => {},
      }),
    },
    [/^wrong: a deployment begins as if/, /^wrong: two deployments at once/, /second run answers/],
  ],
];

it.each(slips)('tells of %s, and of nothing else', async (_what, slip, told) => {
  const findings = await findingsOn(slip);
  expect(findings).toEqual(told.map((one) => expect.stringMatching(one)));
});
