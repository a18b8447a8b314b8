/**
 * An emulator of the vendor's load balancer API over HTTP: checks signatures, keeps the API's rules, and checks the
 * health of real targets with the reference service. Balances nothing. Listens on this machine only.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  apiVersion,
  emulatorHeader,
  paceHeader,
  timeScaleHeader,
} from '../adapters/jdcloud/api-protocol.ts';
import type { Credentials } from '../adapters/jdcloud/signing.ts';
import type { Alteration } from '../defects/defect.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { isMap } from '../spec/rules/rule.ts';
import { Cloud } from './cloud.ts';
import { type Call, perform } from './operations.ts';
import { type ApiError, Refusal } from './refusal.ts';
import { signatureFault } from './signature-check.ts';

export interface EmulatorOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** How many times faster than real seconds pass. */
  readonly timeScale: number;
  readonly loadBalancers: number;
  readonly alteration: Alteration | null;
  readonly version: string;
}

export interface Emulator {
  /** `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  readonly region: string;
  readonly loadBalancerIds: readonly string[];
  readonly credentials: Credentials;
  /** How much was created and not deleted. */
  held(): { readonly backends: number; readonly targetGroups: number; readonly listeners: number };
  stop(): Promise<void>;
}

const address = '127.0.0.1';
const region = 'emulated';
/** Whoever reaches this machine's loopback may use the emulator: these only make signatures. */
const credentials: Credentials = { accessKey: 'EMULATORKEY', secretKey: 'emulator-secret' };
/** Far above a group of 100 targets. */
const bodyBytesMax = 2 ** 20;
const deadlineMs = 10_000;

/** Errors: exit code 69 where the port cannot be had. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const loadBalancerIds = Array.from(
    { length: options.loadBalancers },
    (_, index) => `netlb-emulated-${index + 1}`,
  );
  const cloud = new Cloud({
    loadBalancerIds,
    realMsPerSecond: 1000 / options.timeScale,
    alteration: options.alteration,
  });
  const told = {
    'content-type': 'application/json',
    [emulatorHeader]: options.version,
    [timeScaleHeader]: String(options.timeScale),
  };
  let requests = 0;
  const server = createServer({ requestTimeout: deadlineMs }, (request, response) => {
    const requestId = `request-${++requests}`;
    answer(cloud, request)
      .then(({ status, body }) => {
        response.writeHead(status, told).end(JSON.stringify({ requestId, ...body }));
      })
      // the client is gone
      .catch(() => response.destroy());
  });
  const { port } = await listening(server, options.port);
  return {
    endpoint: `http://${address}:${port}`,
    region,
    loadBalancerIds,
    credentials,
    held: () => cloud.held(),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      cloud.stop();
    },
  };
}

function listening(server: ReturnType<typeof createServer>, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new OperatorError(`port ${port} cannot be had: ${error.message}`, {
          code: 'EMULATOR_PORT',
          exitCode: exitCodes.unavailable,
          hint: 'Leave --port out: any free one will do.',
        }),
      ),
    );
    server.listen(port, address, () => resolve(server.address() as AddressInfo));
  });
}

interface Answer {
  readonly status: number;
  readonly body: { readonly result: unknown } | { readonly error: ApiError };
}

async function answer(cloud: Cloud, request: IncomingMessage): Promise<Answer> {
  try {
    const text = await bodyOf(request);
    const call = callOf(request, text);
    const result = perform(cloud, call);
    if (result === null) throw noSuchOperation(request);
    return { status: 200, body: { result } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.error.code, body: { error: error.error } };
  }
}

function callOf(request: IncomingMessage, text: string): Call {
  const { method = 'GET', url = '/', headers } = request;
  const [path = '/', query = ''] = url.split('?');
  const signable = { method, path, query, headers: flat(headers), body: text };
  const fault = signatureFault(signable, region, credentials, Date.now());
  if (fault !== null) throw new Refusal(401, 'UNAUTHENTICATED', `Unauthorized: ${fault}.`);
  const [, version, regions, where, ...segments] = path.split('/').map(decoded);
  if (version !== apiVersion || regions !== 'regions' || where !== region)
    throw noSuchOperation(request);
  const msPerSecond = paceIn(signable.headers);
  return { method, segments, query: new URLSearchParams(query), body: parsed(text), msPerSecond };
}

/** Null: as everywhere here. */
function paceIn(headers: Readonly<Record<string, string>>): number | null {
  const text = headers[paceHeader];
  if (text === undefined) return null;
  const pace = Number(text);
  if (pace >= 1 && pace <= 1000) return pace;
  throw new Refusal(400, 'INVALID_ARGUMENT', `A second cannot last ${text} ms.`);
}

function noSuchOperation({ method, url }: IncomingMessage): Refusal {
  return new Refusal(404, 'NOT_FOUND', `There is no operation ${method} ${url}.`);
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]),
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, 'INVALID_ARGUMENT', 'The path is not percent-encoded UTF-8.');
  }
}

function parsed(text: string): Call['body'] {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (isMap(value)) return value;
  throw new Refusal(400, 'INVALID_ARGUMENT', 'The body is no JSON object.');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) {
      throw new Refusal(413, 'INVALID_ARGUMENT', `The body has more than ${bodyBytesMax} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
