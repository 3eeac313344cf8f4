/** Which versions the webhook was shown, in growing order, and still knows of after a crash. */
import type { Version } from './store.ts';

export class Sight {
  readonly #known = new Map<string, number[]>();
  /** Charged perhaps in memory only. */
  #fresh = new Set<number>();

  show({ name, resourceVersion }: Version): void {
    const known = this.#known.get(name) ?? [];
    if (resourceVersion <= (known.at(-1) ?? 0)) return;
    this.#known.set(name, [...known, resourceVersion]);
    this.#fresh.add(resourceVersion);
  }

  /** All that was charged is on disk. */
  keep(): void {
    this.#fresh.clear();
  }

  /** What was charged within the second before a crash, and is not in the log, was not seen by what comes after. */
  lose(log: ReadonlySet<number>): void {
    for (const [name, known] of this.#known)
      this.#known.set(
        name,
        known.filter((version) => !this.#fresh.has(version) || log.has(version)),
      );
    this.#fresh = new Set();
  }

  has(name: string, resourceVersion: number): boolean {
    return this.#known.get(name)?.includes(resourceVersion) === true;
  }
}
