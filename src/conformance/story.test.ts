/** Stories name who came back, so that a reader can follow them. */
import { describe, expect, it } from 'vitest';
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import { storyOf } from './story.ts';

const at = { fromMs: 1, toMs: 1 };
const opened = (connection: number, source: string): HistoryEvent => {
  return { ...at, event: 'connection.opened', connection, source, port: 30_000 + connection };
};
const placed = (connection: number, instance: string): HistoryEvent => {
  return { ...at, event: 'connection.placed', connection, instance, port: 8080 };
};

const history: History = {
  header: {
    event: 'history.began',
    history: 1,
    suite: '1.0.0',
    implementation: { connectable: 'fake', name: 'fake', version: '1' },
    time: 'stepped',
    configuration: null,
    profile: 'console',
    traits: null,
    instances: [{ name: 'a', weight: 1, port: null }],
    seed: 's',
    timeline: null,
  },
  events: [
    opened(0, '127.200.0.1'),
    placed(0, 'a'),
    opened(1, '127.200.0.2'),
    placed(1, 'b'),
    opened(2, '127.200.0.1'),
    { ...at, event: 'connection.refused', connection: 2, how: 'reset' },
  ],
};

describe('a story', () => {
  it('names the address of a client who came more than once, and of no other', () => {
    expect(storyOf(history, []).map(({ text }) => text)).toEqual([
      'connection 0 from 127.200.0.1 is placed on a, port 8080',
      'connection 1 is placed on b, port 8080',
      'connection 2 from 127.200.0.1 is refused (reset)',
    ]);
  });
});
