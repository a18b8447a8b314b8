import { describe, expect, it } from 'vitest';
import type { CheckReply } from './backend-service.ts';
import { classify } from './classify.ts';
import { configuration } from './drive.properties.ts';

const http = configuration;
const tcp = { ...configuration, check: { ...configuration.check, method: 'tcp' as const } };
const never = Number.POSITIVE_INFINITY;

describe('a check', () => {
  it.each<[CheckReply, number, string | null]>([
    [200, 0, null],
    [399, 3000, null],
    [399, 3000.001, 'RECEIVE_RESPONSE_TIMEOUT'],
    [199, 0, 'HTTP_CODE_MISMATCH'],
    [400, 0, 'HTTP_CODE_MISMATCH'],
    ['refused', 0, 'CONNECT_FAILED'],
    ['accepted', 0, 'RECEIVE_RESPONSE_FAILED'],
    ['accepted', never, 'RECEIVE_RESPONSE_TIMEOUT'],
  ])('over HTTP with reply %s after %s ms: %s', (reply, afterMs, failure) => {
    expect(classify(reply, afterMs, http)).toBe(failure);
  });

  it.each<[CheckReply, number, string | null]>([
    ['accepted', 3000, null],
    [503, 0, null],
    ['refused', 0, 'CONNECT_FAILED'],
    ['accepted', never, 'CONNECT_TIMEOUT'],
  ])('over TCP with reply %s after %s ms: %s', (reply, afterMs, failure) => {
    expect(classify(reply, afterMs, tcp)).toBe(failure);
  });
});
