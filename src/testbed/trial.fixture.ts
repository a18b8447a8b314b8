/** What tests of trials begin with: a plain service and instances that do as they should. */
import type { Adapter } from '../adapters/contract.ts';
import type { CheckReplyScript, Reply } from '../history/vocabulary.ts';
import type { ConfigurationDocument, ServiceDocument } from '../spec/configuration.ts';
import { effectiveDurations, resolveService } from '../spec/resolve.ts';
import { openTestbed } from './open-testbed.ts';
import type { Behaviour, Testbed, Trial, TrialRequest } from './trial.ts';

/** 1 second of the service = 20 ms for checks: safe on a busy machine (measured). */
const scales = { checks: 20, persistence: 1, draining: 1 };

export function configurationWith(changes: Partial<ServiceDocument> = {}): ConfigurationDocument {
  return {
    backendServices: [
      {
        name: 'web',
        protocol: 'tcp',
        port: 8080,
        scheduling: 'weighted-round-robin',
        sessionPersistence: { enabled: false },
        connectionDraining: { durationSeconds: 300 },
        healthCheck: {
          method: 'http',
          port: 9100,
          path: '/healthz',
          timeoutSeconds: 2,
          intervalSeconds: 5,
          unhealthyThreshold: 3,
          healthyThreshold: 2,
          normalStatusCodes: ['2xx'],
        },
        ...changes,
      },
    ],
  };
}

export function answering(...replies: readonly Reply[]): Behaviour {
  const script = (reply: Reply): CheckReplyScript => ({ reply, afterMs: 0 });
  return {
    traffic: 'accepted',
    checks: replies.slice(0, -1).map(script),
    afterwards: script(replies.at(-1) ?? 200),
  };
}

export function requestWith(changes: Partial<TrialRequest> = {}): TrialRequest {
  const configuration = (changes.configuration ?? configurationWith()) as ConfigurationDocument;
  const stepped = changes.time === 'stepped';
  const realMsPerSecond = stepped ? { checks: 1000, persistence: 1000, draining: 1000 } : scales;
  return {
    name: 'test',
    configuration,
    profile: 'console',
    instances: [
      { name: 'a', weight: 3, port: 9000 },
      { name: 'b', weight: 1, port: null },
    ],
    behaviours: { a: answering(200), b: answering(200), c: answering(200) },
    time: 'scaled',
    realMsPerSecond,
    effective: effectiveDurations(resolveService(configuration, 'console'), realMsPerSecond),
    seed: '1',
    timeline: null,
    budgetMs: 20_000,
    eventsMax: 50_000,
    ...changes,
  };
}

export async function begun(testbed: Testbed, changes: Partial<TrialRequest> = {}): Promise<Trial> {
  const answer = await testbed.begin(requestWith(changes));
  if (!answer.accepted) throw new Error(`not accepted: ${JSON.stringify(answer.outcome)}`);
  return answer.trial;
}

export async function withTestbed(
  adapter: Adapter,
  use: (testbed: Testbed) => Promise<void>,
): Promise<void> {
  const testbed = await openTestbed(adapter);
  try {
    await use(testbed);
  } finally {
    await testbed.dispose();
  }
}

/** Opens and closes one after the other; `!` and the way it was refused where it was. */
export async function picks(
  trial: Trial,
  count: number,
  options: { first: number; hold?: boolean; source?: (index: number) => string },
): Promise<readonly string[]> {
  const placed: string[] = [];
  for (let index = 0; index < count; index++) {
    const connection = options.first + index;
    const source = options.source?.(index) ?? `127.200.${index >> 8}.${index & 255}`;
    const answer = await trial.open({ connection, source });
    placed.push('placed' in answer ? answer.placed : `!${answer.refused}`);
    if (options.hold !== true) await trial.close(connection, 'client', 'closed');
  }
  return placed;
}
