/** Files that the user names, read whole and bounded; whatever is wrong with one is told in a sentence. Knows no format. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { constants as constantsOfZlib, gunzipSync } from 'node:zlib';
import { formatBytes } from '../documents/text.ts';
import { badInput, OperatorError } from '../errors/operator-error.ts';

const told: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOENT: ['no such file', 'Check the spelling and the folder it is relative to.'],
  ENOTDIR: ['no such file: a part of the path is no folder', 'Check the spelling.'],
  EISDIR: ['a folder, not a file', 'Name a file in it.'],
  EACCES: ['not readable', 'Check its permissions.'],
  EPERM: ['not readable', 'Check its permissions.'],
  ENAMETOOLONG: ['no file has so long a name', 'Give the path of a file, not its content.'],
  ELOOP: ['links that lead round in a circle', 'Name the file itself.'],
};

/** The bytes of a regular file; its size is looked at before it is read. */
export async function readInputFile(
  path: string,
  { bytesMax }: { readonly bytesMax: number },
): Promise<Buffer> {
  if (path === '' || path.includes('\0')) throw unreadable(path, 'no file name', 'Name a file.');
  try {
    // Not blocking: a pipe that nobody writes to would hang the opening of it.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (stats.isDirectory()) throw unreadable(path, ...(told['EISDIR'] ?? ['', '']));
      if (!stats.isFile()) throw unreadable(path, 'not a regular file', 'Save it as a file first.');
      if (stats.size > bytesMax) throw tooLarge(path, stats.size, bytesMax);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const [what, hint] = told[code] ?? [`cannot be read (${code})`, 'Copy it to a file elsewhere.'];
    throw unreadable(path, what, hint);
  }
}

/** What a gzip file holds, as far as it goes: it may have been cut off. Other bytes are as they are. */
export function unpacked(
  bytes: Buffer,
  path: string,
  { bytesMax }: { readonly bytesMax: number },
): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const finishFlush = constantsOfZlib.Z_SYNC_FLUSH;
    const content = gunzipSync(bytes, { maxOutputLength: bytesMax, finishFlush });
    if (content.length > 0) return content;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw badInput(
        `${path}: unpacked, it has more than ${formatBytes(bytesMax)}`,
        'INPUT_TOO_LARGE',
        'Is it the right file?',
      );
    }
    const what = `it begins like a gzip file and is a damaged one (${(cause as Error).message})`;
    throw unreadable(path, what, 'Pack it again.');
  }
  throw unreadable(path, 'it begins like a gzip file and holds nothing', 'Pack it again.');
}

function tooLarge(path: string, size: number, bytesMax: number): OperatorError {
  return badInput(
    `${path}:1:1  the file has ${formatBytes(size)}, at most ${formatBytes(bytesMax)} are read`,
    'INPUT_TOO_LARGE',
    'Is it the right file?',
  );
}

function unreadable(path: string, what: string, hint: string): OperatorError {
  return badInput(`${path}: ${what}`, 'INPUT_UNREADABLE', hint);
}
