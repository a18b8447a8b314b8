/**
 * What serving is measured by, per instance: who was turned away, how long connections were delayed and how long they
 * took, and how busy slots were. Figures on connections are over those that came after the warm-up, each followed to
 * its end; how busy slots were is over the time from the warm-up to the end of arrivals. Knows no discipline.
 */
import { LogLinearHistogram } from './log-linear-histogram.ts';

export class ServingMeasures {
  /** [0] of the connection that is about to be noted as served: when it came, and how much longer it took than its work. */
  readonly arrivedMs = Float64Array.of(0);
  readonly delayMs = Float64Array.of(0);
  /** In the whole run. */
  readonly turnedAway: Int32Array;
  /** After the warm-up: came, were turned away, were served, had to wait or to share. */
  readonly offeredMeasured: Int32Array;
  readonly turnedAwayMeasured: Int32Array;
  readonly servedMeasured: Int32Array;
  readonly delayedMeasured: Int32Array;
  /** Of those served after the warm-up on all instances, ms. */
  readonly delays = new LogLinearHistogram();
  readonly responses = new LogLinearHistogram();
  readonly delaySumMs: Float64Array;
  readonly responseSumMs: Float64Array;
  /** Integral of busy slots over time, slot-milliseconds. */
  readonly busyMs: Float64Array;
  /** Most connections at once for which there was no slot. */
  readonly waitingMax: Int32Array;
  readonly measuredFromMs: number;
  readonly measuredToMs: number;
  readonly #now: Float64Array;
  readonly #busy: Int32Array;
  readonly #busySinceMs: Float64Array;

  constructor(instanceCount: number, now: Float64Array, warmUpMs: number, spanMs: number) {
    const counts = () => new Int32Array(instanceCount);
    const sums = () => new Float64Array(instanceCount);
    this.#now = now;
    this.measuredFromMs = Math.min(warmUpMs, spanMs);
    this.measuredToMs = spanMs;
    this.turnedAway = counts();
    this.offeredMeasured = counts();
    this.turnedAwayMeasured = counts();
    this.servedMeasured = counts();
    this.delayedMeasured = counts();
    this.waitingMax = counts();
    this.#busy = counts();
    this.delaySumMs = sums();
    this.responseSumMs = sums();
    this.busyMs = sums();
    this.#busySinceMs = sums();
  }

  noteOffered(instance: number, isAdmitted: boolean): void {
    const isMeasured = (this.#now[0] as number) >= this.measuredFromMs;
    if (isMeasured) addOne(this.offeredMeasured, instance);
    if (isAdmitted) return;
    addOne(this.turnedAway, instance);
    if (isMeasured) addOne(this.turnedAwayMeasured, instance);
  }

  noteWaiting(instance: number, waiting: number): void {
    if (waiting > (this.waitingMax[instance] as number)) this.waitingMax[instance] = waiting;
  }

  /** From now on. */
  noteBusy(instance: number, slots: number): void {
    this.#settle(instance);
    this.#busy[instance] = slots;
  }

  /** The connection in the cells ended now. */
  noteServed(instance: number): void {
    const arrivedMs = this.arrivedMs[0] as number;
    if (arrivedMs < this.measuredFromMs) return;
    const delayMs = this.delayMs[0] as number;
    addOne(this.servedMeasured, instance);
    if (delayMs > 0) addOne(this.delayedMeasured, instance);
    this.delaySumMs[instance] = (this.delaySumMs[instance] as number) + delayMs;
    const responseMs = (this.#now[0] as number) - arrivedMs;
    this.responseSumMs[instance] = (this.responseSumMs[instance] as number) + responseMs;
    this.delays.values[0] = delayMs;
    this.delays.record();
    this.responses.values[0] = responseMs;
    this.responses.record();
  }

  conclude(): void {
    for (let instance = 0; instance < this.#busy.length; instance++) this.#settle(instance);
  }

  #settle(instance: number): void {
    const now = this.#now[0] as number;
    const since = this.#busySinceMs[instance] as number;
    this.#busySinceMs[instance] = now;
    const from = since > this.measuredFromMs ? since : this.measuredFromMs;
    const to = now < this.measuredToMs ? now : this.measuredToMs;
    if (to <= from) return;
    this.busyMs[instance] =
      (this.busyMs[instance] as number) + (this.#busy[instance] as number) * (to - from);
  }
}

function addOne(column: Int32Array, at: number): void {
  column[at] = (column[at] as number) + 1;
}
