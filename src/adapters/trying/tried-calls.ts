/** Connections, checks and time on the call plane, as an adapter that is tried out is asked for them. Judges nothing. */
import type { Answer, CallDeployment, Probe } from '../contract.ts';

export const connectionsTried = 20;

/** Where a client learned that nobody was there. */
export const refused = 'refused';

/** Where connections go, each carrying data and closed in the end. */
export async function placements(call: CallDeployment): Promise<readonly string[]> {
  const placed: string[] = [];
  for (let connection = 0; connection < connectionsTried; connection++) {
    placed.push(await placement(call, connection));
  }
  await closeAll(call);
  return placed;
}

/** The same of two at once: two connections to the other for each to the one. */
export async function placementsOfTwo(
  one: CallDeployment,
  other: CallDeployment,
): Promise<readonly [one: readonly string[], other: readonly string[]]> {
  const placed: [string[], string[]] = [[], []];
  for (let connection = 0; connection < connectionsTried; connection++) {
    placed[0].push(await placement(one, connection));
    for (const next of [2 * connection, 2 * connection + 1]) {
      if (next < connectionsTried) placed[1].push(await placement(other, next));
    }
  }
  await closeAll(one);
  await closeAll(other);
  return placed;
}

/** The name of the instance, or what is wrong with it. */
async function placement(call: CallDeployment, connection: number): Promise<string> {
  const source = `127.128.0.${connection + 1}`;
  const answer = await call.connect({ connection, source, port: 50_000 + connection });
  if (!('placed' in answer)) return refused;
  const { carried } = await call.carry({ connection });
  return carried ? answer.placed : `${answer.placed}, carrying no data`;
}

async function closeAll(call: CallDeployment): Promise<void> {
  for (let connection = 0; connection < connectionsTried; connection++) {
    await call.close({ connection });
  }
}

const roundsMax = 200;

/** Lets time pass to `toMs`, every check answered well after a millisecond; answers with all of them. */
export async function passing(call: CallDeployment, toMs: number): Promise<readonly Probe[]> {
  const probes: Probe[] = [];
  let answers: readonly Answer[] = [];
  for (let round = 0; round < roundsMax; round++) {
    const reached = await call.advance({ toMs, answers });
    probes.push(...reached.probes);
    answers = reached.probes.map(wellAnswered);
    if (answers.length === 0 && reached.nowMs >= toMs) break;
  }
  return probes;
}

function wellAnswered({ probe, method }: Probe): Answer {
  return { probe, reply: method === 'http' ? 200 : 'accepted', afterMs: 1 };
}

export interface Said {
  readonly question: string;
  readonly answer: string;
}

/** What is answered to one course of connections and of time. */
export async function transcript(call: CallDeployment): Promise<readonly Said[]> {
  const said: Said[] = (await placements(call)).map((placed, connection) => ({
    question: `\`connect\` of connection ${connection}`,
    answer: JSON.stringify(placed),
  }));
  let answers: readonly Answer[] = [];
  for (let toMs = 0, round = 0; toMs <= 60_000 && round < roundsMax; round++) {
    const reached = await call.advance({ toMs, answers });
    said.push({ question: `\`advance\` to ${toMs}`, answer: JSON.stringify(reached) });
    answers = reached.probes.map(wellAnswered);
    if (answers.length === 0) toMs += 5000;
  }
  return said;
}
