/** Every judge, in the order of the clause book. */
import type { Judge } from './judge.ts';
import { wrrCycle, wrrShare } from './weighted-round-robin.judges.ts';

export const judges: readonly Judge[] = [wrrShare, wrrCycle];
