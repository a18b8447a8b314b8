/** Opens the testbed that fits an adapter: real sockets, or the adapter's own answers in stepped time. */
import { type Adapter, protocolVersion } from '../adapters/contract.ts';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { openCallTestbed } from './call-testbed.ts';
import type { Testbed } from './trial.ts';
import { openWireTestbed } from './wire-testbed.ts';

/** `connectable`: what the user called the implementation; its own name where nobody says. */
export async function openTestbed(adapter: Adapter, connectable?: string): Promise<Testbed> {
  const description = await adapter.describe({ protocol: protocolVersion });
  const name = connectable ?? description.name;
  if (description.plane === 'call' && description.time[0] !== 'stepped') throw notStepped(name);
  return description.plane === 'wire'
    ? openWireTestbed(adapter, description, name)
    : openCallTestbed(adapter, description, name);
}

/** A trial without sockets records points of model time; what waits for real has none. */
function notStepped(name: string): OperatorError {
  return new OperatorError(`${name}: on the call plane only stepped time can be judged yet`, {
    code: 'TIME_UNSUPPORTED',
    exitCode: exitCodes.unavailable,
    hint: 'Let `time` begin with "stepped", or use the wire plane.',
  });
}
