/**
 * An adapter tried out as an adapter: does it answer everything it must, in shape, twice alike, does what it declares
 * come true at a first look, and does it end? Judges no balancer: that is what `conform` is for. Knows no terminal.
 */
import { setTimeout as pass } from 'node:timers/promises';
import { OperatorError } from '../../errors/operator-error.ts';
import { unknownDeclarations } from '../../spec/traits.ts';
import { causeOf } from '../adapter-fault.ts';
import {
  type Adapter,
  type CallDeployment,
  type Deployed,
  type Deployment,
  type DeployRequest,
  type Description,
  type InstanceAt,
  protocolVersion,
  type WireDeployment,
} from '../contract.ts';
import { leavesWhenTold } from '../process/remote-connectables.ts';
import {
  connectionsTried,
  passing,
  placements,
  placementsOfTwo,
  refused,
  type Said,
  transcript,
} from './tried-calls.ts';
import {
  checkedBy,
  documentsOfDeclared,
  healthyThreshold,
  intervalSeconds,
  plainDocument,
  wrongDocument,
} from './tried-documents.ts';
import { answering, startBackends } from './tried-sockets.ts';

export interface Finding {
  /** What was tried, a sentence. */
  readonly what: string;
  /** `noted`: it may be meant so, and it may be a slip. */
  readonly is: 'fine' | 'wrong' | 'noted' | 'left out';
  /** What to mend or to look at, or why it was left out; empty where all is well. */
  readonly note: string;
}

const settleMs = 300;
/** A check that was due this long ago does not come any more. */
const checkGraceMs = 500;
const checkPauseMs = 20;

const instances: readonly InstanceAt[] = [
  { name: 'a', weight: 2, port: null, address: '127.0.0.1' },
  { name: 'b', weight: 1, port: null, address: '127.0.0.2' },
];
/** Of the weights 2 and 1: so many connections reach both, wherever the turns stand. */
const twoCycles = 6;
const addresses = instances.map(({ address }) => address);

/** `connect` makes a fresh adapter each time: determinism needs two. Tells findings as they are made. */
export async function tryAdapter(
  connectable: string,
  connect: () => Adapter,
  tell: (finding: Finding) => void,
): Promise<void> {
  const adapter = connect();
  try {
    // nothing else can be tried without it
    const description = await adapter.describe({ protocol: protocolVersion });
    await new Trying(connectable, connect, tell, adapter, description).all();
  } finally {
    await adapter.dispose();
  }
}

class Trying {
  readonly #connectable: string;
  readonly #connect: () => Adapter;
  readonly #tell: (finding: Finding) => void;
  readonly #adapter: Adapter;
  readonly #description: Description;
  /** What went wrong before, so that one cause is told at length once. */
  readonly #causes = new Map<string, string>();
  #deployments = 0;

  constructor(
    connectable: string,
    connect: () => Adapter,
    tell: (finding: Finding) => void,
    adapter: Adapter,
    description: Description,
  ) {
    this.#connectable = connectable;
    this.#connect = connect;
    this.#tell = tell;
    this.#adapter = adapter;
    this.#description = description;
  }

  async all(): Promise<void> {
    this.#tell({ what: 'it says what it is and can do', is: 'fine', note: '' });
    await this.#try('what it declares is known', async () => {
      const unknown = unknownDeclarations(this.#description);
      return unknown.length === 0 ? null : noted(unknown.join('\n'));
    });
    await this.#services();
    if (this.#description.plane === 'call') await this.#calls();
    else await this.#endpoint();
    for (const method of ['tcp', 'http'] as const) await this.#checks(method);
    await this.#isolation();
    await this.#configurations();
    await this.#try('everything is put away, twice', async () => {
      await this.#adapter.dispose();
      await this.#adapter.dispose();
      return null;
    });
    await this.#determinism();
    for (const when of ['end of input', 'SIGTERM'] as const) await this.#ending(when);
  }

  async #services(): Promise<void> {
    const { capabilities } = this.#description;
    await this.#try('a service is deployed, changed and put away', async () => {
      const deployment = await this.#deployed();
      const outcome = await deployment.setInstances({ instances: instances.slice(0, 1) });
      await deployment.settle();
      await deployment.dispose();
      await deployment.dispose();
      return outcome.is === 'accepted' ? null : `taking an instance out is ${outcome.is}`;
    });
    await this.#try('declared changes of weights answer', async () => {
      if (!capabilities['change.weight'].supported) return leftOut('not declared');
      const deployment = await this.#deployed();
      const reweighed = instances.map((one) => ({ ...one, weight: one.weight + 1 }));
      const outcome = await deployment.setInstances({ instances: reweighed });
      await deployment.dispose();
      return outcome.is === 'accepted' ? null : `declared as supported, but it is ${outcome.is}`;
    });
    await this.#try('declared changes of the configuration answer', async () => {
      if (!capabilities['change.configuration'].supported) return leftOut('not declared');
      const deployment = await this.#deployed();
      const outcome = await deployment.reconfigure({ configuration: plainDocument(capabilities) });
      await deployment.dispose();
      return outcome.is === 'accepted' ? null : `declared as supported, but it is ${outcome.is}`;
    });
  }

  async #calls(): Promise<void> {
    await this.#try('time passes as far as it is told', async () => {
      const call = await this.#called();
      const [time] = this.#description.time;
      for (const toMs of time === 'stepped' ? [0, 2500, 10_000] : [0, 50]) {
        await passing(call, toMs);
      }
      await call.dispose();
      return null;
    });
    await this.#try(
      `${connectionsTried} connections reach instances, carry data, close`,
      async () => {
        const call = await this.#called();
        const placed = await placements(call);
        await call.dispose();
        const mute = placed.find((one) => one.includes(' '));
        if (mute !== undefined) return `a connection is placed at ${mute}`;
        const missed = placed.filter((one) => one === refused).length;
        return missed === 0 ? null : `${missed} of ${placed.length} were refused with all healthy`;
      },
    );
  }

  async #endpoint(): Promise<void> {
    await this.#try(`${connectionsTried} connections reach instances`, async () => {
      if (this.#isElsewhere) return leftOut(elsewhere);
      const backends = await startBackends(addresses);
      try {
        const deployment = await this.#wired(backends.port);
        const { address, port } = deployment.endpoint;
        for (let tried = 0; tried < connectionsTried; tried++) {
          if ((await answering(address, port)) === null) {
            return `connection ${tried + 1} to ${address}:${port} got nothing back from an instance that answers`;
          }
        }
        await deployment.dispose();
        await pass(settleMs);
        const after = await answering(address, port);
        return after === null ? null : `somebody still serves ${address}:${port} after dispose`;
      } finally {
        backends.stop();
      }
    });
  }

  async #checks(method: 'tcp' | 'http'): Promise<void> {
    await this.#try(`instances are checked by ${method.toUpperCase()}`, async () => {
      const { capabilities, plane } = this.#description;
      if (!capabilities[`check.${method}`].supported) return leftOut('not declared');
      if (this.#isElsewhere) return leftOut(elsewhere);
      const document = checkedBy(method, capabilities);
      const unchecked =
        plane === 'call'
          ? await this.#uncheckedOnCall(method, document)
          : await this.#uncheckedOnWire(method, document);
      if (unchecked.length === 0) return null;
      return `declared as supported, but within an interval ${unchecked.join(' and ')} got no check${method === 'http' ? ' with an HTTP request' : ''}`;
    });
  }

  async #uncheckedOnCall(method: 'tcp' | 'http', document: object): Promise<readonly string[]> {
    const call = await this.#called(document);
    const probes = await passing(call, this.#intervalMs);
    await call.dispose();
    const checked = probes.filter((probe) => probe.method === method);
    return instances
      .map(({ name }) => name)
      .filter((name) => !checked.some(({ instance }) => instance === name));
  }

  async #uncheckedOnWire(method: 'tcp' | 'http', document: object): Promise<readonly string[]> {
    const backends = await startBackends(addresses);
    try {
      const deployment = await this.#wired(backends.port, document);
      const unchecked = () =>
        instances.filter(({ address }) => {
          const words = backends.heard.get(address);
          return words === undefined || (method === 'http' && !/^[A-Z]+ \S+ HTTP\//.test(words));
        });
      const rounds = Math.ceil((1.5 * this.#intervalMs + checkGraceMs) / checkPauseMs);
      for (let round = 0; round < rounds && unchecked().length > 0; round++) {
        await pass(checkPauseMs);
      }
      await deployment.dispose();
      return unchecked().map(({ name }) => name);
    } finally {
      backends.stop();
    }
  }

  /** Nobody here reaches its endpoint; `conform` does. */
  get #isElsewhere(): boolean {
    const { networkNamespace, instanceAddresses } = this.#description;
    return networkNamespace !== undefined || instanceAddresses !== undefined;
  }

  /** Real ms, or model ms in stepped time. */
  get #intervalMs(): number {
    return intervalSeconds * this.#scales().checks;
  }

  async #isolation(): Promise<void> {
    const isStepped = this.#description.time[0] === 'stepped';
    await this.#try('a deployment begins as if there had been none before', async () => {
      if (!isStepped) return leftOut('its time is not stepped');
      const [first, second] = [await this.#placedAlone(), await this.#placedAlone()];
      return sameOrNot(first, second, 'in a second deployment after the first');
    });
    await this.#try('two deployments at once do not hear of each other', async () => {
      if (this.#description.limits.deploymentsMax < 2) return leftOut('it has room for one');
      if (this.#isElsewhere) return leftOut(elsewhere);
      return this.#description.plane === 'call' ? this.#twoCalled() : this.#twoWired();
    });
  }

  async #placedAlone(): Promise<readonly string[]> {
    const call = await this.#called();
    const placed = await placements(call);
    await call.dispose();
    return placed;
  }

  async #twoCalled(): Promise<string | null> {
    const alone = await this.#placedAlone();
    const [one, other] = await Promise.all([this.#called(), this.#called()]);
    const placed = await placementsOfTwo(one, other);
    await one.dispose();
    const outcome = await other.setInstances({ instances });
    const left = await placements(other);
    await other.dispose();
    if (outcome.is !== 'accepted') return `with the other put away a change is ${outcome.is}`;
    if (left.includes(refused)) return 'with the other put away connections are refused';
    if (this.#description.time[0] !== 'stepped') return this.#unevenIn(placed);
    const beside = 'with another deployment beside it';
    return sameOrNot(alone, placed[0], beside) ?? sameOrNot(alone, placed[1], beside);
  }

  async #twoWired(): Promise<string | null> {
    const backends = await startBackends(addresses);
    try {
      const ours = [await this.#wired(backends.port), await this.#wired(backends.port)] as const;
      const placed: [string[], string[]] = [[], []];
      const changed: string[] = [];
      for (let tried = 0; tried < connectionsTried; tried++) {
        // two to the other for each to the one: in turn, a table that both share would look right
        for (const which of [0, 1, 1] as const) placed[which].push(await reachedAt(ours[which]));
      }
      await ours[0].setInstances({ instances: atPort(backends.port).slice(1) });
      await ours[0].settle();
      for (let tried = 0; tried < twoCycles; tried++) changed.push(await reachedAt(ours[1]));
      await ours[0].dispose();
      const outcome = await ours[1].setInstances({ instances: atPort(backends.port) });
      const left = await reachedAt(ours[1]);
      await ours[1].dispose();
      if (outcome.is !== 'accepted') return `with the other put away a change is ${outcome.is}`;
      if (left === refused) return 'with the other put away connections reach nobody';
      if (this.#takesTurns && !changed.includes('a')) {
        return 'an instance taken out of one gets no connections of the other either: they seem to share one list of instances';
      }
      return this.#unevenIn(placed);
    } finally {
      backends.stop();
    }
  }

  /** One scheduler hands out whole cycles. */
  get #takesTurns(): boolean {
    const { capabilities, traits } = this.#description;
    return capabilities['schedule.wrr'].supported && (traits['wrr.schedulers']?.reading ?? 1) === 1;
  }

  /** Whether turns of weighted round robin are far from the weights in one of two; what is random may stray. */
  #unevenIn(placed: readonly (readonly string[])[]): string | null {
    if (!this.#takesTurns) return null;
    for (const one of placed) {
      // two cycles may pass until the order holds, as `wrr.washoutCycles` says at most
      const settled = one.slice(6, 18);
      const count = settled.filter((name) => name === 'a').length;
      if (Math.abs(count - 8) <= 3) continue;
      return `with another deployment beside it ${count} of ${settled.length} connections went to a, which has two thirds of the weight: they seem to share one scheduler`;
    }
    return null;
  }

  async #ending(when: 'end of input' | 'SIGTERM'): Promise<void> {
    await this.#try(`it ends by itself: ${when}`, async () => {
      const leaves = await leavesWhenTold(this.#connectable, when);
      if (leaves === null) return leftOut('no program that is ours to end');
      return leaves ? null : 'it went on for more than 3 s';
    });
  }

  async #configurations(): Promise<void> {
    const { capabilities } = this.#description;
    await this.#try('a plain document of everything declared is accepted', async () => {
      const told: string[] = [];
      for (const [capability, document] of documentsOfDeclared(capabilities)) {
        const { outcome } = await this.#answerTo(document);
        if (outcome.is === 'accepted') continue;
        const why = 'note' in outcome ? outcome.note : JSON.stringify(outcome.violations);
        told.push(
          `\`${capability}\` is declared as supported, but a document with it is ${outcome.is}: ${why}`,
        );
      }
      return told.length === 0 ? null : told.join('\n');
    });
    await this.#try('an accepted document is read back', async () => {
      if (!capabilities.configuration.supported) return leftOut('`configuration` is not declared');
      const deployed = await this.#answerTo(plainDocument(capabilities));
      const readBack = 'deployment' in deployed ? deployed.readBack : undefined;
      const isDocument =
        typeof readBack === 'object' && readBack !== null && 'backendServices' in readBack;
      if (isDocument) return null;
      return `\`deploy\` answers with the readBack ${JSON.stringify(readBack ?? null)}: it must be the document, its defaults filled in`;
    });
    await this.#try('a wrong document is rejected, naming a field', async () => {
      if (!capabilities.configuration.supported) return leftOut('`configuration` is not declared');
      const { outcome } = await this.#answerTo(wrongDocument);
      if (outcome.is !== 'rejected') return `a document without services is ${outcome.is}`;
      return outcome.violations.length > 0 ? null : 'it is rejected without a violation';
    });
  }

  /** What becomes of a document, nothing of it left. */
  async #answerTo(document: object): Promise<Deployed> {
    const deployed = await this.#adapter.deploy(this.#request(document));
    if ('deployment' in deployed) await deployed.deployment.dispose();
    return deployed;
  }

  async #determinism(): Promise<void> {
    await this.#try('in stepped time a second run answers as the first', async () => {
      if (this.#description.time[0] !== 'stepped') return leftOut('its time is not stepped');
      const [first, second] = [await this.#transcript(), await this.#transcript()];
      const at = first.findIndex(({ answer }, index) => answer !== second[index]?.answer);
      const { question, answer } = first[at] ?? {};
      return at === -1
        ? null
        : `${question} was answered with ${answer} first, and then with ${second[at]?.answer}`;
    });
  }

  async #transcript(): Promise<readonly Said[]> {
    const adapter = this.#connect();
    try {
      await adapter.describe({ protocol: protocolVersion });
      const call = (await this.#deployed({ adapter })) as CallDeployment;
      const said = await transcript(call);
      await call.dispose();
      return said;
    } finally {
      await adapter.dispose();
    }
  }

  /** Whoever takes nobody for healthy at first is given the checks that it wants. */
  async #called(document?: object): Promise<CallDeployment> {
    const call = (await this.#deployed(
      document === undefined ? {} : { document },
    )) as CallDeployment;
    const initial = this.#description.traits['health.initial']?.reading ?? 'up';
    const isAtOnce = initial === 'up' || document !== undefined;
    if (!isAtOnce) await passing(call, healthyThreshold * this.#intervalMs);
    return call;
  }

  async #wired(port: number, document?: object): Promise<WireDeployment> {
    const asked = document === undefined ? { port } : { port, document };
    const deployment = await this.#deployed(asked);
    if (deployment.plane !== 'wire') throw new Unmet('it is on another plane than it says');
    return deployment;
  }

  /** `port`: of both instances; left out: the service's own. */
  async #deployed({
    document = plainDocument(this.#description.capabilities),
    port = null,
    adapter = this.#adapter,
  }: {
    readonly document?: object;
    readonly port?: number | null;
    readonly adapter?: Adapter;
  } = {}): Promise<Deployment> {
    const deployed = await adapter.deploy({ ...this.#request(document), instances: atPort(port) });
    if ('deployment' in deployed) return deployed.deployment;
    const { outcome } = deployed;
    const why = 'note' in outcome ? outcome.note : JSON.stringify(outcome.violations);
    throw new Unmet(`a plain right service is ${outcome.is}: ${why}`);
  }

  #request(configuration: object): DeployRequest {
    const [time = 'real'] = this.#description.time;
    const [profile = 'console'] = this.#description.profiles;
    const deployment = `tried-${this.#deployments++}`;
    const realMsPerSecond = this.#scales();
    return { deployment, configuration, profile, instances, time, realMsPerSecond };
  }

  #scales(): DeployRequest['realMsPerSecond'] {
    const { time, floorsMs } = this.#description;
    if (time[0] !== 'scaled') return { checks: 1000, persistence: 1000, draining: 1000 };
    // as the suite does: its shortest check timeout is the page's, 2 s
    const checks = Math.min(1000, floorsMs.checkTimeout / 2);
    return { checks: checks > 0 ? checks : 100, persistence: 100, draining: 100 };
  }

  async #try(what: string, work: () => Promise<string | Aside | null>): Promise<void> {
    try {
      const note = await work();
      if (note === null) this.#tell({ what, is: 'fine', note: '' });
      else if (typeof note === 'string') this.#tell({ what, is: 'wrong', note });
      else this.#tell({ what, ...note });
    } catch (error) {
      if (!(error instanceof OperatorError || error instanceof Unmet)) throw error;
      const cause = causeOf(error);
      const before = this.#causes.get(cause);
      this.#causes.set(cause, before ?? what);
      if (before === undefined) this.#tell({ what, is: 'wrong', note: error.message });
      else this.#tell({ what, is: 'left out', note: `ends as “${before}” does` });
    }
  }
}

const elsewhere = 'its endpoint or its instances are not on loopback here: `conform` tries it';

class Unmet extends Error {}

type Aside = Pick<Finding, 'note'> & { readonly is: 'noted' | 'left out' };
const leftOut = (note: string): Aside => ({ is: 'left out', note });
const noted = (note: string): Aside => ({ is: 'noted', note });

/** The instance that a client of the endpoint reaches. */
async function reachedAt({ endpoint }: WireDeployment): Promise<string> {
  const at = await answering(endpoint.address, endpoint.port);
  return instances.find((one) => one.address === at)?.name ?? refused;
}

const atPort = (port: number | null): readonly InstanceAt[] =>
  instances.map((one) => ({ ...one, port }));

function sameOrNot(
  usual: readonly string[],
  placed: readonly string[],
  where: string,
): string | null {
  const at = usual.findIndex((name, index) => name !== placed[index]);
  if (at === -1) return null;
  return `connection ${at} reaches ${usual[at]}, but ${where} ${placed[at]}: they seem to share what they remember, or to pick at random`;
}
