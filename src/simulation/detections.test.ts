/** Goal: each failure has its own times, and later events never rewrite them. */
import { expect, it } from 'vitest';
import { Detections } from './detections.ts';
import { type LogLinearHistogram, valuesOf } from './log-linear-histogram.ts';

it('notes the first time that each thing happened to the latest failure of an instance', () => {
  const detections = new Detections(2, 10);
  detections.failed(0, 10, true);
  detections.takenOut(0, 20);
  detections.takenOut(0, 25);
  detections.recovered(0, 30);
  detections.returned(0, 40);
  detections.returned(0, 45);
  detections.failed(0, 50, true);
  detections.recovered(0, 51);
  detections.returned(0, 52);
  detections.failed(0, 60, false);
  detections.takenOut(1, 99);
  const failure = (
    failedAtMs: number,
    detectedAtMs: number | null,
    recoveredAtMs: number | null,
    returnedAtMs: number | null,
  ) => ({
    instance: 0,
    failedAtMs,
    detectedAtMs,
    recoveredAtMs,
    returnedAtMs,
  });
  expect(detections.noted).toEqual([
    failure(10, 20, 30, 40),
    // Never taken out, so it did not return either.
    failure(50, null, 51, null),
    // Out already when it failed again.
    failure(60, 60, null, null),
  ]);
  const told = (histogram: LogLinearHistogram) =>
    valuesOf(histogram.counts()).map(({ value, count }) => [Math.round(value), count]);
  expect(told(detections.detection)).toEqual([[10, 1]]);
  expect(told(detections.comeback)).toEqual([[10, 1]]);
});

it('counts failures beyond its limit without keeping them', () => {
  const detections = new Detections(1, 2);
  for (let at = 0; at < 5; at++) detections.failed(0, at, true);
  expect([detections.noted.length, detections.unnoted]).toEqual([2, 3]);
});
