/**
 * What client and emulator of the vendor's API have to agree on beside its fields: where it is, what is signed for, and
 * the headers by which an emulator can be told from a real cloud. Knows no operation.
 */

/** Of the endpoint and of the signature. */
export const apiService = 'lb';
export const apiVersion = 'v1';

/** What an emulator says in a header of every answer: its version, and how many times faster its seconds pass. */
export const emulatorHeader = 'x-counterpoise-emulator';
export const timeScaleHeader = 'x-counterpoise-time-scale';
/** Asked of an emulator with a backend: how many real ms a second of its checks is to last. No real cloud knows it. */
export const paceHeader = 'x-counterpoise-ms-per-second';

/** A JSON object: a body, a result, or a part of one. */
export type Plain = Readonly<Record<string, unknown>>;
