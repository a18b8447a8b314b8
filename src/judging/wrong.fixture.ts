/** For tests: what a fake balancer can do wrong, each by a word of its own. Refuses to know how it comes to do it. */
import type { Reply } from '../history/vocabulary.ts';
import type { FakeInstance } from './fake-instance.fixture.ts';

/** What the balancer does instead of what is right. */
export interface Wrong {
  readonly unhealthyThreshold?: number;
  readonly healthyThreshold?: number;
  /** Opposite results do not start the count again. */
  readonly isCumulative?: boolean;
  /** An opposite result leaves one of several in a row. */
  readonly keepsOne?: boolean;
  /** Data after so long a pause are lost, and the connection with them. */
  readonly pauseMaxMs?: number;
  /** No count goes beyond it. */
  readonly countsAtMost?: number;
  /** Only the very number of results that was asked for is enough, not one more. */
  readonly countsExactly?: boolean;
  /** Silence of who is out counts for nothing. */
  readonly passesOverSilence?: boolean;
  readonly isNormal?: (reply: Reply) => boolean;
  readonly timeoutMs?: number;
  readonly persistenceMs?: number;
  readonly sessionKey?: (source: string, port: number) => string;
  /** A changed weight makes it forget who belongs to the instance. */
  readonly forgetsOnReweigh?: boolean;
  /** A known client whose instance is out is turned away. */
  readonly refusesKnown?: boolean;
  /** Known clients go to a removed, an unhealthy instance. */
  readonly sticksToRemoved?: boolean;
  readonly sticksToUnhealthy?: boolean;
  /** Known clients go to an instance of weight 0. */
  readonly sticksToResting?: boolean;
  readonly keepsRemoved?: boolean;
  readonly ignoresHealth?: boolean;
  readonly neverRecovers?: boolean;
  readonly pick?: (
    eligible: readonly FakeInstance[],
    connection: { source: string; port: number; number: number },
  ) => string;
  readonly weights?: Readonly<Record<string, number>>;
  readonly port?: (right: number, instance: string) => number;
  readonly losesBytes?: boolean;
  readonly hidesCloses?: boolean;
  readonly drainMs?: number;
  readonly deadline?: 'close' | 'leave';
  readonly cutsOthers?: boolean;
  /** A changed weight has no effect, ends every connection. */
  readonly keepsFirstWeights?: boolean;
  readonly cutsOnReweigh?: boolean;
  /** The same list again ends the oldest connection. */
  readonly cutsOnRelist?: boolean;
  /** All instances share the state that their results in turn lead to. */
  readonly sharesHealth?: boolean;
  readonly checkPort?: number;
  readonly checkPath?: string;
  readonly intervalMs?: number;
  /** Removing the last one ends every connection. */
  readonly cutsAllWhenEmpty?: boolean;
  /** With nobody eligible, everybody is used. */
  readonly usesAllWhenNone?: boolean;
  /** Whoever goes out, or comes back, ends these connections of others. */
  readonly cutsAtTurns?: (connection: number) => boolean;
  /** Every connection ends at that age. */
  readonly endsAfterMs?: number;
  /** Whoever goes out loses its connections. */
  readonly cutsUnhealthy?: boolean;
  /** Whoever goes out and leaves nobody behind loses its connections. */
  readonly cutsLastOut?: boolean;
  /** A new instance is out until it has passed enough checks; its first result decides alone. */
  readonly startsOut?: boolean;
  readonly firstDecides?: boolean;
  /** Out of and into rotation only so much later. */
  readonly lateMs?: number;
  readonly sessionClock?: 'creation';
  /** A session is there still at its very end. */
  readonly knowsAtEnd?: boolean;
  readonly neverForgets?: boolean;
  /** A drain without connections goes on to its deadline; nobody is checked while it drains. */
  readonly finishesAtDeadline?: boolean;
  readonly checksNobodyDraining?: boolean;
  /** The old deadline holds for whoever comes back before it. */
  readonly keepsDeadlineOfReturned?: boolean;
  readonly ignoresWeightZero?: boolean;
  /** Whoever had a weight of 0 keeps it. */
  readonly neverWakes?: boolean;
  readonly rejectsWeightZero?: boolean;
  /** Another configuration has no effect, ends every connection; a new instance gets nothing. */
  readonly keepsFirstConfiguration?: boolean;
  readonly cutsOnReconfigure?: boolean;
  /** It makes every client a stranger. */
  readonly forgetsOnReconfigure?: boolean;
  /** All but so many have no effect. */
  readonly configurationsMax?: number;
  /** Of who is out alone. */
  readonly cutsOutOnReconfigure?: boolean;
  /** Another configuration brings everybody in, takes everybody out. */
  readonly healsOnReconfigure?: boolean;
  readonly downsOnReconfigure?: boolean;
  readonly ignoresAdded?: boolean;
  readonly refuses?: (connection: number) => boolean;
}
