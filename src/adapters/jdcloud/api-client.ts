/**
 * Questions to the vendor's API: signed, with a deadline each, tried again after throttling, and with the request id of
 * every answer kept. Knows no backend service. What it says of a failure never holds a key.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, OperatorError } from '../../errors/operator-error.ts';
import { isMap } from '../../spec/rules/rule.ts';
import { apiService, apiVersion, type Plain } from './api-protocol.ts';
import type { CloudSettings } from './settings.ts';
import { authorizationOf, percentEncoded, signingDate } from './signing.ts';

const deadlineMs = 10_000;
const attemptsMax = 5;
const firstPauseMs = 100;
const longestPauseMs = 5000;
/** Of one answer; a page of a hundred targets has about 40 kB. */
const answerBytesMax = 4 * 2 ** 20;

/** The most that the API hands out of a list at once. */
export const firstPageQuery = { pageNumber: '1', pageSize: '100' } as const;

export interface Question {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Behind `/v1/regions/{region}/`, each segment as it is meant: `['targetGroups', 'tg-1:registerTargets']`. A trailing empty one ends the path with `/`. */
  readonly segments: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Beside those that every request has; an emulator may know some. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly requestId: string;
  readonly result: Plain;
  readonly headers: Headers;
}
/** The API says no, for good: another attempt would say the same. */
export interface Refused {
  readonly requestId: string;
  readonly refusal: { readonly code: number; readonly status: string; readonly message: string };
}

export class ApiClient {
  readonly #settings: CloudSettings;
  /** Aborted: nothing but deleting is tried again. */
  readonly #signal: AbortSignal;

  constructor(settings: CloudSettings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
  }

  /** Errors: where there is no answer, where the keys are refused, and where it is throttled to the last attempt. */
  async ask(question: Question): Promise<Answered | Refused> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#once(question);
      if (!('pauseMs' in answer)) return answer;
      const isRepeatable =
        answer.repeat === 'always' || (answer.repeat === 'harmless' && question.method !== 'POST');
      const isEnding = this.#signal.aborted && question.method !== 'DELETE';
      if (!isRepeatable || attempt >= attemptsMax || isEnding) throw answer.error;
      const backoffMs = firstPauseMs * 2 ** (attempt - 1);
      await sleep(Math.min(longestPauseMs, Math.max(backoffMs, answer.pauseMs)));
    }
  }

  async #once(question: Question): Promise<Answered | Refused | Failed> {
    const { method } = question;
    const { url, headers, body } = this.#signed(question);
    const what = `${method} ${url.pathname}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers,
        ...(method === 'GET' || method === 'DELETE' ? {} : { body }),
        redirect: 'error',
        signal: AbortSignal.timeout(deadlineMs),
      });
      text = await textOf(response);
    } catch (error) {
      return failed(`${what}: ${whyOf(error)}`, isNotConnected(error) ? 'always' : 'harmless');
    }
    const told = answerIn(text);
    if (told === null) {
      return failed(
        `${what}: HTTP ${response.status} without an answer in JSON`,
        repeatAfter(response.status),
      );
    }
    const { requestId, result, error } = told;
    if (response.status === 429 || response.status >= 500) {
      const retryAfterMs = 1000 * Number(response.headers.get('retry-after') ?? 0);
      return failed(
        `${what}: HTTP ${response.status}, request ${requestId}: ${error?.message ?? ''}`,
        repeatAfter(response.status),
        Number.isFinite(retryAfterMs) ? retryAfterMs : 0,
      );
    }
    if (response.status === 401 || response.status === 403) {
      throw refusedKeys(`${what}: request ${requestId}: ${error?.message ?? ''}`);
    }
    return error === null
      ? { requestId, result, headers: response.headers }
      : { requestId, refusal: error };
  }

  #signed({ method, segments, query = {}, body, headers: own = {} }: Question) {
    const { endpoint, region, credentials } = this.#settings;
    const path = `/${[apiVersion, 'regions', region, ...segments].map(percentEncoded).join('/')}`;
    const search = Object.entries(query)
      .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
      .join('&');
    const url = new URL(`${endpoint.origin}${path}${search === '' ? '' : `?${search}`}`);
    const date = signingDate(new Date());
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers: Record<string, string> = {
      ...own,
      'content-type': 'application/json',
      'x-jdcloud-date': date,
      'x-jdcloud-nonce': randomUUID(),
      ...(credentials.securityToken === undefined
        ? {}
        : { 'x-jdcloud-security-token': credentials.securityToken }),
    };
    const request = { method, path, query: search, body: text };
    const authorization = authorizationOf(
      // the client adds `host` itself
      { ...request, headers: { ...headers, host: url.host } },
      { date, region, service: apiService },
      credentials,
    );
    return { url, body: text, headers: { ...headers, authorization } };
  }
}

interface Failed {
  readonly error: OperatorError;
  readonly repeat: Repeat;
  readonly pauseMs: number;
}
/** `always`: it was not done, for certain. `harmless`: whatever may be done twice. */
type Repeat = 'always' | 'harmless' | 'never';

function repeatAfter(status: number): Repeat {
  if (status === 429) return 'always';
  return status >= 500 ? 'harmless' : 'never';
}

function failed(message: string, repeat: Repeat, pauseMs = 0): Failed {
  const error = new OperatorError(`jdcloud: ${message}`, {
    code: 'JDCLOUD_UNREACHABLE',
    exitCode: exitCodes.unavailable,
    hint: 'Is the endpoint right, and the API not throttled?',
  });
  return { error, repeat, pauseMs };
}

function refusedKeys(message: string): OperatorError {
  return new OperatorError(`jdcloud: ${message}`, {
    code: 'JDCLOUD_DENIED',
    exitCode: exitCodes.unavailable,
    hint: 'Check JDCLOUD_ACCESS_KEY, JDCLOUD_SECRET_KEY, JDCLOUD_REGION, and the clock of this machine.',
  });
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`an answer of more than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answerIn(text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isMap(value)) return null;
  const { requestId, result, error } = value;
  const isError = isMap(error) && Number(error['code'] ?? 0) !== 0;
  return {
    requestId: typeof requestId === 'string' ? requestId : 'without an id',
    result: isMap(result) ? result : {},
    error: isError
      ? {
          code: Number(error['code']),
          status: String(error['status'] ?? ''),
          message: String(error['message'] ?? 'no reason given'),
        }
      : null,
  };
}

function whyOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'no answer';
  return cause.name === 'TimeoutError' ? `no answer within ${deadlineMs} ms` : cause.message;
}

function isNotConnected(error: unknown): boolean {
  const code =
    error instanceof Error ? (error.cause as { code?: unknown } | undefined)?.code : null;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'UND_ERR_CONNECT_TIMEOUT';
}
