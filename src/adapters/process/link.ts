/** The line to an adapter, whatever it is made of. Knows no message. */
import type { Readable } from 'node:stream';

export interface Link {
  /** Bytes from the adapter. */
  readonly output: Readable;
  /** What an adapter that has gone does not take is dropped: `ended` tells. */
  write(line: string): void;
  /** Once nobody is at the other end: how it ended, in words. Never rejects. */
  readonly ended: Promise<Ended>;
  /** What it said beside the protocol from the `from`-th character on, the last of it; empty: nothing. */
  words(from: number): string;
  /** How many characters it has said so. */
  wordsEnd(): number;
  /** Whether it ends by itself, in the time that it has, once it is told so. A program only. */
  leaves?(when: 'end of input' | 'SIGTERM'): Promise<boolean>;
  /** Ends the adapter: `orderly` first lets it end by itself. Answers once nothing of it is left. */
  stop(how: 'orderly' | 'now'): Promise<void>;
}

export interface Ended {
  readonly how: string;
  /** There was no such program or nobody listens there: the adapter never began. */
  readonly isMissing: boolean;
}
