/** What cases say is taken in their order, and nothing is lost where one never ends. */
import { expect, it } from 'vitest';
import { InOrder } from './in-order.ts';

function hearing(places: readonly number[]) {
  const heard: number[] = [];
  const order = new InOrder();
  for (const place of places) order.hear(place, () => heard.push(place));
  return { heard, order };
}

it('hears cases in their order, however they end', () => {
  expect(hearing([0, 1, 2]).heard).toEqual([0, 1, 2]);
  expect(hearing([2, 0, 3, 1]).heard).toEqual([0, 1, 2, 3]);
});

it('waits for one that has not ended, and then hears the rest in its order', () => {
  const { heard, order } = hearing([4, 0, 3, 2]);
  expect(heard).toEqual([0]);
  order.hearRest();
  expect(heard).toEqual([0, 2, 3, 4]);
  order.hearRest();
  expect(heard).toEqual([0, 2, 3, 4]);
});
