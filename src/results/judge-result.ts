/** What judges made of one recorded history: every clause it says something on, and what that comes down to. */
import type { ReplayResult } from './replay-result.ts';

export const judgeResultVersion = 1;

export interface JudgeResult extends ReplayResult {
  readonly result: typeof judgeResultVersion;
  readonly kind: 'judgement';
  readonly suite: string;
  readonly implementation: {
    readonly connectable: string;
    readonly name: string;
    readonly version: string;
  };
  readonly events: number;
  /** What does not add up, with its place; any of it leaves every clause undecided. */
  readonly defects: readonly string[];
  /** Seen, though nothing was declared that could be broken. */
  readonly observations: readonly { readonly clause: string; readonly why: string }[];
  /** Clauses whose situation came up only in part, and why they stay undecided. */
  readonly undecided: readonly { readonly clause: string; readonly why: string }[];
  /** Clauses that this history is no case of. */
  readonly silent: readonly string[];
}
