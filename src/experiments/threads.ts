/** A pool of threads that run a worker file, built or from sources. Knows no task. */
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Piscina } from 'piscina';

/** `worker`: without its extension, beside `caller`, which is that module's `import.meta.url`. */
export function openThreads<Task, Reply>(
  worker: string,
  caller: string,
  threads: number,
  workerData?: unknown,
): Piscina<Task, Reply> {
  const isSource = caller.endsWith('.ts');
  return new Piscina({
    filename: fileURLToPath(new URL(`${worker}.${isSource ? 'ts' : 'js'}`, caller)),
    minThreads: threads,
    maxThreads: threads,
    ...(workerData === undefined ? {} : { workerData }),
    ...(isSource ? { execArgv: ['--import', sourceLoader()] } : {}),
  });
}

/** tsx by itself registers nothing for the imports of a thread (4.23, Node 20.20), and its API does not from CommonJS. */
function sourceLoader(): string {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json'));
  const { href } = new URL('./dist/esm/api/index.mjs', tsx);
  return `data:text/javascript,import{register}from${JSON.stringify(href)};register();`;
}
