/**
 * Cases side by side: each lane takes the next one as soon as it is free, and what they teach is heard in the order of
 * the cases, whichever ends first. Knows no balancer and no clause's meaning; touches no clock but the one it is given.
 */
import { invariant } from '../errors/invariant.ts';
import { OperatorError } from '../errors/operator-error.ts';
import type { History } from '../history/vocabulary.ts';
import type { RunFacts } from '../results/run-facts.ts';
import { InOrder } from './in-order.ts';

/** One case, to be run in a lane. */
export interface Work {
  /** Among all cases, counted from 0. */
  readonly place: number;
  readonly name: string;
  readonly clauses: readonly string[];
  readonly run: () => Promise<CaseEnd>;
}

/** What a case recorded, and what the run learns of it. */
export interface CaseEnd {
  readonly histories: readonly History[];
  readonly learn: () => void;
}

export interface LaneOptions {
  /** Lanes. */
  readonly jobs: number;
  /** Whether a case without a history takes time that anybody would want to see. */
  readonly isWired: boolean;
  /** Monotonic real time, ms. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** What could not be run is an error of the clauses that it was made for. */
  readonly hearError: (clauses: readonly string[], message: string) => void;
}

type Trials = RunFacts['trials'];

/** So many cases that cannot be run, and none that can: the implementation is not there. */
const errorsMax = 5;

/**
 * Runs all of it, or until the signal; returns when each case ran. Throws what is no error of a case, and an operator
 * error where the first cases cannot be run at all; no lane is left at work then.
 */
export async function runInLanes(work: Generator<Work>, options: LaneOptions): Promise<Trials> {
  return new Lanes(options).execute(work);
}

class Lanes {
  readonly #options: LaneOptions;
  /** Lanes end as they like: what a run says must not depend on it. */
  readonly #inOrder = new InOrder();
  readonly #trials: Trials[number][] = [];
  readonly #errors: OperatorError[] = [];
  #executed = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  async execute(work: Generator<Work>): Promise<Trials> {
    const lanes = Array.from({ length: this.#options.jobs }, (_, index) => index + 1);
    let isOver = false;
    const ended = await Promise.allSettled(
      lanes.map(async (lane) => {
        try {
          for (let next = work.next(); next.done !== true; next = work.next()) {
            if (isOver || this.#options.signal.aborted) return;
            await this.#inLane(lane, next.value);
          }
        } catch (error) {
          isOver = true;
          throw error;
        }
      }),
    );
    const broken = ended.find((lane) => lane.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
    this.#inOrder.hearRest();
    return this.#trials;
  }

  async #inLane(lane: number, { place, name, clauses, run }: Work): Promise<void> {
    const { clock, isWired, signal, hearError } = this.#options;
    const fromMs = clock();
    try {
      const { histories, learn } = await run();
      this.#executed++;
      this.#inOrder.hear(place, learn);
      // in stepped time configurations come by the ten thousand and take no time
      if (histories.length === 0 && !isWired) return;
      const lagMs = Math.max(0, ...histories.flatMap(lagsOf));
      this.#trials.push({ name, lane, fromMs, toMs: clock(), attempt: histories.length, lagMs });
    } catch (error) {
      // an interruption takes balancers down under their trials: that says nothing about them
      if (signal.aborted) return;
      const { message } = this.#failed(error);
      this.#inOrder.hear(place, () => hearError(clauses, message));
    }
  }

  #failed(error: unknown): OperatorError {
    if (!(error instanceof OperatorError)) throw error;
    this.#errors.push(error);
    if (this.#executed === 0 && this.#errors.length >= errorsMax) throw allAlike(this.#errors);
    return error;
  }
}

/** Where nothing at all can be run, no balancer was heard yet. */
function allAlike(errors: readonly OperatorError[]): OperatorError {
  const [first] = errors;
  invariant(first !== undefined, 'there is an error');
  return new OperatorError(
    `the adapter, not the balancer: none of the first ${errors.length} cases could be run: ${first.message}`,
    {
      code: first.code,
      exitCode: first.exitCode,
      ...(first.hint === null ? {} : { hint: first.hint }),
      cause: first,
    },
  );
}

function lagsOf(history: History): number[] {
  return history.events.flatMap((one) => (one.event === 'harness.lagged' ? [one.lagMs] : []));
}
