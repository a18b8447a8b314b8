/**
 * A backend service written as nftables rules: destination NAT of new connections, one table a deployment. Pure
 * functions; they know no process and no namespace.
 */
import type { ServiceConfiguration } from '../../spec/configuration.ts';
import type { InstanceAt } from '../contract.ts';

/** An instance and the number that stands for it in marks and names of chains, never used for another. */
export interface Target {
  readonly mark: number;
  readonly instance: InstanceAt;
}
export interface RenderRequest {
  readonly table: string;
  readonly service: ServiceConfiguration;
  readonly endpoint: { readonly address: string; readonly port: number };
  /** How long a client is remembered, real ms; 0: persistence is off. */
  readonly persistenceMs: number;
  /** Those that take new connections. */
  readonly targets: readonly Target[];
}

/** Clients remembered at once. The kernel refuses to remember more; they are scheduled all the same. */
const clientsMax = 65_536;
/** Any, but always the same: equal addresses must meet equal instances after every change of the rules. */
const hashSeed = '0x5eed';

/** Everything at once, for a table that does not exist yet. */
export function renderTable(request: RenderRequest): string {
  const { table, endpoint } = request;
  return [
    `add table ip ${table}`,
    `add map ip ${table} clients { type ipv4_addr : mark; flags dynamic,timeout; size ${clientsMax}; }`,
    `add chain ip ${table} service`,
    // locally made connections pass the output hook only; -100 is where destination NAT belongs (dstnat)
    `add chain ip ${table} output { type nat hook output priority -100; policy accept; }`,
    `add rule ip ${table} output ip daddr ${endpoint.address} tcp dport ${endpoint.port} jump service`,
    renderRules(request),
  ].join('\n');
}

/** The rules of a table that exists, replaced in one transaction; what clients are remembered stays. */
export function renderRules(request: RenderRequest): string {
  const { table, targets } = request;
  return [
    // first nobody refers to the chains that follow
    `flush chain ip ${table} service`,
    ...targets.flatMap((target) => targetChain(request, target)),
    ...serviceRules(request).map((rule) => `add rule ip ${table} service ${rule}`),
    '',
  ].join('\n');
}

function targetChain(request: RenderRequest, { mark, instance }: Target): readonly string[] {
  const { table, service, persistenceMs } = request;
  const chain = chainOf(mark);
  const remembering = `meta mark set ${mark} update @clients { ip saddr timeout ${persistenceMs}ms : meta mark } `;
  const port = instance.port ?? service.port;
  return [
    `add chain ip ${table} ${chain}`,
    `flush chain ip ${table} ${chain}`,
    `add rule ip ${table} ${chain} ${persistenceMs > 0 ? remembering : ''}meta l4proto tcp dnat to ${instance.address}:${port}`,
  ];
}

function serviceRules({ service, persistenceMs, targets }: RenderRequest): readonly string[] {
  // the port is nobody's, so the kernel refuses
  if (targets.length === 0) return [];
  const known = targets.map(({ mark }) => `${mark} : goto ${chainOf(mark)}`).join(', ');
  const spread = service.scheduling === 'source-ip' ? 'jhash ip saddr mod' : 'numgen inc mod';
  const { slots, parts } = slotsOf(targets);
  const seed = service.scheduling === 'source-ip' ? ` seed ${hashSeed}` : '';
  return [
    ...(persistenceMs > 0
      ? ['meta mark set ip saddr map @clients', `meta mark vmap { ${known} }`]
      : []),
    `${spread} ${slots}${seed} vmap { ${parts.join(', ')} }`,
  ];
}

/** As many slots as the smallest whole cycle has, each instance a run of them, whatever the order of the list: a source stays where it is. */
function slotsOf(targets: readonly Target[]): {
  readonly slots: number;
  readonly parts: readonly string[];
} {
  const divisor = targets.reduce((sum, { instance }) => greatestCommon(sum, instance.weight), 0);
  let slots = 0;
  const inOrder = targets.toSorted((a, b) => a.mark - b.mark);
  const parts = inOrder.map(({ mark, instance }) => {
    const from = slots;
    slots += instance.weight / divisor;
    const to = slots - 1;
    return `${from === to ? from : `${from}-${to}`} : goto ${chainOf(mark)}`;
  });
  return { slots, parts };
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b);
}

function chainOf(mark: number): string {
  return `instance_${mark}`;
}
