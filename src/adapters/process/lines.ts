/**
 * Lines of UTF-8 out of a stream of bytes, none longer than a limit, however much comes. Knows no JSON.
 */

export type Line = { readonly text: string } | { readonly fault: string; readonly excerpt: string };

/** A document of 20 services with 100 instances each takes some 300 kB. */
const lineBytesMax = 4 << 20;
const excerptBytes = 200;

export class Lines {
  readonly #hear: (line: Line) => void;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #parts: Buffer[] = [];
  #length = 0;
  #isOver = false;

  /** Nothing is told after the first fault. */
  constructor(hear: (line: Line) => void) {
    this.#hear = hear;
  }

  take(bytes: Buffer): void {
    let from = 0;
    while (!this.#isOver) {
      const end = bytes.indexOf(0x0a, from);
      this.#keep(bytes.subarray(from, end === -1 ? undefined : end));
      if (end === -1) return;
      this.#tell();
      from = end + 1;
    }
  }

  /** The stream has ended; what stands there without an end is a fault. */
  end(): void {
    if (this.#isOver || this.#length === 0) return;
    this.#fail('a line without an end');
  }

  #keep(part: Buffer): void {
    if (this.#isOver || part.length === 0) return;
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length > lineBytesMax) this.#fail(`a line of over ${lineBytesMax} bytes`);
  }

  #tell(): void {
    if (this.#isOver) return;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    try {
      this.#hear({ text: this.#decoder.decode(bytes) });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#parts = [bytes];
      this.#fail('a line that is not UTF-8');
    }
  }

  #fail(fault: string): void {
    this.#isOver = true;
    const excerpt = Buffer.concat(this.#parts.slice(0, 2)).subarray(0, excerptBytes).toString();
    this.#parts = [];
    this.#hear({ fault, excerpt });
  }
}
