/**
 * Entry point of the process of sockets: takes calls over IPC and answers them, one object each. Ends when its parent
 * does, whatever way the parent ends. Knows no trial's meaning.
 */
import process from 'node:process';
import { watchLag } from './wire-lag.ts';
import type { WireCall, WireNews } from './wire-messages.ts';
import { WireSockets } from './wire-sockets.ts';

const trials = new Map<string, WireSockets>();

function tell(news: WireNews): void {
  if (process.connected) process.send?.(news);
}

async function answer({ call, do: name, ask }: WireCall): Promise<void> {
  try {
    tell({ answered: call, answer: await perform(name, ask) });
  } catch (error) {
    tell({ failed: call, message: error instanceof Error ? error.message : String(error) });
  }
}

function perform(name: WireCall['do'], ask: WireCall['ask']): unknown {
  const { trial } = ask;
  if (name === 'begin') {
    const record = (event: Extract<WireNews, { event: unknown }>['event']): void =>
      tell({ trial, event });
    const find = (other: string) => trials.get(other);
    trials.set(trial, new WireSockets(ask as never, record, find, lag.earliestMs));
    return undefined;
  }
  const sockets = trials.get(trial);
  if (sockets === undefined) throw new Error(`trial ${trial} is not under way`);
  if (name === 'release') trials.delete(trial);
  return (sockets[name] as (ask: WireCall['ask']) => unknown).call(sockets, ask);
}

process.on('message', (message) => void answer(message as WireCall));
process.on('disconnect', () => process.exit(0));
const lag = watchLag((late) => {
  for (const sockets of trials.values()) sockets.lagged(late);
});
tell({ ready: true });
