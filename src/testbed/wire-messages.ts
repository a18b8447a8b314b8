/**
 * What the testbed and its process of sockets say to each other over IPC: calls answered one to one, and events of a
 * trial as they are seen. Times are ms of the monotonic clock. Knows no socket.
 */
import type { HistoryEvent } from '../history/vocabulary.ts';
import type { Refusal } from '../spec/behaviour.ts';
import type { Behaviour } from './trial.ts';

export interface TrialLimits {
  /** How long a check may stay open before it counts as ended. */
  readonly checkMs: number;
  /** null: the configuration's interval is unknown, so refused checks are not counted. */
  readonly intervalMs: number | null;
  /** Own lag above which the trial is void; null: none is. */
  readonly lagMs: number | null;
}

export type OpenAnswer =
  /** `sourcePort`: the client's own. */
  { readonly placed: string; readonly sourcePort: number } | { readonly refused: Refusal };

export interface WireCalls {
  begin(ask: { trial: string; name: string; limits: TrialLimits }): void;
  limit(ask: { trial: string; limits: TrialLimits }): void;
  /** Serves an instance on all these ports of its address; more ports may follow. */
  listen(ask: {
    trial: string;
    instance: string;
    address: string;
    trafficPort: number;
    checkPort: number;
    decoyPorts: readonly number[];
  }): void;
  behave(ask: { trial: string; instance: string; behaviour: Behaviour }): void;
  /** Which instances the balancer knows and checks from now on. */
  registered(ask: { trial: string; instances: readonly string[] }): void;
  open(ask: {
    trial: string;
    connection: number;
    source: string;
    address: string;
    port: number;
    recordedPort: number;
  }): OpenAnswer;
  carry(ask: { trial: string; connection: number }): boolean;
  close(ask: {
    trial: string;
    connection: number;
    by: 'client' | 'instance';
    how: 'closed' | 'reset';
  }): void;
  /** Serves kept-alive HTTP at the instance's address and counts connections, for measuring load. */
  serve(ask: { trial: string; instance: string; address: string; port: number }): void;
  /** Connections that served instances took since the last asking. */
  served(ask: { trial: string }): Readonly<Record<string, number>>;
  /** From now on nothing is recorded: what follows is our own tearing down. */
  freeze(ask: { trial: string }): void;
  /** Ends every socket of the trial. */
  release(ask: { trial: string }): void;
}

export type WireCall = {
  readonly [Name in keyof WireCalls]: {
    readonly call: number;
    readonly do: Name;
    readonly ask: Parameters<WireCalls[Name]>[0];
  };
}[keyof WireCalls];

export type WireNews =
  | { readonly ready: true }
  | { readonly answered: number; readonly answer: unknown }
  | { readonly failed: number; readonly message: string }
  | { readonly trial: string; readonly event: HistoryEvent };

/** First line from a client: whose it is, and which connection. One token a trial, so that a stale route shows. */
export function helloLine(trial: string, connection: number): string {
  return `counterpoise ${trial} ${connection}\n`;
}
/** The answer of an instance to `helloLine`. */
export function bannerLine(instance: string, port: number): string {
  return `${JSON.stringify({ instance, port })}\n`;
}
export function parseHello(
  line: string,
): { readonly trial: string; readonly connection: number } | null {
  const match = /^counterpoise (\S+) (\d+)$/.exec(line);
  return match === null ? null : { trial: match[1] ?? '', connection: Number(match[2]) };
}
