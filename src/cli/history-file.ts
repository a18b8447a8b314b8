/** The file that `simulate --history` writes, while the run goes on: readable wherever it stops. */
import { declaredTraits } from '../adapters/in-process/traits.ts';
import type { EventColumns } from '../simulation/history-columns.ts';
import { firstEvents, firstLines, HistoryLines, lastLine } from '../simulation/history-lines.ts';
import type { Plan } from '../simulation/plan.ts';
import { GrowingFile } from './growing-file.ts';
import { suiteVersion } from './version.ts';

export class HistoryFile {
  readonly #file: GrowingFile;
  readonly #lines: HistoryLines;
  #events = firstEvents;
  #lastMs = 0;

  private constructor(file: GrowingFile, plan: Plan) {
    this.#file = file;
    this.#lines = new HistoryLines(plan);
  }

  static async open(path: string, plan: Plan, configuration: unknown): Promise<HistoryFile> {
    const file = await GrowingFile.open(path, '--history');
    const about = { suite: suiteVersion, traits: declaredTraits(), configuration };
    await file.write(firstLines(plan, about));
    return new HistoryFile(file, plan);
  }

  get events(): number {
    return this.#events;
  }

  async take(columns: EventColumns, length: number): Promise<void> {
    this.#lastMs = columns.atMs[length - 1] as number;
    await this.#file.write(this.#lines.of(columns, length));
    this.#events += length;
  }

  async end(endMs: number): Promise<void> {
    await this.#file.write(lastLine(this.#events, endMs, 'complete'));
    await this.#file.close();
  }

  /** As far as it goes: the disk may be full. */
  async breakOff(why: 'interrupted' | 'error'): Promise<void> {
    await this.#file.write(lastLine(this.#events, this.#lastMs, why)).catch(() => undefined);
    await this.#file.close();
  }
}
