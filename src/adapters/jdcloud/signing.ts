/**
 * The vendor's request signature, JDCLOUD2-HMAC-SHA256: canonical request, string to sign, derived key. Pure; knows no
 * endpoint and keeps no secret.
 */
import { createHash, createHmac } from 'node:crypto';

const algorithm = 'JDCLOUD2-HMAC-SHA256';
const keyPrefix = 'JDCLOUD2';
const terminator = 'jdcloud2_request';
/** Never signed: they may be changed on the way, or carry the signature itself. */
const unsigned: ReadonlySet<string> = new Set([
  'authorization',
  'user-agent',
  'x-jdcloud-request-id',
]);

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of temporary credentials; signed as a header. */
  readonly securityToken?: string;
}

export interface SignableRequest {
  readonly method: string;
  /** As on the wire: percent-encoded, `…%3AregisterTargets`. */
  readonly path: string;
  /** As on the wire, without `?`; put in order here. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** When, where and for what a signature holds. */
export interface Scope {
  /** `20190214T104514Z`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export interface Signed {
  readonly canonicalRequest: string;
  /** Lower case, in order. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** `only`: the headers that are signed; left out, all that may be. */
export function sign(
  request: SignableRequest,
  scope: Scope,
  secretKey: string,
  only?: readonly string[],
): Signed {
  const headers = signableHeaders(request.headers, only);
  const signedHeaders = headers.map(([name]) => name);
  const canonicalRequest = [
    request.method.toUpperCase(),
    request.path === '' ? '/' : request.path,
    canonicalQuery(request.query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
  const toSign = [algorithm, scope.date, scopeText(scope), sha256(canonicalRequest)].join('\n');
  const signature = hmac(signingKey(scope, secretKey), toSign).toString('hex');
  return { canonicalRequest, signedHeaders, signature };
}

/** The value of the `Authorization` header. */
export function authorizationOf(
  request: SignableRequest,
  scope: Scope,
  { accessKey, secretKey }: Credentials,
): string {
  const { signedHeaders, signature } = sign(request, scope, secretKey);
  return `${algorithm} Credential=${accessKey}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
}

export interface Authorization {
  readonly accessKey: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** What an `Authorization` header claims; null: it is no such header. */
export function parseAuthorization(header: string): Authorization | null {
  const match =
    /^JDCLOUD2-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/jdcloud2_request, ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) return null;
  const [, accessKey = '', date = '', region = '', service = '', names = '', signature = ''] =
    match;
  return { accessKey, date, region, service, signedHeaders: names.split(';'), signature };
}

/** Of HMACs over date, region, service and the terminator. */
export function signingKey({ date, region, service }: Scope, secretKey: string): Buffer {
  return [date.slice(0, 8), region, service, terminator].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(keyPrefix + secretKey),
  );
}

/** Everything but letters, digits, `-`, `.`, `_` and `~` as its UTF-8 bytes, also the `:` of a custom verb. */
export function percentEncoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** By name, then by value. */
export function canonicalQuery(query: string): string {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .toSorted((a, b) => {
      const [nameA = '', nameB = ''] = [a.split('=')[0], b.split('=')[0]];
      return compare(nameA, nameB) || compare(a, b);
    })
    .join('&');
}

/** `20190214T104514Z`. */
export function signingDate(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function signableHeaders(
  headers: SignableRequest['headers'],
  only: readonly string[] | undefined,
): readonly (readonly [string, string])[] {
  return Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .filter(([name]) => !unsigned.has(name) && (only === undefined || only.includes(name)))
    .toSorted(([a], [b]) => compare(a, b));
}

function scopeText({ date, region, service }: Scope): string {
  return [date.slice(0, 8), region, service, terminator].join('/');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
