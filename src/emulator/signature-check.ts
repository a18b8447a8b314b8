/** Whether a request was signed by whom it says, for this region, now. Knows no operation. */
import { timingSafeEqual } from 'node:crypto';
import { apiService } from '../adapters/jdcloud/api-protocol.ts';
import {
  type Credentials,
  parseAuthorization,
  type SignableRequest,
  sign,
} from '../adapters/jdcloud/signing.ts';

/** What must not be left unsigned. */
const mustSign = ['host', 'x-jdcloud-date', 'x-jdcloud-nonce'];
/** A signature is good for so long before and after its date. */
const clockSkewMaxMs = 15 * 60_000;

/** Null: it was. Otherwise why not; never a secret or the right signature. */
export function signatureFault(
  request: SignableRequest,
  region: string,
  { accessKey, secretKey }: Credentials,
  nowMs: number,
): string | null {
  const header = request.headers['authorization'];
  const date = request.headers['x-jdcloud-date'] ?? '';
  if (header === undefined) return 'the request is not signed';
  const claimed = parseAuthorization(header);
  if (claimed === null) return 'the Authorization header is not of JDCLOUD2-HMAC-SHA256';
  if (claimed.accessKey !== accessKey) return 'there is no such access key';
  const missing = mustSign.filter((name) => !claimed.signedHeaders.includes(name));
  if (missing.length > 0) return `not signed: ${missing.join(', ')}`;
  if (claimed.region !== region || claimed.service !== apiService) {
    return `signed for ${claimed.region}/${claimed.service}, asked of ${region}/${apiService}`;
  }
  if (!date.startsWith(claimed.date)) return 'x-jdcloud-date is of another day than the signature';
  const atMs = millisecondsOf(date);
  if (Math.abs(nowMs - atMs) > clockSkewMaxMs || Number.isNaN(atMs)) {
    return 'x-jdcloud-date is not within 15 minutes of now';
  }
  const scope = { date, region, service: apiService };
  const { signature } = sign(request, scope, secretKey, claimed.signedHeaders);
  const isRight = timingSafeEqual(Buffer.from(signature), Buffer.from(claimed.signature));
  return isRight ? null : 'the signature does not match';
}

/** `20190214T104514Z`; NaN: it is none. */
function millisecondsOf(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
