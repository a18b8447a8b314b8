/** The vendor's published vector, and what must hold of any request. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  authorizationOf,
  canonicalQuery,
  parseAuthorization,
  percentEncoded,
  type SignableRequest,
  sign,
  signingDate,
  signingKey,
} from './signing.ts';

const scope = { date: '20190214T104514Z', region: 'cn-north-1', service: 'test' };
/** The signing example of the vendor's documentation (page 43455223931). */
const published: SignableRequest = {
  method: 'POST',
  path: '/v1/resource%3Aaction',
  query: 'o=%25&p0=p0&p1=p1&u=u',
  headers: {
    'x-jdcloud-date': '20190214T104514Z',
    'x-jdcloud-nonce': 'testnonce',
    'x-my-header': 'test',
    'x-my-header_blank': ' blank',
  },
  body: 'body data',
};

describe('the signature', () => {
  it('is that of the published vector, and so is each step to it', () => {
    const { canonicalRequest, signature } = sign(published, scope, 'TESTSK');
    expect(createHash('sha256').update(canonicalRequest).digest('hex')).toBe(
      'fb2e317056269590681d091f8eb22272967c0b922b2deda887312215ea4eed4c',
    );
    expect(signingKey(scope, 'TESTSK').toString('hex')).toBe(
      'a4e50bcb6001be0008696b173c30172b5ce22a77db00d21c6a9d69de2ba33b7d',
    );
    expect(signature).toBe('2a98f83c074e7bee260bfc8ef64f009c07595bd93f7f0c3f4e156bf6479ed9bf');
  });

  it('does not depend on the order of headers and query, on the case of names, or on blanks around values', () => {
    fc.assert(
      fc.property(requests, fc.infiniteStream(fc.nat()), (request, order) => {
        const shuffled = <T>(list: readonly T[]) =>
          list
            .map((value) => ({ value, key: order.next().value as number }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ value }) => value);
        const headers = shuffled(Object.entries(request.headers)).map(([name, value]) => [
          name.toUpperCase(),
          `  ${value} `,
        ]);
        const other = {
          ...request,
          headers: Object.fromEntries(headers),
          query: shuffled(request.query.split('&')).join('&'),
        };
        expect(sign(other, scope, 'secret')).toEqual(sign(request, scope, 'secret'));
      }),
      { seed: 1 },
    );
  });

  it('changes with every signed part, and not with what is never signed', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const of = (changed: Partial<SignableRequest>, at = scope, key = 'secret') =>
          sign({ ...request, ...changed }, at, key).signature;
        const { method, path, query, body, headers } = request;
        const signatures = [
          of({}),
          of({ method: `${method}X` }),
          of({ path: `${path}/x` }),
          of({ query: `${query}&x=1` }),
          of({ body: `${body}x` }),
          of({ headers: { ...headers, 'x-more': 'x' } }),
          of({}, { ...scope, region: 'cn-south-1' }),
          of({}, { ...scope, service: 'lb' }),
          of({}, { ...scope, date: '20190215T104514Z' }),
          of({}, scope, 'Secret'),
        ];
        expect(new Set(signatures).size).toBe(signatures.length);
        const unsigned = { authorization: 'x', 'User-Agent': 'x', 'x-jdcloud-request-id': 'x' };
        expect(of({ headers: { ...headers, ...unsigned } })).toBe(of({}));
      }),
      { seed: 1 },
    );
  });

  it('goes into a header that is read back as it was meant, without the secret', () => {
    const credentials = { accessKey: 'AK', secretKey: 'top-secret' };
    const header = authorizationOf(published, scope, credentials);
    expect(header).not.toContain('top-secret');
    expect(parseAuthorization(header)).toEqual({
      accessKey: 'AK',
      date: '20190214',
      region: 'cn-north-1',
      service: 'test',
      signedHeaders: ['x-jdcloud-date', 'x-jdcloud-nonce', 'x-my-header', 'x-my-header_blank'],
      signature: sign(published, scope, 'top-secret').signature,
    });
    expect(parseAuthorization(header.replace('JDCLOUD2', 'JDCLOUD3'))).toBeNull();
  });
});

describe('its parts', () => {
  it('percent-encode any text so that it can be decoded, leaving unreserved characters alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const encoded = percentEncoded(text);
        expect(encoded).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(encoded)).toBe(text);
      }),
      { seed: 1 },
    );
    expect(percentEncoded('tg-1:registerTargets')).toBe('tg-1%3AregisterTargets');
  });

  it('put a query in order by name, then by value, with an = behind every name', () => {
    expect(canonicalQuery('b=2&a-b=1&a=2&a=1&flag')).toBe('a=1&a=2&a-b=1&b=2&flag=');
  });

  it('write the date without dashes, colons and fractions', () => {
    expect(signingDate(new Date('2019-02-14T10:45:14.123Z'))).toBe('20190214T104514Z');
  });
});

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const requests: fc.Arbitrary<SignableRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE'),
  path: fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
  query: fc
    .uniqueArray(fc.tuple(word, word), { minLength: 1, maxLength: 4 })
    .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&')),
  headers: fc.dictionary(
    word.map((name) => `x-${name}`),
    word,
    { maxKeys: 4 },
  ),
  body: fc.string(),
});
