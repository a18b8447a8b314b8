/** An adapter that listens on a TCP port somewhere: one connection, ended by closing it. Knows no message. */
import { connect } from 'node:net';
import type { Ended, Link } from './link.ts';

const connectMs = 5000;

export function openSocket(host: string, port: number): Link {
  const socket = connect({ host, port });
  socket.setNoDelay(true);
  let isOpen = false;
  socket.setTimeout(connectMs, () => socket.destroy(new Error(`no answer within ${connectMs} ms`)));
  socket.once('connect', () => {
    isOpen = true;
    socket.setTimeout(0);
  });
  let why = 'it closed the connection';
  socket.on('error', (error) => {
    why = isOpen
      ? `the connection broke: ${error.message}`
      : `nobody answers there: ${error.message}`;
  });
  const ended = new Promise<Ended>((resolve) => {
    socket.once('close', () => resolve({ how: why, isMissing: !isOpen }));
  });
  return {
    output: socket,
    write: (line) => void socket.write(line),
    ended,
    words: () => '',
    wordsEnd: () => 0,
    stop: async () => {
      socket.destroy();
      await ended;
    },
  };
}
