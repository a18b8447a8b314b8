/**
 * A trial on the call plane in stepped time: no sockets and no waiting, every event is a point in model time. Knows no
 * implementation and no clause.
 */
import type { Answer, CallDeployment, InstanceAt } from '../adapters/contract.ts';
import { invariant } from '../errors/invariant.ts';
import type { History, InstanceListed, Outcome, When } from '../history/vocabulary.ts';
import type { EffectiveDurations } from '../spec/behaviour.ts';
import { CallChecks } from './call-checks.ts';
import { CallPlaces, carriedBytes, clientPort } from './call-places.ts';
import { changesBetween, listEvents } from './listening.ts';
import { budgetSpent, type Recorder, type Timeless, type Why } from './recorder.ts';
import type { Behaviour, Trial, TrialRequest } from './trial.ts';

type Held = ReturnType<Trial['held']>[number];

export class CallTrial implements Trial {
  readonly #request: TrialRequest;
  readonly #recorder: Recorder;
  readonly #checks: CallChecks;
  readonly #held = new Map<number, Held>();
  readonly #places = new CallPlaces();
  readonly #budgetEndMs: number;
  #deployment: CallDeployment | null = null;
  #instances: readonly InstanceListed[];
  #nowMs = 0;
  #answers: Answer[] = [];
  #over: Promise<History> | null = null;

  constructor(request: TrialRequest, recorder: Recorder) {
    this.#request = request;
    this.#recorder = recorder;
    this.#checks = new CallChecks(request.behaviours, (event) => recorder.record(event));
    this.#checks.timeoutMs = request.effective?.timeoutMs ?? Number.POSITIVE_INFINITY;
    this.#instances = request.instances;
    this.#budgetEndMs = performance.now() + request.budgetMs;
  }

  /** Every instance behaves as scripted before the first check. */
  prepare(): readonly InstanceAt[] {
    for (const { name } of this.#instances) this.#checks.behaveAsRequested(name, this.#point());
    return this.#places.located(this.#instances);
  }

  async deployed(deployment: CallDeployment): Promise<void> {
    this.#deployment = deployment;
    await this.passUntil(0);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async open(ask: {
    readonly connection: number;
    readonly source: string;
  }): ReturnType<Trial['open']> {
    if (this.#isOver) await this.#refuse();
    const deployment = this.#running;
    const { connection, source } = ask;
    const port = clientPort(connection);
    const fromMs = this.#nowMs;
    const recorder = this.#recorder;
    // written out here and below, where thousands are recorded: a spread costs more than the pick
    recorder.record({ fromMs, toMs: fromMs, event: 'connection.opened', connection, source, port });
    // waited for even where the answer is there already: others may connect meanwhile
    const answer = await deployment.connect({ connection, source, port });
    if ('refused' in answer) {
      this.#record({ event: 'connection.refused', connection, how: answer.refused });
      return answer;
    }
    const { placed: instance, port: reached } = answer;
    if (this.#checks.isRefusingTraffic(instance)) {
      await deployment.close({ connection });
      this.#record({ event: 'connection.refused', connection, how: 'refused' });
      return { refused: 'refused' };
    }
    this.#held.set(connection, { connection, source, instance });
    recorder.record({
      fromMs,
      toMs: fromMs,
      event: 'connection.placed',
      connection,
      instance,
      port: reached,
    });
    return { placed: instance };
  }

  async carry(connection: number): Promise<boolean> {
    if (this.#isOver) await this.#refuse();
    const deployment = this.#running;
    const { carried } = await deployment.carry({ connection });
    const arrived = carried ? carriedBytes : 0;
    const bytes = { bytesSent: carriedBytes, bytesUp: arrived, bytesDown: arrived };
    this.#record({ event: 'connection.carried', connection, ...bytes });
    return carried;
  }

  async close(
    connection: number,
    by: 'client' | 'instance',
    how: 'closed' | 'reset',
  ): Promise<void> {
    if (this.#isOver) await this.#refuse();
    const deployment = this.#running;
    if (!this.#held.delete(connection)) return;
    // what is there already is not waited for, here and below: thousands of promises cost more than the picks
    const closing = deployment.close({ connection });
    if (closing instanceof Promise) await closing;
    const fromMs = this.#nowMs;
    this.#recorder.record({
      fromMs,
      toMs: fromMs,
      event: 'connection.closed',
      connection,
      by,
      how,
      learned: true,
    });
  }

  async behave(instance: string, behaviour: Behaviour): Promise<void> {
    if (this.#isOver) await this.#refuse();
    this.#checks.behave(instance, behaviour, this.#point());
  }

  async setInstances(instances: readonly InstanceListed[]): Promise<Outcome> {
    if (this.#isOver) await this.#refuse();
    const deployment = this.#running;
    const changes = changesBetween(this.#instances, instances);
    for (const { event, instance } of changes) {
      if (event === 'instance.registered')
        this.#checks.behaveAsRequested(instance.name, this.#point());
    }
    const outcome = await deployment.setInstances({ instances: this.#places.located(instances) });
    for (const event of listEvents(changes, instances, outcome)) this.#record(event);
    if (outcome.is === 'accepted') this.#instances = instances;
    await this.passUntil(this.#nowMs);
    return outcome;
  }

  async reconfigure(
    configuration: unknown,
    effective: EffectiveDurations | null,
  ): Promise<Outcome> {
    if (this.#isOver) await this.#refuse();
    const deployment = this.#running;
    const outcome = await deployment.reconfigure({ configuration });
    this.#record({
      event: 'service.configured',
      outcome,
      configuration,
      readBack: null,
      effective,
    });
    if (outcome.is === 'accepted') {
      this.#checks.timeoutMs = effective?.timeoutMs ?? Number.POSITIVE_INFINITY;
    }
    await this.passUntil(this.#nowMs);
    return outcome;
  }

  async settle(): Promise<void> {
    if (this.#isOver) await this.#refuse();
    const deployment = this.#running;
    await deployment.settle();
  }

  async passUntil(toMs: number): Promise<void> {
    if (this.#isOver) await this.#refuse();
    do await this.#step(toMs);
    while (this.#nowMs < toMs || this.#answers.length > 0);
  }

  async checksEnded(instance: string, count: number, untilMs: number): Promise<number> {
    if (this.#isOver) await this.#refuse();
    while (this.#checks.endedOf(instance) < count && this.#nowMs < untilMs) {
      await this.#step(Math.min(untilMs, Math.max(this.#nowMs, this.#checks.nextEndMs)));
    }
    await this.passUntil(this.#nowMs);
    return this.#checks.endedOf(instance);
  }

  held(): readonly Held[] {
    return [...this.#held.values()];
  }

  end(why: Why): Promise<History> {
    this.#over ??= this.#tearDown(why);
    return this.#over;
  }

  async #tearDown(why: Why): Promise<History> {
    const history = this.#recorder.end(why, this.#nowMs);
    await this.#deployment?.dispose();
    return history;
  }

  /** Hands over the answers due, and lets time pass to the next probes at the latest. */
  async #step(toMs: number): Promise<void> {
    if (this.#isOver) await this.#refuse();
    const deployment = this.#running;
    const answers = this.#answers;
    this.#answers = [];
    const asked = deployment.advance({ toMs: Math.max(toMs, this.#nowMs), answers });
    const reached = asked instanceof Promise ? await asked : asked;
    for (const { connection, atMs, how } of reached.cut) this.#cut(connection, atMs, how);
    this.#nowMs = reached.nowMs;
    this.#checks.passTo(this.#nowMs);
    const started = this.#point();
    for (const probe of reached.probes) this.#answers.push(this.#checks.answer(probe, started));
    this.#checks.passTo(this.#nowMs);
  }

  #cut(connection: number, atMs: number, how: 'closed' | 'reset'): void {
    if (!this.#held.delete(connection)) return;
    const event = {
      event: 'connection.closed',
      connection,
      by: 'balancer',
      how,
      learned: true,
    } as const;
    this.#recorder.record({ fromMs: atMs, toMs: atMs, ...event });
  }

  /** Asked before every step, and no promise of its own: thousands of them would be most of what a trial takes. */
  get #isOver(): boolean {
    const isSpent = this.#recorder.isFull || performance.now() > this.#budgetEndMs;
    return isSpent || this.#over !== null;
  }

  async #refuse(): Promise<never> {
    await this.end('budget');
    throw budgetSpent(this.#request);
  }

  get #running(): CallDeployment {
    invariant(this.#deployment !== null, 'the trial has a deployment');
    return this.#deployment;
  }

  #point(): When {
    return { fromMs: this.#nowMs, toMs: this.#nowMs };
  }

  #record(event: Timeless): void {
    this.#recorder.record({ fromMs: this.#nowMs, toMs: this.#nowMs, ...event });
  }
}
