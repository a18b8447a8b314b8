/** The folder that a run writes its reports to, made anew for each run: what an earlier run left there is removed. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
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
    await makeFolder(path);
    for (const one of ours) await rm(join(path, one), { recursive: true, force: true });
  });
  return {
    path,
    async write(file, text) {
      const target = join(path, file);
      await writeInFolder(target, text);
      return relative(process.cwd(), target);
    },
  };
}

/** Writes a file and makes the folders it stands in. `option`: by which its place was named. */
export async function writeInFolder(path: string, text: string, option?: string): Promise<void> {
  const write = async () => {
    await makeFolder(dirname(path));
    await writeFile(path, text);
  };
  await writing(path, write, option);
}

/** A full disk or a folder that somebody took away is no mistake of ours. */
async function writing(path: string, write: () => Promise<void>, option = '--out'): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new OperatorError(`${path}: cannot be written to (${why})`, {
      code: 'OUTPUT_NOT_WRITABLE',
      exitCode: exitCodes.usage,
      hint: `Make room, or name another place with ${option}.`,
      cause,
    });
  }
}

/** Not `recursive`, which in Node 20 never ends where a folder exists and takes no other, as /proc does. */
export async function makeFolder(path: string): Promise<void> {
  const problem = await madeOrProblem(path);
  if (problem?.code !== 'ENOENT' || dirname(path) === path) return throwIf(problem);
  await makeFolder(dirname(path));
  throwIf(await madeOrProblem(path));
}

/** Null: the folder is there, made now or before. */
async function madeOrProblem(path: string): Promise<NodeJS.ErrnoException | null> {
  try {
    await mkdir(path);
    return null;
  } catch (cause) {
    const isThere = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    return isThere ? null : (cause as NodeJS.ErrnoException);
  }
}

function throwIf(problem: Error | null): void {
  if (problem !== null) throw problem;
}
