/** For tests: checks of a fake balancer's instances, and what their results make of them. Knows no connection. */
import type { Reply } from '../history/vocabulary.ts';
import { type Asked, intervalMs, timeoutMs } from './asked-service.fixture.ts';
import type { FakeClock, Timer } from './fake-clock.fixture.ts';
import type { FakeInstance } from './fake-instance.fixture.ts';
import type { FakeTape } from './fake-tape.fixture.ts';
import type { Wrong } from './wrong.fixture.ts';

interface Around {
  readonly clock: FakeClock;
  readonly tape: FakeTape;
  readonly gone: (name: string) => void;
  readonly turned: (name: string) => void;
}

export class FakeHealth {
  readonly #instances: readonly FakeInstance[];
  readonly #wrong: Wrong;
  readonly #clock: FakeClock;
  readonly #tape: FakeTape;
  /** Told of whoever goes out. */
  readonly #gone: (name: string) => void;
  /** Told of whoever goes out or comes back. */
  readonly #turned: (name: string) => void;
  asked: Asked;
  #checks = 0;

  constructor(
    instances: readonly FakeInstance[],
    asked: Asked,
    wrong: Wrong,
    { clock, tape, gone, turned }: Around,
  ) {
    this.#instances = instances;
    this.asked = asked;
    this.#wrong = wrong;
    this.#clock = clock;
    this.#tape = tape;
    this.#gone = gone;
    this.#turned = turned;
  }

  due(): readonly Timer[] {
    return this.#instances
      .filter(({ isChecked }) => isChecked)
      .map((one) => ({ atMs: one.nextCheckMs, run: () => this.#check(one) }));
  }

  #check(instance: FakeInstance): void {
    const check = this.#checks++;
    const method = this.asked.method ?? 'http';
    const script = instance.script.shift() ?? instance.afterwards;
    this.#tape.say({
      event: 'check.started',
      check,
      instance: instance.name,
      method,
      port: this.#wrong.checkPort ?? instance.port ?? 8080,
      path: method === 'http' ? (this.#wrong.checkPath ?? '/healthz') : null,
    });
    const limitMs = this.#wrong.timeoutMs ?? timeoutMs;
    const isAnswered = script.reply !== 'silence' && script.afterMs < limitMs;
    this.#clock.after(isAnswered ? script.afterMs : limitMs, () => {
      if (isAnswered) this.#tape.say({ event: 'check.replied', check, reply: script.reply });
      else this.#tape.say({ event: 'check.abandoned', check });
      if (this.#wrong.passesOverSilence && !isAnswered && !instance.isUp) return;
      this.#conclude(instance, isAnswered && this.#passes(script.reply));
    });
    instance.nextCheckMs = this.#clock.nowMs + (this.#wrong.intervalMs ?? intervalMs);
  }

  #passes(reply: Reply): boolean {
    if (this.#wrong.isNormal !== undefined) return this.#wrong.isNormal(reply);
    return reply === 'accepted' || (typeof reply === 'number' && reply >= 200 && reply < 400);
  }

  #conclude(checked: FakeInstance, passed: boolean): void {
    const instance = this.#wrong.sharesHealth ? (this.#instances[0] as FakeInstance) : checked;
    this.#count(instance, passed);
    if (this.#wrong.sharesHealth) for (const one of this.#instances) one.isUp = instance.isUp;
  }

  #count(instance: FakeInstance, passed: boolean): void {
    const { fall, rise } = this.#thresholds(instance);
    instance.isFirst = false;
    const opposite = passed ? 'failures' : 'passes';
    const counted = passed ? 'passes' : 'failures';
    const { countsAtMost = Number.POSITIVE_INFINITY } = this.#wrong;
    instance[counted] = Math.min(countsAtMost, instance[counted] + 1);
    const left = this.#wrong.keepsOne && instance[opposite] > 1 ? 1 : 0;
    if (!this.#wrong.isCumulative) instance[opposite] = left;
    const isEnough = (count: number, needed: number) =>
      this.#wrong.countsExactly ? count === needed : count >= needed;
    if (instance.isUp && !passed && isEnough(instance.failures, fall)) this.#turn(instance, false);
    const isBack = !instance.isUp && passed && isEnough(instance.passes, rise);
    if (isBack && !this.#wrong.neverRecovers) this.#turn(instance, true);
  }

  #thresholds({ isFirst }: FakeInstance): { readonly fall: number; readonly rise: number } {
    if (isFirst && this.#wrong.firstDecides) return { fall: 1, rise: 1 };
    const { unhealthyThreshold = 2, healthyThreshold = 2 } = this.asked;
    return {
      fall: this.#wrong.unhealthyThreshold ?? unhealthyThreshold,
      rise: this.#wrong.healthyThreshold ?? healthyThreshold,
    };
  }

  #turn(instance: FakeInstance, isUp: boolean): void {
    Object.assign(instance, { failures: 0, passes: 0 });
    const run = () => {
      Object.assign(instance, isUp ? { isUp, current: 0 } : { isUp });
      if (!isUp) this.#gone(instance.name);
      this.#turned(instance.name);
    };
    if (this.#wrong.lateMs === undefined) run();
    else this.#clock.after(this.#wrong.lateMs, run);
  }
}
