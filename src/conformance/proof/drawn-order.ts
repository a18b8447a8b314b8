/** The order in which a seed draws what has a name. Knows nothing of what is drawn. */
import { textNumber } from '../clients.ts';

export function inDrawnOrder<One extends { readonly name: string }>(
  all: readonly One[],
  seed: string,
): readonly One[] {
  return all
    .map((one) => ({ one, rank: textNumber(`${seed}/${one.name}`) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}
