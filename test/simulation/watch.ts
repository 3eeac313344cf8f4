/** A watch that tells late, twice, or nothing until it lists again; in order for each object, in any across objects. */
import type { Random } from '../unit/ledger/file/disk.ts';
import type { Sight } from './sight.ts';
import type { Event, Store } from './store.ts';
import type { Webhook } from './webhook.ts';

export class Watch {
  readonly #store: Store;
  readonly #random: Random;
  readonly #sight: Sight;
  /** Names that it has told of: only of those a list can tell that they are gone. */
  #told = new Set<string>();
  #isLost = false;

  constructor(store: Store, random: Random, sight: Sight) {
    this.#store = store;
    this.#random = random;
    this.#sight = sight;
  }

  deliver(webhook: Webhook | undefined): void {
    if (webhook === undefined) return;
    if (this.#isLost) {
      this.relist(webhook);
      return;
    }
    const lists = [...this.#store.events.values()].filter((list) => list.length > 0);
    const list = lists[Math.floor(this.#random() * lists.length)];
    const event = list?.[0];
    if (event === undefined) return;
    // Told again, the next time.
    if (this.#random() > 0.15) list?.shift();
    this.#tell(webhook, event);
  }

  /** What was not told is not told any more; the next thing is a list. A new process knows no names. */
  lose(isNewProcess = false): void {
    this.#isLost = true;
    this.#store.events.clear();
    if (isNewProcess) this.#told = new Set();
  }

  relist(webhook: Webhook | undefined): void {
    if (webhook === undefined) return;
    this.#isLost = false;
    this.#store.events.clear();
    for (const name of [...this.#told, ...this.#store.names])
      this.#tell(webhook, { name, version: this.#store.read(name) });
  }

  #tell(webhook: Webhook, { name, version }: Event): void {
    if (version === undefined) {
      this.#told.delete(name);
      webhook.seeDeletion(name);
      return;
    }
    this.#told.add(name);
    this.#sight.show(version);
    webhook.see(version);
  }
}
