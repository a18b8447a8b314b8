/** What one replayed case said: every judge that had something to say, the story, and what it comes down to. */
import type { CheckCertificate, StoryLine } from './conformance-result.ts';

export interface ReplayResult {
  readonly file: string;
  readonly verdicts: readonly {
    readonly clause: string;
    readonly is: 'pass' | 'fail' | 'inconclusive';
    readonly why: string;
    readonly expected: string | null;
    readonly observed: string | null;
    /** The more specific clause that this failure was charged to. */
    readonly attributedTo: string | null;
    /** Of a check by statistics; null: exact. */
    readonly certificate: CheckCertificate | null;
  }[];
  readonly story: readonly StoryLine[];
  readonly gate: { readonly exitCode: number; readonly why: string };
}
