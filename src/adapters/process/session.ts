/**
 * A conversation with one adapter process: JSON-RPC 2.0, one object a line, many questions under way, replies in any
 * order. The first thing that an adapter does wrong ends it. Knows no method.
 */
import { JSONRPCClient, JSONRPCErrorCode, JSONRPCErrorException } from 'json-rpc-2.0';
import type { OperatorError } from '../../errors/operator-error.ts';
import { adapterFault, adapterMissing, quoted } from '../adapter-fault.ts';
import { faultIn, responseSchema } from '../messages.ts';
import { type Line, Lines } from './lines.ts';
import type { Link } from './link.ts';

export class Session {
  readonly #connectable: string;
  readonly #link: Link;
  readonly #client: JSONRPCClient;
  /** Questions under way: number → method. */
  readonly #open = new Map<number, string>();
  #asked = 0;
  /** Why it ended; null: it goes on, or was ended by us. */
  #fault: OperatorError | null = null;
  #isTold = false;
  /** Where what it said beside begins that no error has told yet. */
  #wordsTold = 0;
  #isEnding = false;

  constructor(connectable: string, link: Link) {
    this.#connectable = connectable;
    this.#link = link;
    this.#client = new JSONRPCClient((payload) => link.write(`${JSON.stringify(payload)}\n`));
    const lines = new Lines((line) => this.#hear(line));
    link.output.on('data', (bytes: Buffer) => lines.take(bytes));
    link.output.on('end', () => lines.end());
    link.output.on('error', () => {}); // `ended` tells
    void link.ended.then(({ how, isMissing }) =>
      this.#fail(isMissing ? adapterMissing(connectable, how) : this.#faultOf(how)),
    );
  }

  /** It takes no more questions. */
  get isOver(): boolean {
    return this.#fault !== null || this.#isEnding;
  }

  /** What it did wrong while nobody asked; told once. */
  takeFault(): OperatorError | null {
    if (this.#fault === null || this.#isTold) return null;
    return this.#told(this.#fault);
  }

  /** An error about what it answered, with what it said beside since the last one. */
  fault(what: string): OperatorError {
    const words = this.#link.words(this.#wordsTold);
    this.#wordsTold = this.#link.wordsEnd();
    return adapterFault(this.#connectable, what, words);
  }

  /** Asks, and waits for the reply no longer than `limitMs`. Rejects with an `OperatorError`. */
  async request(method: string, params: object, limitMs: number): Promise<unknown> {
    if (this.#fault !== null) throw this.#told(this.#fault);
    // nobody would answer, and nobody would say so
    if (this.#isEnding) throw this.fault(`it was ended before it was asked for \`${method}\``);
    const id = ++this.#asked;
    this.#open.set(id, method);
    const deadline = setTimeout(() => {
      this.#fail(this.#faultOf(`it did not answer \`${method}\` within ${limitMs / 1000} s`));
    }, limitMs);
    try {
      const asked = { jsonrpc: '2.0' as const, id, method, params };
      const response = await this.#client.requestAdvanced(asked);
      if (response.error === undefined) return response.result;
      const { message, code, data } = response.error;
      throw new JSONRPCErrorException(message, code, data);
    } catch (error) {
      if (this.#fault !== null) throw this.#told(this.#fault);
      throw this.#refusal(method, error);
    } finally {
      clearTimeout(deadline);
      this.#open.delete(id);
    }
  }

  /** Ends it in order: the adapter sees the end of its input. May be called twice. */
  async end(): Promise<void> {
    const how = this.isOver || this.#open.size > 0 ? 'now' : 'orderly';
    if (this.#open.size > 0) this.#fail(this.#faultOf('it was ended'));
    this.#isEnding = true;
    await this.#link.stop(how);
  }

  #hear(line: Line): void {
    if (this.isOver) return;
    const fault =
      'fault' in line ? `it sent ${line.fault}: ${quoted(line.excerpt)}` : this.#take(line.text);
    if (fault !== null) this.#fail(this.#faultOf(fault));
  }

  /** Hands a reply to whoever asked, or says what is wrong with it. */
  #take(text: string): string | null {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return `it sent a line that is not JSON: ${quoted(text)}`;
    }
    if (typeof value === 'object' && value !== null && 'method' in value) {
      return `it sent a question (or ours back), which is no JSON-RPC 2.0 response; only counterpoise asks: ${quoted(text)}`;
    }
    const fault = faultIn(responseSchema, value);
    if (fault !== null)
      return `it sent a line that is no JSON-RPC 2.0 response (${fault}): ${quoted(text)}`;
    const response = value as Parameters<JSONRPCClient['receive']>[0] & { readonly id: number };
    if (!this.#open.delete(response.id)) {
      const known = response.id > 0 && response.id <= this.#asked;
      const which = known ? 'that was answered already' : 'that nobody sent';
      return `it answered a question ${which} (id ${response.id}): ${quoted(text)}`;
    }
    this.#client.receive(response);
    return null;
  }

  #fail(fault: OperatorError): void {
    if (this.isOver) return;
    this.#fault = fault;
    this.#client.rejectAllPendingRequests(fault.message);
    void this.#link.stop('now');
  }

  #told(fault: OperatorError): OperatorError {
    this.#isTold = true;
    return fault;
  }

  /** The adapter's own word that it could not do it: the conversation goes on. */
  #refusal(method: string, error: unknown): OperatorError {
    const code = error instanceof JSONRPCErrorException ? error.code : null;
    const words = error instanceof Error ? error.message : String(error);
    return this.#faultOf(
      code === JSONRPCErrorCode.MethodNotFound
        ? `it does not know the method \`${method}\``
        : `it answered \`${method}\` with error ${code}: ${quoted(words)}`,
    );
  }

  #faultOf(what: string): OperatorError {
    const under = [...new Set(this.#open.values())].map((method) => `\`${method}\``).join(', ');
    const where = under === '' || what.includes('`') ? '' : ` while asked for ${under}`;
    return this.fault(`${what}${where}`);
  }
}
