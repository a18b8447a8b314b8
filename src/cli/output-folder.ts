/** The folder that a run writes its reports to, made anew for each run: what an earlier run left there is removed. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';

export interface OutputFolder {
  readonly path: string;
  /** Answers with the file's path as seen from the current folder, for commands to copy. */
  write(name: string, text: string): Promise<string>;
}

/** What a run may have left: nothing else in the folder is touched. */
const ours = [
  ...['result.json', 'run.json', 'junit.xml', 'report.html', 'histories', 'failures'],
  ...['mutation.json', 'badge.svg'],
];

export async function openOutputFolder(root: string, name: string): Promise<OutputFolder> {
  const path = join(root, name);
  await writing(path, async () => {
    await mkdir(path, { recursive: true });
    for (const one of ours) await rm(join(path, one), { recursive: true, force: true });
  });
  return {
    path,
    async write(file, text) {
      const target = join(path, file);
      await writing(target, async () => {
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, text);
      });
      return relative(process.cwd(), target);
    },
  };
}

/** A full disk or a folder that somebody took away is no mistake of ours. */
async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new OperatorError(`${path}: cannot be written to (${why})`, {
      code: 'OUTPUT_NOT_WRITABLE',
      exitCode: exitCodes.usage,
      hint: 'Make room, or name another folder with --out.',
      cause,
    });
  }
}
