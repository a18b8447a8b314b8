/**
 * Drives one timeline through one trial: waits, opens, closes, changes what instances answer, and lets the testbed
 * record what comes of it. Judges nothing, and skips steps whose precondition does not hold.
 */

import type { Scales } from '../adapters/contract.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { CheckReplyScript, History, InstanceListed, TimeKind } from '../history/vocabulary.ts';
import { propagationOf } from '../judging/reading.ts';
import { checksInstances, type EffectiveDurations } from '../spec/behaviour.ts';
import type { ConfigurationDocument, ServiceConfiguration } from '../spec/configuration.ts';
import { effectiveDurations, resolveService } from '../spec/resolve.ts';
import type { Behaviour, Testbed, Trial, TrialRequest } from '../testbed/trial.ts';
import { type Clients, createClients, type Plane } from './clients.ts';
import { Companions } from './companions.ts';
import type { After, BehaviourScript, ReplyScript, Step, Timeline } from './timeline.ts';
import { instancesEver } from './timeline-names.ts';

export interface DriveOptions {
  readonly name: string;
  readonly time: TimeKind;
  readonly realMsPerSecond: Scales;
  readonly seed: string;
  readonly budgetMs: number;
  readonly eventsMax: number;
  /** Aborted: the trial ends at the next step and its history says so. */
  readonly signal?: AbortSignal;
}

/** The history of the timeline on this testbed; a rejected deployment has a short one. */
export async function drive(
  timeline: Timeline,
  testbed: Testbed,
  options: DriveOptions,
): Promise<History> {
  const service = resolveService(timeline.configuration, timeline.profile);
  const effective = effectiveDurations(service, options.realMsPerSecond);
  const reply = replier(service, effective);
  const begun = await testbed.begin(requestOf(timeline, options));
  if (!begun.accepted) return begun.history;
  const { capabilities, plane, traits } = testbed.description;
  const isChecking = checksInstances(capabilities);
  const propagationMs = propagationOf({ traits });
  const walker = new Walker(begun.trial, effective, reply, timeline, options, {
    plane,
    isChecking,
    propagationMs,
  });
  const companions = new Companions(testbed);
  try {
    return await walk(walker, companions, timeline, begun.trial, options);
  } finally {
    await companions.end();
  }
}

function requestOf(timeline: Timeline, options: DriveOptions): TrialRequest {
  const service = resolveService(timeline.configuration, timeline.profile);
  const effective = effectiveDurations(service, options.realMsPerSecond);
  const reply = replier(service, effective);
  return {
    name: options.name,
    configuration: timeline.configuration,
    profile: timeline.profile,
    instances: timeline.instances,
    behaviours: Object.fromEntries(
      instancesEver(timeline).map(({ name }) => [name, reply(timeline.behaviours[name] ?? {})]),
    ),
    time: options.time,
    realMsPerSecond: options.realMsPerSecond,
    effective,
    seed: options.seed,
    timeline: timeline.family,
    budgetMs: options.budgetMs,
    eventsMax: options.eventsMax,
  };
}

async function walk(
  walker: Walker,
  companions: Companions,
  timeline: Timeline,
  trial: Trial,
  options: DriveOptions,
): Promise<History> {
  try {
    for (const step of timeline.steps) {
      if (options.signal?.aborted) return await trial.end('interrupted');
      await walker.take(step);
      if (step.do === 'accompany') {
        const { configuration } = step;
        await companions.add(requestOf({ ...timeline, configuration }, options));
      }
    }
    return await trial.end('complete');
  } catch (error) {
    const history = await trial.end('error');
    if (error instanceof OperatorError && error.code === 'TRIAL_BUDGET') return history;
    throw error;
  }
}

/** What the implementation says of itself that a walk goes by. */
interface Declared {
  readonly plane: Plane;
  /** False: there are no checks to wait for. */
  readonly isChecking: boolean;
  /** How long whatever changes may take to be in effect. */
  readonly propagationMs: number;
}

/** Where a walk through a timeline stands. */
class Walker {
  readonly #trial: Trial;
  readonly #timeline: Timeline;
  readonly #options: DriveOptions;
  #effective: EffectiveDurations;
  readonly #reply: (script: BehaviourScript) => Behaviour;
  readonly #clients: Clients;
  readonly #declared: Declared;
  readonly #checksSeen = new Map<string, number>();
  #instances: readonly InstanceListed[];
  #connections = 0;
  #isOver = false;

  constructor(
    trial: Trial,
    effective: EffectiveDurations,
    reply: (script: BehaviourScript) => Behaviour,
    timeline: Timeline,
    options: DriveOptions,
    declared: Declared,
  ) {
    this.#trial = trial;
    this.#declared = declared;
    this.#timeline = timeline;
    this.#options = options;
    this.#effective = effective;
    this.#reply = reply;
    this.#instances = timeline.instances;
    this.#clients = createClients(options.seed, declared.plane);
  }

  async take(step: Step): Promise<void> {
    if (this.#isOver) return;
    if (step.after !== undefined) await this.#wait(step.after);
    switch (step.do) {
      case 'open':
        return this.#open(step.count, step.sources, step);
      case 'refill':
        return this.#open(step.to - this.#trial.held().length, 'fresh', { hold: true });
      case 'close':
        return this.#close(step);
      case 'carry':
        for (const { connection } of this.#trial.held()) await this.#trial.carry(connection);
        return;
      case 'behave':
        return this.#trial.behave(step.instance, this.#reply(step.behaviour));
      case 'add':
        return this.#list([...this.#without(step.instance.name), step.instance]);
      case 'reweigh':
        return this.#list(
          this.#instances.map((listed) =>
            listed.name === step.instance ? { ...listed, weight: step.weight } : listed,
          ),
        );
      case 'remove':
        return this.#list(this.#without(step.instance));
      case 'list':
        return this.#list(step.instances);
      case 'reconfigure':
        return step.isWrong === true
          ? this.#misconfigure(step.configuration)
          : this.#reconfigure(step.configuration);
      // whoever is beside it is no matter of this one
      case 'accompany':
      case 'wait':
        return;
    }
  }

  async #wait(after: After): Promise<void> {
    const { intervalMs, persistenceMs, drainMs } = this.#effective;
    const waitMs =
      (after.intervals ?? 0) * intervalMs +
      (after.persistence ?? 0) * persistenceMs +
      (after.drain ?? 0) * drainMs;
    if (waitMs > 0) await this.#trial.passUntil(this.#trial.nowMs() + waitMs);
    if (!this.#declared.isChecking) return;
    for (const [instance, more] of Object.entries(after.checks ?? {})) {
      await this.#checks(instance, more);
    }
  }

  /** Counted from the first check on, so that a slow client never makes a timeline wait for one check more. */
  async #checks(instance: string, more: number): Promise<void> {
    const { intervalMs, timeoutMs } = this.#effective;
    const wanted = (this.#checksSeen.get(instance) ?? 0) + more;
    // each check may take its timeout and the next may be counted from its end; twice that for a busy machine
    const untilMs = this.#trial.nowMs() + (more + 1) * 2 * (intervalMs + timeoutMs);
    await this.#trial.checksEnded(instance, wanted, untilMs);
    this.#checksSeen.set(instance, wanted);
    // what they change may take its time; so long that the next ones come, it is told of what lasts alone
    await this.#propagate(this.#trial.nowMs());
  }

  async #open(
    count: number,
    sources: 'fresh' | readonly string[],
    { hold = false, atOnce = 1 }: { readonly hold?: boolean; readonly atOnce?: number },
  ): Promise<void> {
    let index = 0;
    const oneByOne = async (): Promise<void> => {
      while (index < count) {
        const name = sources === 'fresh' ? undefined : sources[index % sources.length];
        index++;
        const connection = this.#connections++;
        const source = name === undefined ? this.#clients.fresh() : this.#clients.named(name);
        const answer = await this.#trial.open({ connection, source });
        if ('placed' in answer && !hold) await this.#trial.close(connection, 'client', 'closed');
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, Math.max(1, count)) }, oneByOne));
  }

  /** Times are shortened by the factors that the trial began with. */
  async #reconfigure(configuration: ConfigurationDocument): Promise<void> {
    const service = resolveService(configuration, this.#timeline.profile);
    const effective = effectiveDurations(service, this.#options.realMsPerSecond);
    const outcome = await this.#trial.reconfigure(configuration, effective);
    if (outcome.is === 'accepted') this.#effective = effective;
    await this.#settle();
  }

  /** Whoever takes a wrong configuration does what nobody can say. */
  async #misconfigure(configuration: ConfigurationDocument): Promise<void> {
    const { is } = await this.#trial.reconfigure(configuration, null);
    this.#isOver = is !== 'rejected';
    if (!this.#isOver) await this.#settle();
  }

  /** Where it is judged how soon changes are in effect nobody may wait for them. */
  async #settle(): Promise<void> {
    if (this.#timeline.clauses.includes('change.effective')) return;
    const answeredMs = this.#trial.nowMs();
    await this.#trial.settle();
    // whoever settles sooner than it declares is held to nothing before that, as nobody can see that it has
    await this.#propagate(answeredMs);
  }

  async #propagate(fromMs: number): Promise<void> {
    const { propagationMs } = this.#declared;
    // at the very instant at which it is over either may hold
    if (propagationMs > 0) await this.#trial.passUntil(fromMs + propagationMs + 1);
  }

  async #close(step: Extract<Step, { do: 'close' }>): Promise<void> {
    const held = this.#trial.held();
    const names = step.of === 'all' ? [...new Set(held.map((one) => one.instance))] : [step.of];
    for (const name of names) {
      const own = held.filter((one) => one.instance === name);
      const count = Math.ceil(own.length * (step.share ?? 1));
      for (const { connection } of own.slice(0, count)) {
        await this.#trial.close(connection, step.by ?? 'client', step.how ?? 'closed');
      }
    }
  }

  async #list(instances: readonly InstanceListed[]): Promise<void> {
    this.#instances = instances;
    await this.#trial.setInstances(instances);
    await this.#settle();
  }

  #without(name: string): readonly InstanceListed[] {
    return this.#instances.filter((listed) => listed.name !== name);
  }
}

/** Turns scripts into behaviours of this configuration: `normal` becomes its first normal status, delays become ms. */
function replier(
  service: ServiceConfiguration,
  effective: EffectiveDurations,
): (script: BehaviourScript) => Behaviour {
  const normal =
    service.check.method === 'tcp' ? 'accepted' : (service.check.normalCodes[0]?.from ?? 200);
  const told = (script: ReplyScript): CheckReplyScript => ({
    reply: script.reply === 'normal' ? normal : script.reply,
    afterMs: (script.afterTimeouts ?? 0) * effective.timeoutMs,
  });
  return (script) => ({
    traffic: script.traffic ?? 'accepted',
    checks: (script.checks ?? []).map(told),
    afterwards: told(script.afterwards ?? { reply: 'normal' }),
  });
}
