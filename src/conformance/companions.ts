/**
 * Services of their own that are deployed while a timeline runs, and left alone: what they are asked for is nothing to
 * the one under test. Where there is no room for them the timeline goes on without. Their histories are nobody's.
 */
import type { Testbed, Trial, TrialRequest } from '../testbed/trial.ts';

/** Far more than run side by side: nobody is kept from a deployment of its own by one of these. */
const roomForMany = 50;

export class Companions {
  readonly #testbed: Testbed;
  readonly #trials: Trial[] = [];

  constructor(testbed: Testbed) {
    this.#testbed = testbed;
  }

  /** In stepped time, where deployments cost nothing and each has a clock of its own. */
  async add(request: TrialRequest): Promise<void> {
    const { limits } = this.#testbed.description;
    if (request.time !== 'stepped' || limits.deploymentsMax < roomForMany) return;
    const name = `${request.name}-beside-${this.#trials.length + 1}`;
    const begun = await this.#testbed.begin({ ...request, name });
    if (begun.accepted) this.#trials.push(begun.trial);
  }

  async end(): Promise<void> {
    for (const trial of this.#trials) await trial.end('complete');
  }
}
