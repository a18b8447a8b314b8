/** A file that is written piece by piece, packed where its name ends in .gz: what stands there can be read at any time. */
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { makeFolder } from './output-folder.ts';

const packed = promisify(gzip);
/** Files of events are long and alike: the fastest level packs them to a tenth already. */
const level = 1;

export class GrowingFile {
  readonly #path: string;
  readonly #option: string;
  readonly #isPacked: boolean;
  readonly #file: FileHandle;

  private constructor(path: string, option: string, file: FileHandle) {
    this.#path = path;
    this.#option = option;
    this.#isPacked = path.endsWith('.gz');
    this.#file = file;
  }

  /** `option`: by which the user named it. Replaces what was there. */
  static async open(path: string, option: string): Promise<GrowingFile> {
    try {
      await makeFolder(dirname(path));
      return new GrowingFile(path, option, await open(path, 'w'));
    } catch (cause) {
      throw notWritable(path, option, cause);
    }
  }

  /** Resolves when the system has taken the text: the caller waits rather than fill memory. */
  async write(text: string): Promise<void> {
    try {
      await this.#file.writeFile(this.#isPacked ? await packed(text, { level }) : text);
    } catch (cause) {
      throw notWritable(this.#path, this.#option, cause);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function notWritable(path: string, option: string, cause: unknown): OperatorError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new OperatorError(`${path}: cannot be written to (${why})`, {
    code: 'OUTPUT_NOT_WRITABLE',
    exitCode: exitCodes.usage,
    hint: `Make room, or name another file with ${option}; what was written before can be read.`,
    cause,
  });
}
