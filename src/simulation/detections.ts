/** Notes for each failure when it was noticed, mended, and when the instance came back into rotation. Judges nothing. */
import { LogLinearHistogram } from './log-linear-histogram.ts';

export interface NotedFailure {
  readonly instance: number;
  readonly failedAtMs: number;
  /** null: never taken out for it. Equal to `failedAtMs`: it was out already. */
  detectedAtMs: number | null;
  recoveredAtMs: number | null;
  returnedAtMs: number | null;
}

export class Detections {
  readonly noted: NotedFailure[] = [];
  /** Failures beyond the limit, counted only. */
  unnoted = 0;
  /** ms from failure to being taken out, of all failures; of none that met an instance that was out already. */
  readonly detection = new LogLinearHistogram();
  /** ms from recovery to being back in rotation, of instances that had been taken out. */
  readonly comeback = new LogLinearHistogram();
  readonly #notedMax: number;
  readonly #latest: (NotedFailure | null)[];

  constructor(instances: number, notedMax: number) {
    this.#notedMax = notedMax;
    this.#latest = Array.from({ length: instances }, () => null);
  }

  failed(instance: number, atMs: number, isEligible: boolean): void {
    const failure: NotedFailure = {
      instance,
      failedAtMs: atMs,
      detectedAtMs: isEligible ? null : atMs,
      recoveredAtMs: null,
      returnedAtMs: null,
    };
    this.#latest[instance] = failure;
    if (this.noted.length < this.#notedMax) this.noted.push(failure);
    else this.unnoted++;
  }

  recovered(instance: number, atMs: number): void {
    const failure = this.#latest[instance];
    if (failure != null) failure.recoveredAtMs ??= atMs;
  }

  /** May come after the recovery: the last failed check was still waiting for its timeout. */
  takenOut(instance: number, atMs: number): void {
    const failure = this.#latest[instance];
    if (failure == null || failure.detectedAtMs !== null) return;
    failure.detectedAtMs = atMs;
    this.detection.values[0] = atMs - failure.failedAtMs;
    this.detection.record();
  }

  returned(instance: number, atMs: number): void {
    const failure = this.#latest[instance];
    if (failure?.detectedAtMs == null || failure.returnedAtMs !== null) return;
    failure.returnedAtMs = atMs;
    if (failure.recoveredAtMs === null) return;
    this.comeback.values[0] = atMs - failure.recoveredAtMs;
    this.comeback.record();
  }
}
