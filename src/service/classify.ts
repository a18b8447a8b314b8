/**
 * Whether a check failed, and why, in the vendor API's words. A reply exactly at the timeout is in time: only one
 * later than the timeout fails. Knows one reply, no count and no instance.
 */
import type { FailureReason } from '../spec/behaviour.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import type { CheckReply } from './backend-service.ts';

export function classify(
  reply: CheckReply,
  afterMs: number,
  configuration: ServiceConfiguration,
): FailureReason | null {
  const { method, timeoutMs, normalCodes } = configuration.check;
  const isLate = afterMs > timeoutMs;
  if (method === 'tcp') {
    if (isLate) return 'CONNECT_TIMEOUT';
    return reply === 'refused' ? 'CONNECT_FAILED' : null;
  }
  if (reply === 'refused') return isLate ? 'CONNECT_TIMEOUT' : 'CONNECT_FAILED';
  if (isLate) return 'RECEIVE_RESPONSE_TIMEOUT';
  // A connection taken and ended without a status.
  if (reply === 'accepted') return 'RECEIVE_RESPONSE_FAILED';
  const isNormal = normalCodes.some(({ from, to }) => from <= reply && reply <= to);
  return isNormal ? null : 'HTTP_CODE_MISMATCH';
}
