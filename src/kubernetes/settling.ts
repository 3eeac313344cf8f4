/** Turns a series of touches into one run, when they have been quiet for a while; runs never overlap. */
export class Settling {
  readonly #quietMilliseconds: number;
  readonly #run: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  /** Of the first touch that no run has answered yet, on the process's own clock. */
  #since: number | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  /** @param run must not reject. */
  constructor(quietMilliseconds: number, run: () => Promise<void>) {
    this.#quietMilliseconds = quietMilliseconds;
    this.#run = run;
  }

  /** Touches that never pause are answered after ten times the quiet. */
  touch(): void {
    if (this.#isStopped) return;
    const now = performance.now();
    this.#since ??= now;
    clearTimeout(this.#timer);
    const latest = this.#since + 10 * this.#quietMilliseconds;
    const wait = Math.min(this.#quietMilliseconds, Math.max(0, latest - now));
    this.#timer = setTimeout(() => this.#start(), wait);
  }

  /** Resolves when a run that is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #start(): void {
    // The run under way starts the next one at its end.
    if (this.#running !== undefined) return;
    this.#since = undefined;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#since !== undefined) this.touch();
    });
  }
}
