/**
 * An adapter tried out as an adapter: does it answer everything it must, in shape, twice alike, and does it end? Judges
 * no balancer: that is what `conform` is for. Knows no terminal.
 */
import { type AddressInfo, connect as connectSocket, createServer, type Server } from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import { OperatorError } from '../../errors/operator-error.ts';
import type {
  Adapter,
  CallDeployment,
  Deployed,
  Deployment,
  DeployRequest,
  Description,
  InstanceAt,
} from '../contract.ts';
import { protocolVersion } from '../contract.ts';
import { leavesWhenTold } from '../process/remote-connectables.ts';

export interface Finding {
  /** What was tried, a sentence. */
  readonly what: string;
  readonly is: 'fine' | 'wrong' | 'left out';
  /** What to mend, or why it was left out; empty where all is well. */
  readonly note: string;
}

const connectionsTried = 20;
const settleMs = 300;
const echoLimitMs = 2000;

const instances: readonly InstanceAt[] = [
  { name: 'a', weight: 2, port: null, address: '127.0.0.1' },
  { name: 'b', weight: 1, port: null, address: '127.0.0.2' },
];
const configuration = {
  backendServices: [
    {
      name: 'tried',
      protocol: 'tcp',
      port: 9,
      scheduling: 'weighted-round-robin',
      healthCheck: {
        method: 'tcp',
        timeoutSeconds: 2,
        intervalSeconds: 5,
        unhealthyThreshold: 3,
        healthyThreshold: 2,
      },
    },
  ],
};
const wrongConfiguration = { backendServices: [] };

/** `connect` makes a fresh adapter each time: determinism needs two. Tells findings as they are made. */
export async function tryAdapter(
  connectable: string,
  connect: () => Adapter,
  tell: (finding: Finding) => void,
): Promise<void> {
  const trying = new Trying(connectable, connect, tell);
  await trying.all();
}

class Trying {
  readonly #connectable: string;
  readonly #connect: () => Adapter;
  readonly #tell: (finding: Finding) => void;
  #deployments = 0;

  constructor(connectable: string, connect: () => Adapter, tell: (finding: Finding) => void) {
    this.#connectable = connectable;
    this.#connect = connect;
    this.#tell = tell;
  }

  async all(): Promise<void> {
    const adapter = this.#connect();
    try {
      // nothing else can be tried without it
      const description = await adapter.describe({ protocol: protocolVersion });
      this.#tell({ what: 'it says what it is and can do', is: 'fine', note: '' });
      await this.#services(adapter, description);
      await this.#configurations(adapter, description);
      await this.#try('everything is put away, twice', async () => {
        await adapter.dispose();
        await adapter.dispose();
        return null;
      });
      await this.#determinism(description);
      for (const when of ['end of input', 'SIGTERM'] as const) await this.#ending(when);
    } finally {
      await adapter.dispose();
    }
  }

  async #services(adapter: Adapter, description: Description): Promise<void> {
    await this.#try('a service is deployed, changed and put away', async () => {
      const deployment = await this.#deployed(adapter, description);
      const outcome = await deployment.setInstances({ instances: instances.slice(0, 1) });
      await deployment.settle();
      await deployment.dispose();
      await deployment.dispose();
      return outcome.is === 'accepted' ? null : `taking an instance out is ${outcome.is}`;
    });
    await this.#try('declared changes of weights answer', async () => {
      if (!description.capabilities['change.weight'].supported) return leftOut('not declared');
      const deployment = await this.#deployed(adapter, description);
      const reweighed = instances.map((one) => ({ ...one, weight: one.weight + 1 }));
      const outcome = await deployment.setInstances({ instances: reweighed });
      await deployment.dispose();
      return outcome.is === 'accepted' ? null : `declared as supported, but it is ${outcome.is}`;
    });
    await this.#try('declared changes of the configuration answer', async () => {
      if (!description.capabilities['change.configuration'].supported) {
        return leftOut('not declared');
      }
      const deployment = await this.#deployed(adapter, description);
      const outcome = await deployment.reconfigure({ configuration });
      await deployment.dispose();
      return outcome.is === 'accepted' ? null : `declared as supported, but it is ${outcome.is}`;
    });
    if (description.plane === 'call') await this.#calls(adapter, description);
    else await this.#endpoint(adapter, description);
    await this.#try('two deployments at once do not hear of each other', async () => {
      if (description.limits.deploymentsMax < 2) return leftOut('it has room for one');
      const [one, other] = await Promise.all([
        this.#deployed(adapter, description),
        this.#deployed(adapter, description),
      ]);
      await one.dispose();
      const outcome = await other.setInstances({ instances });
      const placed = other.plane === 'call' ? await placements(other) : null;
      await other.dispose();
      if (outcome.is !== 'accepted') return `with the other put away a change is ${outcome.is}`;
      return placed?.includes('refused') ? 'with the other put away connections are refused' : null;
    });
  }

  async #calls(adapter: Adapter, description: Description): Promise<void> {
    await this.#try(
      `${connectionsTried} connections reach instances, carry data, close`,
      async () => {
        const call = (await this.#deployed(adapter, description)) as CallDeployment;
        const placed = await placements(call);
        await call.dispose();
        const refused = placed.filter((one) => one === 'refused').length;
        return refused === 0
          ? null
          : `${refused} of ${placed.length} were refused with all healthy`;
      },
    );
  }

  async #endpoint(adapter: Adapter, description: Description): Promise<void> {
    await this.#try(`${connectionsTried} connections reach instances`, async () => {
      const backend = await startBackend();
      try {
        const deployment = await this.#deployed(adapter, description, backend.port);
        if (deployment.plane !== 'wire') return 'it is on another plane than it says';
        const { address, port } = deployment.endpoint;
        for (let tried = 0; tried < connectionsTried; tried++) {
          if (!(await echoes(address, port))) {
            return `connection ${tried + 1} to ${address}:${port} got nothing back from an instance that echoes`;
          }
        }
        await deployment.dispose();
        await pass(settleMs);
        const after = await echoes(address, port);
        return after ? `somebody still serves ${address}:${port} after dispose` : null;
      } finally {
        backend.stop();
      }
    });
  }

  async #ending(when: 'end of input' | 'SIGTERM'): Promise<void> {
    await this.#try(`it ends by itself: ${when}`, async () => {
      const leaves = await leavesWhenTold(this.#connectable, when);
      if (leaves === null) return leftOut('no program that is ours to end');
      return leaves ? null : 'it went on for more than 3 s';
    });
  }

  async #configurations(adapter: Adapter, description: Description): Promise<void> {
    await this.#try('a wrong document is rejected, naming a field', async () => {
      if (!description.capabilities.configuration.supported) return leftOut('not declared');
      const request = this.#request(description, wrongConfiguration);
      const { outcome, ...rest } = await adapter.deploy(request);
      if ('deployment' in rest) await (rest.deployment as Deployment).dispose();
      if (outcome.is !== 'rejected') return `a document without services is ${outcome.is}`;
      return outcome.violations.length > 0 ? null : 'it is rejected without a violation';
    });
  }

  async #determinism(description: Description): Promise<void> {
    const what = 'in stepped time a second run answers as the first';
    await this.#try(what, async () => {
      if (description.time[0] !== 'stepped') return leftOut('its time is not stepped');
      const [first, second] = [await this.#transcript(), await this.#transcript()];
      const at = first.findIndex((answer, index) => answer !== second[index]);
      return at === -1 ? null : `answer ${at + 1}: first ${first[at]}, then ${second[at]}`;
    });
  }

  async #transcript(): Promise<readonly string[]> {
    const adapter = this.#connect();
    try {
      const description = await adapter.describe({ protocol: protocolVersion });
      const call = (await this.#deployed(adapter, description)) as CallDeployment;
      const said: unknown[] = [await placements(call)];
      let answers: Parameters<CallDeployment['advance']>[0]['answers'] = [];
      for (let toMs = 0, rounds = 0; toMs <= 60_000 && rounds < 200; rounds++) {
        const reached = await call.advance({ toMs, answers });
        said.push(reached);
        answers = reached.probes.map(({ probe }) => ({ probe, reply: 'accepted', afterMs: 1 }));
        if (reached.probes.length === 0) toMs += 5000;
      }
      await call.dispose();
      return said.map((one) => JSON.stringify(one));
    } finally {
      await adapter.dispose();
    }
  }

  /** `port`: of both instances; null: the service's own. */
  async #deployed(
    adapter: Adapter,
    description: Description,
    port: number | null = null,
  ): Promise<Deployment> {
    const request = this.#request(description, configuration);
    const located = request.instances.map((one) => ({ ...one, port }));
    const deployed: Deployed = await adapter.deploy({ ...request, instances: located });
    if ('deployment' in deployed) return deployed.deployment;
    const { outcome } = deployed;
    const why = 'note' in outcome ? outcome.note : JSON.stringify(outcome.violations);
    throw new Unmet(`a plain right service is ${outcome.is}: ${why}`);
  }

  #request(description: Description, document: unknown): DeployRequest {
    const [time = 'real'] = description.time;
    const [profile = 'console'] = description.profiles;
    const scale = time === 'scaled' ? 100 : 1000;
    // as the suite does: its shortest check timeout is the page's, 2 s
    const checks = time === 'scaled' ? Math.min(1000, description.floorsMs.checkTimeout / 2) : 1000;
    const realMsPerSecond = {
      checks: checks > 0 ? checks : scale,
      persistence: scale,
      draining: scale,
    };
    const deployment = `tried-${this.#deployments++}`;
    return { deployment, configuration: document, profile, instances, time, realMsPerSecond };
  }

  async #try(what: string, work: () => Promise<string | LeftOut | null>): Promise<void> {
    try {
      const note = await work();
      if (note === null) this.#tell({ what, is: 'fine', note: '' });
      else if (typeof note === 'string') this.#tell({ what, is: 'wrong', note });
      else this.#tell({ what, is: 'left out', note: note.why });
    } catch (error) {
      if (!(error instanceof OperatorError || error instanceof Unmet)) throw error;
      this.#tell({ what, is: 'wrong', note: error.message });
    }
  }
}

class Unmet extends Error {}

interface LeftOut {
  readonly why: string;
}
const leftOut = (why: string): LeftOut => ({ why });

/** Where connections go, each carrying data and closed in the end. */
async function placements(call: CallDeployment): Promise<readonly string[]> {
  const placed: string[] = [];
  for (let connection = 0; connection < connectionsTried; connection++) {
    const source = `127.128.0.${connection + 1}`;
    const answer = await call.connect({ connection, source, port: 50_000 + connection });
    placed.push('placed' in answer ? answer.placed : 'refused');
    if ('placed' in answer) {
      const { carried } = await call.carry({ connection });
      if (!carried) throw new Unmet(`connection ${connection} was placed and carries no data`);
    }
  }
  for (let connection = 0; connection < connectionsTried; connection++) {
    await call.close({ connection });
  }
  return placed;
}

interface Backend {
  readonly port: number;
  stop(): void;
}

/** Both instances, on one port: each sends back what it hears. */
async function startBackend(): Promise<Backend> {
  const servers: Server[] = [];
  let port = 0;
  for (const { address } of instances) {
    const server = createServer((socket) => {
      socket.on('error', () => {}); // a check that hangs up
      socket.pipe(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
    servers.push(server);
    ({ port } = server.address() as AddressInfo);
  }
  return { port, stop: () => servers.forEach((server) => void server.close()) };
}

function echoes(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket({ host, port });
    const say = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(echoLimitMs, () => say(false));
    socket.once('connect', () => socket.write('hello'));
    socket.once('data', () => say(true));
    socket.once('error', () => say(false));
    socket.once('close', () => say(false));
  });
}
