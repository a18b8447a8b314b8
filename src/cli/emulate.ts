/**
 * `counterpoise emulate`: runs the emulator of the vendor's API until it is interrupted, and says how to point the
 * adapter at it. Knows the terminal; what is emulated stands in `emulator/`.
 */
import { once } from 'node:events';
import { raisePriority } from '../adapters/priority.ts';
import { defectNamed, defects } from '../defects/catalogue.ts';
import { nearestName } from '../documents/places.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import type { Terminal } from './terminal.ts';
import { suiteVersion } from './version.ts';

export interface EmulateCommand {
  readonly port: number;
  readonly timeScale: number;
  readonly loadBalancers: number;
  readonly defect: string | null;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

export async function runEmulate(command: EmulateCommand, terminal: Terminal): Promise<number> {
  const { port, timeScale, loadBalancers, signal } = command;
  const alteration = command.defect === null ? null : defectCalled(command.defect);
  // its checks keep time while others are busy
  await raisePriority(process.pid);
  const emulator = await startEmulator({
    port,
    timeScale,
    loadBalancers,
    alteration,
    version: suiteVersion,
  });
  const environment = {
    JDCLOUD_ENDPOINT: emulator.endpoint,
    JDCLOUD_REGION: emulator.region,
    JDCLOUD_LOAD_BALANCER_IDS: emulator.loadBalancerIds.join(','),
    JDCLOUD_ACCESS_KEY: emulator.credentials.accessKey,
    JDCLOUD_SECRET_KEY: emulator.credentials.secretKey,
  };
  terminal.print(
    command.json
      ? JSON.stringify({ endpoint: emulator.endpoint, timeScale, environment })
      : inWords(emulator.endpoint, timeScale, command.defect, environment),
  );
  if (!signal.aborted) await once(signal, 'abort');
  await emulator.stop();
  return exitCodes.met;
}

function inWords(
  endpoint: string,
  timeScale: number,
  defect: string | null,
  environment: Readonly<Record<string, string>>,
): string {
  const pace = timeScale === 1 ? 'in real time' : `${timeScale} times faster than real time`;
  return [
    `The load balancer API 0.6.6 is emulated at ${endpoint}, ${pace}${defect === null ? '' : `, with the defect ${defect}`}. Ctrl-C ends it.`,
    'In another shell:',
    ...Object.entries(environment).map(([name, value]) => `  export ${name}=${value}`),
    '  npx counterpoise conform jdcloud --profile openapi',
  ].join('\n');
}

function defectCalled(name: string) {
  const defect = defectNamed(name);
  if (defect !== undefined) return defect;
  const nearest = nearestName(
    name,
    defects.map((each) => each.name),
  );
  throw new OperatorError(`there is no defect "${name}"`, {
    code: 'NO_SUCH_DEFECT',
    exitCode: exitCodes.usage,
    hint: nearest === null ? 'counterpoise clauses lists them' : `did you mean ${nearest}?`,
  });
}
