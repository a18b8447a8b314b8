/** Bytes → text, or the place where the bytes stop being one. Refuses to know what the text means. */
import { badInput } from '../errors/operator-error.ts';

/** A megabyte in words, as limits are told to people. */
export function formatBytes(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024);
  return mebibytes >= 1 ? `${Number(mebibytes.toFixed(1))} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}

/** UTF-8 only, with or without a byte order mark; no NUL; at most `bytesMax`. */
export function decodeText(
  content: Uint8Array | string,
  fileName: string,
  bytesMax: number,
): string {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length > bytesMax) {
    throw badInput(
      `${fileName}:1:1  the file has ${formatBytes(bytes.length)}, at most ${formatBytes(bytesMax)} are read`,
      'DOCUMENT_TOO_LARGE',
      'Is it the right file?',
    );
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw badInput(
      `${fileName}:1:1  the file is UTF-16 text`,
      'DOCUMENT_ENCODING',
      'Save it as UTF-8.',
    );
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    throw badInput(
      `${placeOfByte(bytes, nul, fileName)}  a NUL byte: this is no text file`,
      'DOCUMENT_BINARY',
      'Give a YAML or JSON file.',
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw badInput(
      `${placeOfByte(bytes, firstBadByte(bytes), fileName)}  bytes that are no UTF-8 text`,
      'DOCUMENT_ENCODING',
      'Give a text file, saved as UTF-8.',
    );
  }
}

function firstBadByte(bytes: Buffer): number {
  // The decoder does not say where it stopped, so the longest good beginning is searched for by halves.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    try {
      // `stream`: a character cut in two at the end is no mistake yet.
      decoder.decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
    try {
      decoder.decode();
    } catch {
      // Only empties the decoder.
    }
  }
  return good;
}

function placeOfByte(bytes: Buffer, offset: number, fileName: string): string {
  const before = bytes.subarray(0, offset);
  const lineStart = before.lastIndexOf(0x0a) + 1;
  let line = 1;
  for (let at = before.indexOf(0x0a); at !== -1; at = before.indexOf(0x0a, at + 1)) line++;
  const column = before.subarray(lineStart).toString('utf8').length + 1;
  return `${fileName}:${line}:${column}`;
}
