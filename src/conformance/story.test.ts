/** Stories name who came back, so that a reader can follow them. */
import { describe, expect, it } from 'vitest';
import { FakeBalancer } from '../judging/balancer.fixture.ts';
import { storyOf } from './story.ts';

describe('a story', () => {
  it('names the address of a client who came more than once, and of no other', () => {
    const balancer = new FakeBalancer({ weights: { a: 1 } }, { refuses: (number) => number === 2 });
    for (const source of ['127.200.0.1', '127.200.0.2', '127.200.0.1']) balancer.open(source);
    const told = storyOf(balancer.end(), []).map(({ text }) => text);
    expect(told.filter((text) => /placed|refused/.test(text))).toEqual([
      'connection 0 from 127.200.0.1 is placed on a, port 8080',
      'connection 1 is placed on a, port 8080',
      'connection 2 from 127.200.0.1 is refused (closed)',
    ]);
  });
});
