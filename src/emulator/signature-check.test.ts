/** Who may ask: only what is signed as a whole, by the right key, for this region, now. */
import { describe, expect, it } from 'vitest';
import { authorizationOf, signingDate } from '../adapters/jdcloud/signing.ts';
import { signatureFault } from './signature-check.ts';

const credentials = { accessKey: 'AK', secretKey: 'secret' };
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

function signed({ atMs = nowMs, secretKey = 'secret', accessKey = 'AK', region = 'r' } = {}) {
  const date = signingDate(new Date(atMs));
  const headers = { host: 'h:1', 'x-jdcloud-date': date, 'x-jdcloud-nonce': 'n' };
  const request = { method: 'POST', path: '/v1/a%3Ab', query: 'x=1', headers, body: '{}' };
  const authorization = authorizationOf(
    request,
    { date, region, service: 'lb' },
    { accessKey, secretKey },
  );
  return { ...request, headers: { ...headers, authorization } };
}
const faultOf = (request: ReturnType<typeof signed>) =>
  signatureFault(request, 'r', credentials, nowMs);

describe('the signature of a request', () => {
  it('is taken within a quarter of an hour', () => {
    expect(faultOf(signed())).toBeNull();
    expect(faultOf(signed({ atMs: nowMs + 14 * 60_000 }))).toBeNull();
    expect(faultOf(signed({ atMs: nowMs - 16 * 60_000 }))).toContain('15 minutes');
  });

  it('is refused from another key, for another region, or over anything that was changed', () => {
    expect(faultOf(signed({ secretKey: 'Secret' }))).toContain('does not match');
    expect(faultOf(signed({ accessKey: 'AX' }))).toContain('no such access key');
    expect(faultOf(signed({ region: 's' }))).toContain('signed for s/lb');
    const request = signed();
    for (const changed of [
      { body: '{ }' },
      { path: '/v1/a:b' },
      { query: 'x=2' },
      { method: 'PATCH' },
      { headers: { ...request.headers, host: 'other' } },
    ]) {
      expect(faultOf({ ...request, ...changed })).toContain('does not match');
    }
  });

  it('must cover host, date and nonce, and be there at all', () => {
    const request = signed();
    const { authorization } = request.headers;
    const without = authorization.replace('host;', '');
    expect(faultOf({ ...request, headers: { ...request.headers, authorization: without } })).toBe(
      'not signed: host',
    );
    expect(faultOf({ ...request, headers: { ...request.headers, authorization: 'x' } })).toContain(
      'JDCLOUD2-HMAC-SHA256',
    );
    const { authorization: _, ...bare } = request.headers;
    expect(signatureFault({ ...request, headers: bare }, 'r', credentials, nowMs)).toContain(
      'not signed',
    );
  });
});
