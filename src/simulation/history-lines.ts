/** From the columns of a run to the lines of its history (docs/history.md). Knows no thread and no file. */
import { encodeHistory } from '../history/codec.ts';
import { type HistoryEvent, type HistoryHeader, historyVersion } from '../history/vocabulary.ts';
import type { Traits } from '../spec/behaviour.ts';
import type { ConfigurationDocument } from '../spec/configuration.ts';
import { effectiveDurations } from '../spec/resolve.ts';
import { formatAddress } from '../traffic/trace.ts';
import { type EventColumns, kinds } from './history-columns.ts';
import type { Plan } from './plan.ts';

export interface HistoryAbout {
  readonly suite: string;
  /** What the reference declares of itself. */
  readonly traits: Traits;
  /** The scenario's, as it is read back. */
  readonly configuration: unknown;
}

/** The header and what was asked for before the first connection: all lines before those of the run. */
export function firstLines(plan: Plan, about: HistoryAbout): string {
  const configuration = asRun(plan, about.configuration as ConfigurationDocument);
  const header: HistoryHeader = {
    event: 'history.began',
    history: historyVersion,
    suite: `counterpoise ${about.suite}`,
    implementation: { connectable: 'simulate', name: 'reference', version: about.suite },
    time: 'stepped',
    configuration,
    profile: configuration.profile ?? 'console',
    traits: about.traits,
    instances: plan.instances.flatMap(({ name, weight, isPresent }) =>
      isPresent ? [{ name, weight, port: null }] : [],
    ),
    seed: plan.seed,
    timeline: null,
  };
  const real = { checks: 1000, persistence: 1000, draining: 1000 };
  const configured: HistoryEvent = {
    event: 'service.configured',
    fromMs: 0,
    toMs: 0,
    outcome: { is: 'accepted' },
    configuration,
    readBack: configuration,
    effective: effectiveDurations(plan.service, real),
  };
  return encodeHistory({ header, events: [configured] });
}
/** Events of `firstLines`. */
export const firstEvents = 1;

export function lastLine(
  events: number,
  endMs: number,
  why: 'complete' | 'interrupted' | 'error',
): string {
  const when = `"fromMs":${endMs},"toMs":${endMs}`;
  return `{"event":"history.ended",${when},"events":${events},"why":"${why}"}\n`;
}

/** One service, under the algorithm and with the sessions that the run has: options may differ from the document. */
function asRun(plan: Plan, document: ConfigurationDocument): ConfigurationDocument {
  const { name, scheduling, persistenceMs } = plan.service;
  const sessionPersistence =
    persistenceMs === 0
      ? { enabled: false }
      : { enabled: true, durationSeconds: persistenceMs / 1000 };
  return {
    ...document,
    backendServices: document.backendServices
      .filter((service) => service.name === name)
      .map((service) => ({ ...service, scheduling, sessionPersistence })),
  };
}

/** Lines of one plan's events: what is the same in all of them is written once. */
export class HistoryLines {
  readonly #plan: Plan;
  /** As JSON. */
  readonly #names: readonly string[];
  /** Between the instance and the end of a check's start; after the instance of a placement. */
  readonly #checkEnd: string;
  readonly #port: number;
  readonly #replies: readonly [passing: string, refused: string];

  constructor(plan: Plan) {
    const { check, port } = plan.service;
    this.#plan = plan;
    this.#names = plan.instances.map(({ name }) => JSON.stringify(name));
    this.#port = port;
    const path = check.method === 'http' ? JSON.stringify(check.path) : 'null';
    this.#checkEnd = `,"method":"${check.method}","path":${path},"port":${check.port ?? port}}\n`;
    const passing = check.method === 'tcp' ? '"accepted"' : `${check.normalCodes[0]?.from ?? 200}`;
    this.#replies = [passing, '"refused"'];
  }

  /** The first `length` rows. */
  of(columns: EventColumns, length: number): string {
    const { kind, atMs, subject, object } = columns;
    let text = '';
    let when = '';
    let whenMs = Number.NaN;
    for (let row = 0; row < length; row++) {
      const ms = atMs[row] as number;
      if (ms !== whenMs) {
        whenMs = ms;
        when = `"fromMs":${ms},"toMs":${ms}`;
      }
      text += this.#line(kind[row] as number, when, subject[row] as number, object[row] as number);
    }
    return text;
  }

  #line(kind: number, when: string, subject: number, object: number): string {
    switch (kind) {
      case kinds.opened:
        return `{"event":"connection.opened",${when},"connection":${subject},"port":0,"source":"${formatAddress(object >>> 0)}"}\n`;
      case kinds.placed:
        return `{"event":"connection.placed",${when},"connection":${subject},"instance":${this.#names[object]},"port":${this.#port}}\n`;
      case kinds.refused:
      case kinds.refusedByInstance:
        return `{"event":"connection.refused",${when},"connection":${subject},"how":"${kind === kinds.refused ? 'reset' : 'refused'}"}\n`;
      case kinds.closedByClient:
        return `{"event":"connection.closed",${when},"by":"client","connection":${subject},"how":"closed","learned":true}\n`;
      case kinds.closedByInstance:
        return `{"event":"connection.closed",${when},"by":"instance","connection":${subject},"how":"reset","learned":true}\n`;
      case kinds.closedByBalancer:
        return `{"event":"connection.closed",${when},"by":"balancer","connection":${subject},"how":"reset","learned":true}\n`;
      case kinds.checkStarted:
        return `{"event":"check.started",${when},"check":${subject},"instance":${this.#names[object]}${this.#checkEnd}`;
      case kinds.checkReplied:
        return `{"event":"check.replied",${when},"check":${subject},"reply":${this.#replies[object]}}\n`;
      case kinds.checkAbandoned:
        return `{"event":"check.abandoned",${when},"check":${subject}}\n`;
      case kinds.eligible:
        return `{"event":"reported.eligibility",${when},"instance":${this.#names[subject]},"isEligible":${object === 1}}\n`;
      case kinds.behaved:
        return this.#behaved(when, subject, object);
      default:
        return this.#changed(when, subject);
    }
  }

  #behaved(when: string, instance: number, how: number): string {
    const reply = [this.#replies[0], '"refused"', '"silence"'][how];
    const traffic = ['"accepted"', '"refused"', '"silence"'][how];
    return `{"event":"instance.behaved",${when},"afterwards":{"afterMs":0,"reply":${reply}},"checks":[],"instance":${this.#names[instance]},"traffic":${traffic}}\n`;
  }

  #changed(when: string, index: number): string {
    const change = this.#plan.changes[index];
    if (change === undefined) return '';
    const name = this.#names[change.instance];
    const outcome = '"outcome":{"is":"accepted"}';
    if (change.does === 'remove') {
      return `{"event":"instance.removed",${when},"instance":${name},${outcome}}\n`;
    }
    const does = change.does === 'register' ? 'registered' : 'reweighed';
    return `{"event":"instance.${does}",${when},"instance":${name},${outcome},"port":null,"weight":${change.weight}}\n`;
  }
}
