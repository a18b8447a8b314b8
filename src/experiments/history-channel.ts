/**
 * A run's history on its way between two threads: a few chunks of columns in shared memory, filled by the run and taken
 * here, in order. Where nobody takes them the run waits, so memory stays as it is, however long the run.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import {
  chunkBytes,
  columnsIn,
  type EventColumns,
  type HistorySink,
} from '../simulation/history-columns.ts';

/** Enough for both sides to work at once. */
const chunksMax = 8;
/** In the state: how many chunks were taken so far. */
const taken = 0;

/** What the thread of the run gets. */
export interface HistoryEnd {
  readonly port: MessagePort;
  readonly chunks: readonly SharedArrayBuffer[];
  readonly state: SharedArrayBuffer;
}
type Message = { readonly chunk: number; readonly length: number } | 'ended';

/** Takes so many rows; a rejection ends the run with it. */
export type TakeHistory = (columns: EventColumns, length: number) => Promise<void>;

export interface HistoryChannel {
  readonly end: HistoryEnd;
  /** Resolves once everything was taken that the run left; rejects with what taking it failed with. */
  readonly drained: Promise<void>;
  /** The run has ended, of itself or not: no more comes. */
  close(): void;
}

export function openHistoryChannel(take: TakeHistory): HistoryChannel {
  const { port1: port, port2 } = new MessageChannel();
  const chunks = Array.from({ length: chunksMax }, () => new SharedArrayBuffer(chunkBytes));
  const columns = chunks.map(columnsIn);
  const state = new SharedArrayBuffer(4);
  const takenOf = new Int32Array(state);
  let work = Promise.resolve();
  const drained = new Promise<void>((resolve, reject) => {
    port.on('message', (message: Message) => {
      if (message === 'ended') {
        port.close();
        return;
      }
      work = work.then(async () => {
        await take(columns[message.chunk] as EventColumns, message.length);
        Atomics.add(takenOf, taken, 1);
        Atomics.notify(takenOf, taken);
      });
      work.catch(reject);
    });
    port.on('close', () => work.then(resolve, reject));
  });
  return { end: { port: port2, chunks, state }, drained, close: () => port.close() };
}

/** The run's side; `ended` when it has handed over everything. */
export function historySink({ port, chunks, state }: HistoryEnd): HistorySink & {
  readonly ended: () => void;
} {
  const columns = chunks.map(columnsIn);
  const takenOf = new Int32Array(state);
  let posted = 0;
  return {
    first: columns[0] as EventColumns,
    drain: (_filled, length) => {
      port.postMessage({ chunk: posted % chunks.length, length } satisfies Message);
      posted++;
      waitUntilTaken(takenOf, posted - chunks.length + 1);
      return columns[posted % chunks.length] as EventColumns;
    },
    ended: () => port.postMessage('ended' satisfies Message),
  };
}

function waitUntilTaken(takenOf: Int32Array, count: number): void {
  for (;;) {
    const seen = Atomics.load(takenOf, taken);
    if (seen >= count) return;
    Atomics.wait(takenOf, taken, seen);
  }
}
