/**
 * Reads a Zeek log from bytes, plain or gzip'ed (told by its first bytes, not by its name), in one pass and bounded
 * memory. Who opens the file is not known here.
 */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { badInput } from '../errors/operator-error.ts';
import { type Trace, type TraceLimits, traceLimits } from './trace.ts';
import { ZeekRows } from './zeek-rows.ts';

const lineFeed = 0x0a;
/** RFC 1952, section 2.3.1. */
const gzipMagic = [0x1f, 0x8b] as const;

export async function readZeekTrace(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  limits: TraceLimits = traceLimits,
): Promise<Trace> {
  const rows = new ZeekRows(file, limits);
  await eachLine(await decompressed(bytes, file, rows), rows, file, limits);
  return rows.conclude();
}

/** Looks at the first bytes, then hands on everything, unpacked where it is gzip. */
async function decompressed(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  rows: ZeekRows,
): Promise<AsyncIterable<Uint8Array>> {
  const source = bytes[Symbol.asyncIterator]();
  const start: Uint8Array[] = [];
  let head = new Uint8Array();
  while (head.length < 2) {
    const next = await source.next();
    if (next.done === true) break;
    start.push(next.value);
    head = new Uint8Array(Buffer.concat(start).subarray(0, 2));
  }
  const all = (async function* () {
    yield* start;
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      yield next.value;
    }
  })();
  if (head[0] === gzipMagic[0] && head[1] === gzipMagic[1]) return gunzipped(all, file, rows);
  if (file.endsWith('.gz')) {
    throw badInput(
      `${file}  named .gz, but its first bytes are not gzip's`,
      'TRACE_NOT_GZIP',
      'Rename it if it is plain text, or copy it again.',
    );
  }
  return all;
}

async function* gunzipped(
  packed: AsyncIterable<Uint8Array>,
  file: string,
  rows: ZeekRows,
): AsyncGenerator<Uint8Array> {
  const input = Readable.from(packed);
  const gunzip = createGunzip();
  // `pipe` does not pass errors on: one of the file must not leave the reader waiting.
  input.on('error', (error) => gunzip.destroy(error));
  input.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    throw badInput(
      `${file}:${rows.lines + 1}  the compressed trace is damaged or cut short (${(error as Error).message})`,
      'TRACE_GZIP',
      'Copy the file again.',
    );
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

async function eachLine(
  text: AsyncIterable<Uint8Array>,
  rows: ZeekRows,
  file: string,
  limits: TraceLimits,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let textBytes = 0;
  for await (const chunk of text) {
    textBytes += chunk.length;
    if (textBytes > limits.textBytesMax) {
      throw badInput(
        `${file}:${rows.lines + 1}  more than ${limits.textBytesMax} bytes of text`,
        'TRACE_TOO_LARGE',
        'Cut the trace into shorter ones.',
      );
    }
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const block = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = block.indexOf(lineFeed); end >= 0; end = block.indexOf(lineFeed, from)) {
      checkLength(end - from, rows, file, limits);
      rows.see(block.toString('latin1', from, end), true);
      from = end + 1;
    }
    rest = block.subarray(from);
    checkLength(rest.length, rows, file, limits);
  }
  if (rest.length > 0) rows.see(rest.toString('latin1'), false);
}

function checkLength(bytes: number, rows: ZeekRows, file: string, limits: TraceLimits): void {
  if (bytes <= limits.lineBytesMax) return;
  throw badInput(
    `${file}:${rows.lines + 1}  a line of more than ${limits.lineBytesMax} bytes is no row of a Zeek log`,
    'TRACE_LINE_TOO_LONG',
  );
}
