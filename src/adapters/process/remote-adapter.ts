/**
 * An implementation behind the process protocol: starts it when it is needed, one process a deployment where it may,
 * checks what it answers, and starts it anew after it failed. Knows no clause and no transport.
 */
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import type { Outcome } from '../../history/vocabulary.ts';
import { wrongReadings } from '../../spec/traits.ts';
import { adapterFault } from '../adapter-fault.ts';
import {
  type Adapter,
  type CallDeployment,
  type Deployed,
  type Deployment,
  type DeployRequest,
  type Description,
  protocolVersion,
  type WireDeployment,
} from '../contract.ts';
import { faultInReply, type Method, type OutcomeTold, type Result } from '../messages.ts';
import { CallRules, unrounded } from './call-rules.ts';
import type { Link } from './link.ts';
import { Session } from './session.ts';

/** How long each call may take, real ms; what is to wait gets that on top. */
const usualLimitMs = 5000;
const limitsMs: Partial<Record<Method, number>> = {
  describe: 15_000,
  deploy: 15_000,
  dispose: 10_000,
};
/** An adapter that failed so often is not started again: a run must end. */
const failuresMax = 10;

export interface Opening {
  readonly connectable: string;
  readonly open: () => Link;
  /** Conversations side by side: a program is started for each, somebody else's server is called on once. */
  readonly sessionsMax: number;
  /** Multiplies every deadline; 1 where nobody says. */
  readonly patience?: number;
}

export function createRemoteAdapter(opening: Opening): Adapter {
  return new RemoteAdapter(opening);
}

class RemoteAdapter implements Adapter {
  readonly #opening: Opening;
  readonly #sessions = new Set<Session>();
  /** The last one that was begun. */
  #latest: Promise<Session> | null = null;
  #free: Session[] = [];
  /** Of dropped ones, so that nothing of them is left when we are. */
  readonly #ending = new Set<Promise<void>>();
  #failures = 0;
  /** Disposed of: what would be started now nobody would end. */
  #isOver = false;
  #description: Description | null = null;

  constructor(opening: Opening) {
    this.#opening = opening;
  }

  async describe(): Promise<Description> {
    if (this.#description === null) this.#release(await this.#take());
    return this.#description as Description;
  }

  async deploy(request: DeployRequest): Promise<Deployed> {
    const session = await this.#take();
    let isKept = false;
    try {
      const result = await this.#ask(session, 'deploy', request);
      const outcome = completed(result.outcome);
      if (outcome.is !== 'accepted') return { outcome };
      const deployment = this.#deployment(session, request, result);
      isKept = true;
      return { outcome, readBack: result.readBack, deployment };
    } finally {
      if (!isKept) this.#release(session);
    }
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    const sessions = [...this.#sessions];
    this.#sessions.clear();
    this.#free = [];
    await Promise.all(
      sessions.map(async (session) => {
        // whoever failed until now has been told; what fails in the end leaves nothing behind either
        if (!session.isOver) await this.#ask(session, 'dispose', {}).catch(() => {});
        await session.end();
      }),
    );
    await Promise.all(this.#ending);
  }

  #deployment(session: Session, request: DeployRequest, result: Result<'deploy'>): Deployment {
    const { plane } = this.#description as Description;
    const { endpoint } = result;
    if (plane === 'call') return this.#callDeployment(session, request);
    if (endpoint === undefined) {
      throw wrongReply(session, 'deploy', 'endpoint: missing, on the wire plane');
    }
    return {
      ...this.#common(session, request, () => {}),
      plane,
      endpoint,
    } satisfies WireDeployment;
  }

  #callDeployment(session: Session, request: DeployRequest): CallDeployment {
    const { deployment, time } = request;
    const rules = new CallRules(time === 'stepped');
    rules.list(request.instances);
    let nowMs = 0;
    return {
      ...this.#common(session, request, (instances) => rules.list(instances)),
      plane: 'call',
      connect: async (ask) => {
        const result = await this.#ask(session, 'connect', { deployment, ...ask });
        if ('refused' in result) return result;
        heed(session, 'connect', rules.faultInPlacement(result.placed));
        return result;
      },
      carry: (ask) => this.#ask(session, 'carry', { deployment, ...ask }),
      close: async (ask) => {
        await this.#ask(session, 'close', { deployment, ...ask });
      },
      advance: async (ask) => {
        const waitMs = time === 'stepped' ? 0 : Math.max(0, ask.toMs - nowMs);
        const told = await this.#ask(session, 'advance', { deployment, ...ask }, waitMs);
        const reached = unrounded(told, ask.toMs);
        heed(session, 'advance', rules.faultInReached(ask.toMs, reached));
        nowMs = reached.nowMs;
        return reached;
      },
    };
  }

  #common(
    session: Session,
    { deployment }: DeployRequest,
    listed: (instances: DeployRequest['instances']) => void,
  ) {
    const propagation = this.#description?.traits['change.propagationMs']?.reading;
    const settleMs = typeof propagation === 'number' ? propagation : 0;
    let over: Promise<void> | null = null;
    const dispose = async (): Promise<void> => {
      try {
        if (!session.isOver) await this.#ask(session, 'dispose', { deployment });
      } finally {
        this.#release(session);
      }
    };
    return {
      reconfigure: async (change: { readonly configuration: unknown }) =>
        completed(await this.#ask(session, 'reconfigure', { deployment, ...change })),
      setInstances: async (change: { readonly instances: DeployRequest['instances'] }) => {
        listed(change.instances);
        return completed(await this.#ask(session, 'setInstances', { deployment, ...change }));
      },
      settle: async () => {
        await this.#ask(session, 'settle', { deployment }, settleMs);
      },
      status: () => this.#ask(session, 'status', { deployment }),
      dispose: () => {
        over ??= dispose();
        return over;
      },
    };
  }

  /** One question, its reply checked. */
  async #ask<Name extends Method>(
    session: Session,
    method: Name,
    params: object,
    waitMs = 0,
  ): Promise<Result<Name>> {
    const { patience = 1 } = this.#opening;
    const limitMs = (limitsMs[method] ?? usualLimitMs) * patience + Math.ceil(waitMs);
    try {
      const result = await session.request(method, params, limitMs);
      heed(session, method, faultInReply(method, result));
      return result as Result<Name>;
    } catch (error) {
      this.#count(session);
      throw error;
    }
  }

  /** A conversation for a new deployment: an idle one, a new one, or, where there may be no more, the only one. */
  async #take(): Promise<Session> {
    for (let idle = this.#free.pop(); idle !== undefined; idle = this.#free.pop()) {
      const fault = idle.takeFault();
      if (fault !== null) {
        this.#count(idle);
        throw fault;
      }
      if (!idle.isOver) return idle;
    }
    const isFull = this.#sessions.size >= this.#opening.sessionsMax;
    if (!isFull || this.#latest === null) this.#latest = this.#open();
    return this.#latest;
  }

  async #open(): Promise<Session> {
    const { connectable, open } = this.#opening;
    if (this.#isOver) throw adapterFault(connectable, 'it was put away and is not started again');
    if (this.#failures >= failuresMax) {
      throw adapterFault(connectable, `it failed ${failuresMax} times and is not started again`);
    }
    const session = new Session(connectable, open());
    this.#sessions.add(session);
    try {
      const told = await this.#ask(session, 'describe', { protocol: protocolVersion });
      const description = this.#understood(told);
      const misread = wrongReadings(description);
      heed(session, 'describe', misread.length === 0 ? null : misread.join('; '));
      this.#description = description;
      return session;
    } catch (error) {
      this.#drop(session);
      await session.end();
      throw error;
    }
  }

  #understood(told: Result<'describe'>): Description {
    if (told.protocol === protocolVersion) return told as Description;
    throw new OperatorError(
      `adapter ${this.#opening.connectable}: it speaks version ${told.protocol} of the adapter protocol, this counterpoise speaks ${protocolVersion}`,
      {
        code: 'ADAPTER_VERSION',
        exitCode: exitCodes.unavailable,
        hint: 'Answer `describe` with the version that it asks for, or one below it that both speak.',
      },
    );
  }

  #release(session: Session): void {
    if (!this.#sessions.has(session)) return;
    if (!this.#free.includes(session)) this.#free.push(session);
  }

  /** A conversation that ended with a fault is over; its process is being put away. */
  #count(session: Session): void {
    if (session.isOver) this.#drop(session);
  }

  #drop(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#failures++;
    this.#free = this.#free.filter((one) => one !== session);
    this.#ending.add(session.end());
  }
}

/** What an adapter need not say. */
function completed(told: OutcomeTold): Outcome {
  if (told.is !== 'rejected') return told;
  const violations = told.violations.map(({ path, expected, clause, observed, by }) => ({
    path,
    expected,
    clause: clause ?? null,
    observed,
    ...(by === undefined ? {} : { by }),
  }));
  return { is: 'rejected', violations };
}

function heed(session: Session, method: Method, fault: string | null): void {
  if (fault !== null) throw wrongReply(session, method, fault);
}

function wrongReply(session: Session, method: Method, what: string): OperatorError {
  return session.fault(`its reply to \`${method}\` is wrong: ${what}`);
}
