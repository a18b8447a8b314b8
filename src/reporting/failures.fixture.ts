/** Two failures with their stories, as a run would tell them: one of scheduling, one of draining. */
import type { HistoryEvent } from '../history/vocabulary.ts';
import type { Failure, StoryLine } from '../results/conformance-result.ts';

const at = (ms: number) => ({ fromMs: ms, toMs: ms + 1.5 });
const accepted = { is: 'accepted' } as const;
const event = (ms: number, what: object) => ({ ...at(ms), ...what }) as HistoryEvent;
const line = (atMs: number, text: string, what: object | null, isEvidence = false): StoryLine => ({
  atMs,
  text,
  isEvidence,
  event: what === null ? null : event(atMs, what),
});

const drainStory: readonly StoryLine[] = [
  line(
    0,
    'The service is configured: weighted round robin, persistence 1440 s, drain 300 s.',
    null,
  ),
  line(2, 'a is registered with weight 1.', {
    event: 'instance.registered',
    instance: 'a',
    weight: 1,
    port: 9000,
    outcome: accepted,
  }),
  line(3, 'b is registered with weight 1.', {
    event: 'instance.registered',
    instance: 'b',
    weight: 1,
    port: 9000,
    outcome: accepted,
  }),
  line(120, 'A check of a passes.', {
    event: 'check.started',
    check: 1,
    instance: 'a',
    method: 'tcp',
    port: 9000,
    path: null,
  }),
  line(131, 'A check of b passes.', {
    event: 'check.started',
    check: 2,
    instance: 'b',
    method: 'tcp',
    port: 9000,
    path: null,
  }),
  line(400, 'Client 127.1.0.7 connects and is placed on b: it is b’s from now on.', {
    event: 'connection.placed',
    connection: 1,
    instance: 'b',
    port: 9000,
  }),
  line(520, 'Its connection ends.', {
    event: 'connection.closed',
    connection: 1,
    by: 'client',
    how: 'closed',
    learned: true,
  }),
  line(
    905,
    'b is removed and starts to drain.',
    { event: 'instance.removed', instance: 'b', outcome: accepted },
    true,
  ),
  line(
    1317,
    'Client 127.1.0.7 connects again and is placed on b. A right implementation places it on a: b drains.',
    { event: 'connection.placed', connection: 2, instance: 'b', port: 9000 },
    true,
  ),
  line(1330, 'The connection carries data both ways.', {
    event: 'connection.carried',
    connection: 2,
    bytesSent: 512,
    bytesUp: 512,
    bytesDown: 512,
  }),
];

const ratioStory: readonly StoryLine[] = [
  line(0, 'a with weight 3 and b with weight 2, least connections.', null),
  line(3, 'a is registered with weight 3.', {
    event: 'instance.registered',
    instance: 'a',
    weight: 3,
    port: null,
    outcome: accepted,
  }),
  line(4, 'b is registered with weight 2.', {
    event: 'instance.registered',
    instance: 'b',
    weight: 2,
    port: null,
    outcome: accepted,
  }),
  ...Array.from({ length: 10 }, (_, index) =>
    line(
      200 + index * 12,
      `Connection ${index + 1} is placed on ${index % 2 === 0 ? 'a' : 'b'} and held.`,
      {
        event: 'connection.placed',
        connection: index + 1,
        instance: index % 2 === 0 ? 'a' : 'b',
        port: 8080,
      },
    ),
  ),
  line(
    340,
    'a now holds 5 of 10; weights 3:2 ask for 6 ± 1 … and so on up to 20.',
    { event: 'connection.placed', connection: 11, instance: 'b', port: 8080 },
    true,
  ),
];

export const sampleFailures: Readonly<Record<string, Failure>> = {
  'persistence.draining': {
    why: 'a known client was placed on a draining instance',
    expected: 'the new connection from 127.1.0.7 on a, the only instance in rotation',
    observed: 'on b, 0.412 s after its removal was accepted (declared propagation: 0.100 s)',
    file: 'failures/persistence-draining-1.json',
    replay:
      'npx counterpoise replay reports/out/haproxy/failures/persistence-draining-1.json haproxy',
    story: drainStory,
    looksLike: {
      defect: 'session-through-drain',
      sentence: 'A known client may open new connections to an instance that drains.',
      thread: 'kubernetes/kubernetes/issues/71809',
    },
    indifferent: ['the weight of b', 'the timeout'],
    shrunk: { from: 26, to: 4, runs: 31 },
  },
  'schedule.wlc.ratio': {
    why: 'held connections did not follow the weights',
    expected: 'a holds 12 of 20 within 1, b holds 8 within 1',
    observed: 'a holds 9, b holds 11',
    file: 'failures/schedule-wlc-ratio-1.json',
    replay:
      'npx counterpoise replay reports/out/haproxy/failures/schedule-wlc-ratio-1.json haproxy',
    story: ratioStory,
    looksLike: null,
    indifferent: [],
    shrunk: { from: 14, to: 3, runs: 12 },
  },
};
