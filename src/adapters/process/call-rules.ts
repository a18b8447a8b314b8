/**
 * What replies on the call plane must keep besides their shape: time that goes forward, instances that exist, probes
 * told apart. Knows no transport and judges no balancer.
 */
import type { InstanceAt, Reached } from '../contract.ts';

/** Times closer than this are one: not every language writes all digits of a number. */
const roundingMs = 1e-6;

/** The same, the time that was asked for where it is meant. */
export function unrounded(reached: Reached, toMs: number): Reached {
  return Math.abs(reached.nowMs - toMs) < roundingMs ? { ...reached, nowMs: toMs } : reached;
}

export class CallRules {
  readonly #known = new Set<string>();
  readonly #probes = new Set<number>();
  readonly #isStepped: boolean;
  #nowMs = 0;

  constructor(isStepped: boolean) {
    this.#isStepped = isStepped;
  }

  list(instances: readonly InstanceAt[]): void {
    for (const { name } of instances) this.#known.add(name);
  }

  /** What is wrong with a placement, or null. */
  faultInPlacement(instance: string): string | null {
    return this.#known.has(instance)
      ? null
      : `placed at ${JSON.stringify(instance)}, which was never listed`;
  }

  /** What is wrong with how far time went, or null. */
  faultInReached(toMs: number, { nowMs, probes, cut }: Reached): string | null {
    const beforeMs = this.#nowMs;
    if (nowMs < beforeMs - roundingMs)
      return `nowMs ${nowMs} lies before ${beforeMs}, which was reached already`;
    if (this.#isStepped && nowMs > toMs) return `nowMs ${nowMs} lies beyond toMs ${toMs}`;
    if (nowMs < toMs && probes.length === 0) {
      return `stopped at nowMs ${nowMs} before toMs ${toMs} without a probe that wants an answer`;
    }
    const stranger = probes.find(({ instance }) => !this.#known.has(instance));
    if (stranger !== undefined) {
      return `probes ${JSON.stringify(stranger.instance)}, which was never listed`;
    }
    for (const { probe } of probes) {
      if (this.#probes.has(probe)) return `probe ${probe} is a number used before`;
      this.#probes.add(probe);
    }
    const early = cut.find(({ atMs }) => atMs < beforeMs - roundingMs || atMs > nowMs + roundingMs);
    if (early !== undefined) {
      return `connection ${early.connection} cut at ${early.atMs} ms, outside of ${beforeMs} to ${nowMs}`;
    }
    this.#nowMs = nowMs;
    return null;
  }
}
