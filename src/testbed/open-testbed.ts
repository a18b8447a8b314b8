/** Opens the testbed that fits an adapter: real sockets, or the adapter's own answers. */
import { type Adapter, protocolVersion } from '../adapters/contract.ts';
import { openCallTestbed } from './call-testbed.ts';
import type { Testbed } from './trial.ts';
import { openWireTestbed } from './wire-testbed.ts';

/** `connectable`: what the user called the implementation; its own name where nobody says. */
export async function openTestbed(adapter: Adapter, connectable?: string): Promise<Testbed> {
  const description = await adapter.describe({ protocol: protocolVersion });
  const name = connectable ?? description.name;
  return description.plane === 'wire'
    ? openWireTestbed(adapter, description, name)
    : openCallTestbed(adapter, description, name);
}
