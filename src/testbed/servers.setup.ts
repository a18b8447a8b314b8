/** Run once before all tests: the real servers that they drive are there, or the test command says what to install. */
import { OperatorError } from '../errors/operator-error.ts';
import { ensureServers } from './servers.ts';

export async function setup(): Promise<void> {
  try {
    await ensureServers();
  } catch (error) {
    if (error instanceof OperatorError) throw new Error(`${error.message}. ${error.hint ?? ''}`);
    throw error;
  }
}
