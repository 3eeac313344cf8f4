/** etcd as the API server sees it: objects with growing versions, compare-and-swap, and the events of each object in order. */

export interface Version {
  readonly name: string;
  readonly resourceVersion: number;
  /** `maxReplicas`. */
  readonly value: number;
}

/** One write that landed. */
export interface Landing {
  readonly name: string;
  readonly resourceVersion: number;
  /** Milliseconds. */
  readonly at: number;
  /** The value before, over the lives of the name; undefined: there never was one. */
  readonly from: number | undefined;
  readonly to: number;
  /** Whether the webhook admitted it, on what was stored until now. */
  readonly isGoverned: boolean;
  readonly isBirth: boolean;
}

export interface Event {
  readonly name: string;
  /** Undefined: deleted. */
  readonly version: Version | undefined;
}

export class Store {
  #revision = 100;
  readonly #now: () => number;
  readonly #objects = new Map<string, Version>();
  readonly #lastValues = new Map<string, number>();
  readonly landings: Landing[] = [];
  /** Not yet delivered, oldest first. */
  readonly events = new Map<string, Event[]>();
  /** All that ever was, for reads of a cache that lags behind. */
  readonly versions: Version[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  read(name: string): Version | undefined {
    return this.#objects.get(name);
  }

  get names(): string[] {
    return [...this.#objects.keys()];
  }

  /** `base` is the version that the writer has read, undefined that it has read none; false where it is another by now. */
  write(next: { name: string; value: number }, base: number | undefined, isGoverned: boolean): boolean {
    const { name, value } = next;
    const known = this.#objects.get(name);
    if (known?.resourceVersion !== base) return false;
    this.#revision += 1;
    const version: Version = { name, value, resourceVersion: this.#revision };
    this.landings.push({
      name,
      resourceVersion: this.#revision,
      at: this.#now(),
      from: this.#lastValues.get(name),
      to: value,
      isGoverned,
      isBirth: known === undefined,
    });
    this.#objects.set(name, version);
    this.#lastValues.set(name, value);
    this.versions.push(version);
    this.#announce({ name, version });
    return true;
  }

  /** A write of the status alone: a new version of the same spec. */
  touch(name: string): void {
    const known = this.#objects.get(name);
    if (known !== undefined) this.write(known, known.resourceVersion, false);
  }

  remove(name: string, base: number): boolean {
    if (this.#objects.get(name)?.resourceVersion !== base) return false;
    this.#revision += 1;
    this.#objects.delete(name);
    this.#announce({ name, version: undefined });
    return true;
  }

  #announce(event: Event): void {
    const waiting = this.events.get(event.name);
    if (waiting === undefined) this.events.set(event.name, [event]);
    else waiting.push(event);
  }
}
