/**
 * The deployments of one adapter, those under way included, so that whoever disposes of the adapter leaves none behind.
 * Knows no balancer.
 */
import { invariant } from '../errors/invariant.ts';

interface Disposable {
  dispose(): Promise<void>;
}

export class Deployments {
  readonly #live = new Set<Disposable>();
  readonly #underWay = new Set<Promise<unknown>>();
  #isOver = false;

  /** `dispose` waits for the work, however it ends. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  add(deployment: Disposable): void {
    this.#live.add(deployment);
  }

  delete(deployment: Disposable): void {
    this.#live.delete(deployment);
  }

  /** Throws where `dispose` was called: what was deployed since must go again. */
  expectOpen(): void {
    invariant(!this.#isOver, 'nothing is deployed on an adapter that has ended');
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    await Promise.allSettled(this.#underWay);
    await Promise.all([...this.#live].map((deployment) => deployment.dispose()));
  }
}
