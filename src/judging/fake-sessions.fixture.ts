/** For tests: which instance a client of a fake balancer is bound to, and until when. */
import type { Wrong } from './wrong.fixture.ts';

interface Session {
  readonly instance: string;
  readonly untilMs: number;
}

export class FakeSessions {
  readonly #sessions = new Map<string, Session>();
  readonly #wrong: Wrong;

  constructor(wrong: Wrong) {
    this.#wrong = wrong;
  }

  /** The instance that the client is bound to now. */
  boundTo(source: string, port: number, nowMs: number): string | null {
    const session = this.#of(source, port);
    if (session === undefined) return null;
    const isAtEnd = nowMs === session.untilMs && this.#wrong.knowsAtEnd === true;
    const isBound = nowMs < session.untilMs || isAtEnd || this.#wrong.neverForgets === true;
    return isBound ? session.instance : null;
  }

  bind(
    source: string,
    port: number,
    instance: string,
    time: { nowMs: number; lastsMs: number },
  ): void {
    const { nowMs, lastsMs } = time;
    if (lastsMs <= 0) return;
    const session = this.#of(source, port);
    const isKept = instance === session?.instance && nowMs < session.untilMs;
    if (isKept && this.#wrong.sessionClock === 'creation') return;
    this.#sessions.set(this.#key(source, port), { instance, untilMs: nowMs + lastsMs });
  }

  forget(instance: string): void {
    for (const [key, session] of this.#sessions) {
      if (session.instance === instance) this.#sessions.delete(key);
    }
  }

  forgetAll(): void {
    this.#sessions.clear();
  }

  #of(source: string, port: number): Session | undefined {
    return this.#sessions.get(this.#key(source, port));
  }

  #key(source: string, port: number): string {
    return this.#wrong.sessionKey?.(source, port) ?? source;
  }
}
