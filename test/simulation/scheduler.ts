/** Many things under way at once, of which a seed says which goes on next. */
import { type Random, turn } from '../unit/ledger/file/disk.ts';

export class Scheduler {
  readonly #random: Random;
  readonly #waiting: (() => void)[] = [];
  readonly failures: unknown[] = [];
  running = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Until the simulation lets this one go on. */
  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  start(work: () => Promise<void>): void {
    this.running += 1;
    work()
      .catch((error: unknown) => this.failures.push(error))
      .finally(() => {
        this.running -= 1;
      });
  }

  async resume(): Promise<void> {
    const [next] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1);
    next?.();
    await turn();
  }
}
