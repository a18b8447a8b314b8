/** For tests: one instance as a fake balancer knows it, and how it answers checks. */
import type { CheckReplyScript } from '../history/vocabulary.ts';

export interface FakeInstance {
  readonly name: string;
  readonly index: number;
  weight: number;
  readonly port: number | null;
  isUp: boolean;
  failures: number;
  passes: number;
  isMember: boolean;
  isChecked: boolean;
  isFirst: boolean;
  current: number;
  active: number;
  total: number;
  nextCheckMs: number;
  script: CheckReplyScript[];
  afterwards: CheckReplyScript;
}

export const quick: CheckReplyScript = { reply: 200, afterMs: 1 };
