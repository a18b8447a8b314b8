/** Tells a history in words for a person who reads a failure: the lines that prove it and what led up to them. */
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import { healthStatesOf } from '../judging/health-states.ts';
import { readHistory } from '../judging/read-history.ts';
import type { StoryLine } from '../results/conformance-result.ts';

/** A story longer than this is not read; the history file has the rest. */
const linesMax = 40;

export function storyOf(history: History, evidence: readonly number[]): readonly StoryLine[] {
  const cited = new Set(evidence);
  const known = connectionsIn(history.events);
  const models = modelByLine(history);
  const lines = history.events.flatMap((event, index): StoryLine[] => {
    const seen = textOf(event, known);
    if (seen === null) return [];
    const model = models.get(index);
    const text = model === undefined ? seen : `${seen}; the model: ${model}`;
    return [{ atMs: round(event.toMs), text, isEvidence: cited.has(index), event }];
  });
  return shortened(lines);
}

/** Keeps the changes and the cited lines, then as many of their neighbours as there is room for. */
function shortened(lines: readonly StoryLine[]): readonly StoryLine[] {
  if (lines.length <= linesMax) return lines;
  const keep = new Set<number>();
  lines.forEach((line, index) => {
    if (line.isEvidence && keep.size < linesMax) keep.add(index);
  });
  for (let distance = 1; keep.size < linesMax && distance < lines.length; distance++) {
    for (const index of [...keep]) {
      if (keep.size < linesMax && index - distance >= 0) keep.add(index - distance);
    }
    if (keep.size === 0) keep.add(lines.length - 1);
  }
  return lines.filter((_, index) => keep.has(index));
}

const standings = { in: 'in rotation', out: 'out of rotation', maybe: 'in or out of rotation' };

/** What the model makes of each check, by the line that concludes it. */
function modelByLine(history: History): ReadonlyMap<number, string> {
  const told = new Map<number, string>();
  const reading = readHistory(history);
  if (reading.configuration === null) return told;
  const health = healthStatesOf(reading.configuration.check);
  for (const [name, { ledger }] of reading.instances) {
    ledger.checks.forEach(({ result, concluded }, index) => {
      if (concluded.line === null) return;
      const standing = standings[health.standing(ledger.states[index + 1] ?? 0)];
      const streak = (ledger.passStreak[index + 1] ?? 0) + (ledger.failStreak[index + 1] ?? 0);
      told.set(concluded.line, `${name} ${result}, ${streak} in a row, ${standing}`);
    });
  }
  return told;
}

/** What else a line on a connection says of it. */
interface Connections {
  readonly instances: ReadonlyMap<number, string>;
  /** Of clients who came more than once: by connection. */
  readonly sources: ReadonlyMap<number, string>;
}

function connectionsIn(events: readonly HistoryEvent[]): Connections {
  const instances = new Map<number, string>();
  const sources = new Map<number, string>();
  const times = new Map<string, number>();
  for (const event of events) {
    if (event.event === 'connection.placed') instances.set(event.connection, event.instance);
    if (event.event !== 'connection.opened') continue;
    sources.set(event.connection, event.source);
    times.set(event.source, (times.get(event.source) ?? 0) + 1);
  }
  const again = [...sources].filter(([, source]) => (times.get(source) ?? 0) > 1);
  return { instances, sources: new Map(again) };
}

function textOf(event: HistoryEvent, { instances, sources }: Connections): string | null {
  const on = (connection: number) => {
    const name = instances.get(connection);
    return name === undefined ? '' : ` on ${name}`;
  };
  const from = (connection: number) => {
    const source = sources.get(connection);
    return source === undefined ? '' : ` from ${source}`;
  };
  switch (event.event) {
    case 'service.configured':
      return `the configuration is ${event.outcome.is}`;
    case 'instance.registered':
      return `${event.instance} is registered with weight ${event.weight}`;
    case 'instance.reweighed':
      return `${event.instance} now has weight ${event.weight}`;
    case 'instance.removed':
      return `${event.instance} is removed`;
    case 'instances.listed':
      return `the list is put once more, ${event.outcome.is}: ${event.instances.join(', ')}`;
    case 'instance.behaved':
      return `${event.instance} will answer its checks: ${scriptText(event)}`;
    case 'connection.placed':
      return `connection ${event.connection}${from(event.connection)} is placed on ${event.instance}, port ${event.port}`;
    case 'connection.refused':
      return `connection ${event.connection}${from(event.connection)} is refused (${event.how})`;
    case 'connection.carried':
      return `connection ${event.connection}${on(event.connection)}: of ${event.bytesSent} bytes ${event.bytesUp} arrived, ${event.bytesDown} came back`;
    case 'connection.closed':
      return `connection ${event.connection}${on(event.connection)} is ${event.how} by the ${event.by}${event.learned ? '' : ', and the other end does not learn of it'}`;
    case 'connection.strayed':
      return `connection ${event.connection} came from another deployment, ${event.from}`;
    case 'check.started':
      return `check ${event.check} of ${event.instance} starts, ${event.method} on port ${event.port}${event.path === null ? '' : ` ${event.path}`}`;
    case 'check.replied':
      return `check ${event.check} is answered: ${event.reply}`;
    case 'check.abandoned':
      return `check ${event.check} is given up by the balancer`;
    case 'harness.lagged':
      return `the testbed itself lagged by ${round(event.lagMs)} ms`;
    case 'step.skipped':
      return `step ${event.step} is skipped: ${event.why}`;
    case 'connection.opened':
    case 'reported.eligibility':
    case 'reported.check':
    case 'history.ended':
      return null;
  }
}

function scriptText(event: Extract<HistoryEvent, { event: 'instance.behaved' }>): string {
  const said = ({ reply, afterMs }: { reply: unknown; afterMs: number }) =>
    afterMs === 0 ? String(reply) : `${reply} after ${round(afterMs)} ms`;
  const scripted = event.checks.map(said).join(', ');
  const always = `then always ${said(event.afterwards)}`;
  return scripted === '' ? always.slice('then '.length) : `${scripted}, ${always}`;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
