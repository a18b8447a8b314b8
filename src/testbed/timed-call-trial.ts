/**
 * A trial on the call plane in scaled or real time: nobody has sockets, but time passes by itself, in the adapter's
 * clock. Before each question the adapter is brought up to date, so that what was due is done; every event carries the
 * interval in which it lies by our own clock. Knows no implementation and no clause.
 */
import type { Answer, CallDeployment, InstanceAt, Reached } from '../adapters/contract.ts';
import { invariant } from '../errors/invariant.ts';
import type { History, InstanceListed, Outcome, When } from '../history/vocabulary.ts';
import type { EffectiveDurations } from '../spec/behaviour.ts';
import { AdapterClock } from './adapter-clock.ts';
import { CallChecks } from './call-checks.ts';
import { CallPlaces, carriedBytes, clientPort } from './call-places.ts';
import { changesBetween, listEvents } from './listening.ts';
import { monotonicMs } from './monotonic.ts';
import { budgetSpent, type Recorder, type Timeless, type Why } from './recorder.ts';
import type { Behaviour, Trial, TrialRequest } from './trial.ts';

/** A share of a check's timeout: an answer that we give so much late makes everything after it late. */
const lagShare = 0.25;
type Held = ReturnType<Trial['held']>[number];

export class TimedCallTrial implements Trial {
  readonly #request: TrialRequest;
  readonly #recorder: Recorder;
  readonly #checks: CallChecks;
  readonly #held = new Map<number, Held>();
  readonly #places = new CallPlaces();
  /** Zero of the history: when the deployment was asked for. */
  readonly #beganMs = monotonicMs();
  #budgetEndMs: number;
  #clock: AdapterClock | null = null;
  #deployment: CallDeployment | null = null;
  #instances: readonly InstanceListed[];
  #answers: Answer[] = [];
  /** When the probes that these answer started, at the latest. */
  #probedMs: number | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #over: Promise<History> | null = null;

  constructor(request: TrialRequest, recorder: Recorder) {
    this.#request = request;
    this.#recorder = recorder;
    this.#checks = new CallChecks(request.behaviours, (event) => recorder.record(event));
    this.#checks.timeoutMs = request.effective?.timeoutMs ?? Number.POSITIVE_INFINITY;
    this.#instances = request.instances;
    this.#budgetEndMs = this.#beganMs + request.budgetMs;
  }

  /** Every instance behaves as scripted before the first check. */
  prepare(): readonly InstanceAt[] {
    for (const { name } of this.#instances) this.#checks.behaveAsRequested(name, this.#point());
    return this.#places.located(this.#instances);
  }

  /** The budget counts from here: how long a balancer takes to start is not the trial's. */
  async deployed(deployment: CallDeployment): Promise<void> {
    this.#deployment = deployment;
    this.#clock = new AdapterClock(this.nowMs());
    this.#budgetEndMs = monotonicMs() + this.#request.budgetMs;
    await this.#inTurn(async () => {});
  }

  nowMs(): number {
    return monotonicMs() - this.#beganMs;
  }

  open(ask: { readonly connection: number; readonly source: string }): ReturnType<Trial['open']> {
    const { connection, source } = ask;
    const port = clientPort(connection);
    // a client that waits for its turn has begun to connect
    const fromMs = this.nowMs();
    return this.#inTurn(async (deployment) => {
      this.#record(
        { fromMs, toMs: fromMs },
        { event: 'connection.opened', connection, source, port },
      );
      const answer = await deployment.connect({ connection, source, port });
      const when = { fromMs, toMs: this.nowMs() };
      if ('refused' in answer) {
        this.#record(when, { event: 'connection.refused', connection, how: answer.refused });
        return answer;
      }
      const { placed: instance, port: reached } = answer;
      if (this.#checks.isRefusingTraffic(instance)) {
        await deployment.close({ connection });
        this.#record(when, { event: 'connection.refused', connection, how: 'refused' });
        return { refused: 'refused' };
      }
      this.#held.set(connection, { connection, source, instance });
      this.#record(when, { event: 'connection.placed', connection, instance, port: reached });
      return { placed: instance };
    });
  }

  carry(connection: number): Promise<boolean> {
    return this.#inTurn(async (deployment) => {
      // cut while time went on
      if (!this.#held.has(connection)) return false;
      const fromMs = this.nowMs();
      const { carried } = await deployment.carry({ connection });
      const arrived = carried ? carriedBytes : 0;
      const bytes = { bytesSent: carriedBytes, bytesUp: arrived, bytesDown: arrived };
      const when = { fromMs, toMs: this.nowMs() };
      this.#record(when, { event: 'connection.carried', connection, ...bytes });
      return carried;
    });
  }

  close(connection: number, by: 'client' | 'instance', how: 'closed' | 'reset'): Promise<void> {
    return this.#inTurn(async (deployment) => {
      if (!this.#held.delete(connection)) return;
      const fromMs = this.nowMs();
      await deployment.close({ connection });
      const when = { fromMs, toMs: this.nowMs() };
      this.#record(when, { event: 'connection.closed', connection, by, how, learned: true });
    });
  }

  behave(instance: string, behaviour: Behaviour): Promise<void> {
    return this.#inTurn(async () => {
      this.#checks.behave(instance, behaviour, this.#point());
    });
  }

  setInstances(instances: readonly InstanceListed[]): Promise<Outcome> {
    return this.#inTurn(async (deployment) => {
      const changes = changesBetween(this.#instances, instances);
      for (const { event, instance } of changes) {
        if (event === 'instance.registered')
          this.#checks.behaveAsRequested(instance.name, this.#point());
      }
      const fromMs = this.nowMs();
      const outcome = await deployment.setInstances({ instances: this.#places.located(instances) });
      const when = { fromMs, toMs: this.nowMs() };
      for (const event of listEvents(changes, instances, outcome)) this.#record(when, event);
      if (outcome.is === 'accepted') this.#instances = instances;
      return outcome;
    });
  }

  reconfigure(configuration: unknown, effective: EffectiveDurations | null): Promise<Outcome> {
    return this.#inTurn(async (deployment) => {
      const fromMs = this.nowMs();
      const outcome = await deployment.reconfigure({ configuration });
      this.#record(
        { fromMs, toMs: this.nowMs() },
        { event: 'service.configured', outcome, configuration, readBack: null, effective },
      );
      if (outcome.is === 'accepted') {
        this.#checks.timeoutMs = effective?.timeoutMs ?? Number.POSITIVE_INFINITY;
      }
      return outcome;
    });
  }

  settle(): Promise<void> {
    return this.#inTurn(async (deployment) => {
      await deployment.settle();
    });
  }

  passUntil(toMs: number): Promise<void> {
    return this.#inTurn(async () => {
      while (this.nowMs() < toMs) await this.#waitTo(toMs);
    });
  }

  checksEnded(instance: string, count: number, untilMs: number): Promise<number> {
    return this.#inTurn(async () => {
      while (this.#checks.endedOf(instance) < count && this.nowMs() < untilMs) {
        await this.#waitTo(Math.min(untilMs, this.#checks.nextEndMs));
      }
      return this.#checks.endedOf(instance);
    });
  }

  held(): readonly Held[] {
    return [...this.#held.values()];
  }

  end(why: Why): Promise<History> {
    this.#over ??= this.#tearDown(why);
    return this.#over;
  }

  async #tearDown(why: Why): Promise<History> {
    const history = this.#recorder.end(why, this.nowMs());
    await this.#deployment?.dispose();
    return history;
  }

  /** One question at a time, each asked of an adapter that is up to date. */
  #inTurn<T>(work: (deployment: CallDeployment) => Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      await this.#catchUp();
      return work(await this.#running());
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /** Whatever was due by now is done, and nobody waits for an answer of ours. */
  async #catchUp(): Promise<void> {
    do await this.#advance(this.#adapterClock.surelyReachedMs(this.nowMs()));
    while (this.#answers.length > 0);
  }

  async #waitTo(toMs: number): Promise<void> {
    await this.#advance(this.#adapterClock.reachingMs(toMs));
    while (this.#answers.length > 0) await this.#catchUp();
  }

  /** `toMs`: of the adapter's clock. */
  async #advance(toMs: number): Promise<void> {
    const deployment = await this.#running();
    const clock = this.#adapterClock;
    const answers = this.#answers;
    this.#answers = [];
    const fromMs = this.nowMs();
    const reached = await deployment.advance({ toMs, answers });
    const span = { fromMs, toMs: this.nowMs() };
    clock.learn(reached, toMs, span);
    this.#delivered(answers, span.toMs);
    for (const { connection, atMs, how } of reached.cut) {
      this.#cut(connection, clock.intervalOf(atMs, { fromMs: 0, toMs: span.toMs }), how);
    }
    this.#checks.passTo(span.toMs);
    // one that was due while something else was asked began before this question
    this.#probed(reached, clock.intervalOf(reached.nowMs, { fromMs: 0, toMs: span.toMs }));
  }

  #probed({ probes }: Reached, at: When): void {
    if (probes.length === 0) return;
    this.#probedMs = at.toMs;
    this.#answers = probes.map((probe) => this.#checks.answer(probe, at));
  }

  /** An answer counts once it was taken. */
  #delivered(answers: readonly Answer[], atMs: number): void {
    if (answers.length === 0) return;
    this.#checks.delivered(atMs);
    const lagMs = atMs - (this.#probedMs ?? atMs);
    const limitMs = lagShare * this.#checks.timeoutMs;
    if (lagMs <= limitMs) return;
    this.#record({ fromMs: atMs - lagMs, toMs: atMs }, { event: 'harness.lagged', lagMs, limitMs });
  }

  #cut(connection: number, when: When, how: 'closed' | 'reset'): void {
    if (!this.#held.delete(connection)) return;
    const by = 'balancer';
    this.#record(when, { event: 'connection.closed', connection, by, how, learned: true });
  }

  get #adapterClock(): AdapterClock {
    invariant(this.#clock !== null, 'the trial has a deployment');
    return this.#clock;
  }

  async #running(): Promise<CallDeployment> {
    if (this.#recorder.isFull || monotonicMs() > this.#budgetEndMs) await this.end('budget');
    if (this.#over !== null) throw budgetSpent(this.#request);
    invariant(this.#deployment !== null, 'the trial has a deployment');
    return this.#deployment;
  }

  #point(): When {
    const fromMs = this.nowMs();
    return { fromMs, toMs: fromMs };
  }

  #record(when: When, event: Timeless): void {
    this.#recorder.record({ ...when, ...event });
  }
}
