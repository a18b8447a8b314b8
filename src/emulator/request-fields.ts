/** Fields of a request of the API, each read as what it must be or refused by its name. Knows no resource. */
import { isIPv4 } from 'node:net';
import type { Plain } from '../adapters/jdcloud/api-protocol.ts';
import { profiles } from '../spec/profiles.ts';
import { isMap } from '../spec/rules/rule.ts';
import type { Target } from './checked-backend.ts';
import { wrongField } from './refusal.ts';

/** `field`: where the target stands in the request. */
export function targetIn(spec: unknown, field: string): Omit<Target, 'id'> {
  const { type, ipAddress, port = 0, weight } = isMap(spec) ? spec : {};
  if (type !== 'ip') throw wrongField(`${field}.type`, type, 'one of [ip] here');
  if (typeof ipAddress !== 'string' || !isIPv4(ipAddress)) {
    throw wrongField(`${field}.ipAddress`, ipAddress, 'an IPv4 address');
  }
  if (!isIntegerFrom(port, 0, profiles.openapi.port.max)) {
    throw wrongField(`${field}.port`, port, 'an integer from 0 to 65535');
  }
  return {
    address: ipAddress,
    port: port === 0 ? null : port,
    weight: weightOf(weight, `${field}.weight`),
  };
}

export function weightOf(weight: unknown, field: string): number {
  const { min, max, fallback } = profiles.openapi.weight;
  const wanted = weight ?? fallback;
  if (!isIntegerFrom(wanted, min, max)) {
    throw wrongField(field, weight, `an integer from ${min} to ${max}`);
  }
  return wanted;
}

export function nameIn(body: Plain, field: string): string {
  const { lengthMax, pattern, inWords } = profiles.openapi.name;
  const name = body[field];
  const isGood =
    typeof name === 'string' && pattern.test(name) && [...name].length <= (lengthMax ?? 0);
  if (!isGood) throw wrongField(field, name, inWords);
  return name;
}

export function listIn(body: Plain, field: string): readonly unknown[] {
  const list = body[field];
  if (!Array.isArray(list) || list.length === 0) throw wrongField(field, list, 'a list of some');
  return list;
}

export function isIntegerFrom(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
