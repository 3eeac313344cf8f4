/**
 * Keeps up with one collection of the API server: lists it page by page, then watches from there, for ever.
 *
 * It holds names and versions only; what is worth keeping of an object is its consumer's matter. Guarantees: after
 * `synced` the events so far add up to a state the collection had; a deletion is never missed, be it seen only as an
 * absence from a later list; no failure of the server makes it stop, spin, or forget what it told.
 */
import { type Backoff, delayMilliseconds, pause } from './backoff.ts';
import { acceptOf, type Collection, fetchPage, watchPathOf } from './collection.ts';
import { type Failure, refused, unusable } from './failure.ts';
import { FailureLog } from './failure-log.ts';
import { type JsonObject, numberAt } from './json.ts';
import { decodeEvent, type Item, type WatchEvent } from './page.ts';
import type { OnNote } from './problem.ts';

export type ReflectorEvent =
  | {
      /** An object that was deleted and made anew unseen is an update. */
      readonly kind: 'add' | 'update';
      readonly namespace: string;
      readonly name: string;
      readonly object: JsonObject;
    }
  | { readonly kind: 'delete'; readonly namespace: string; readonly name: string }
  /** A list is complete; sent after each, not the first alone. */
  | { readonly kind: 'synced' };

export interface ReflectorOptions extends Collection {
  /** Called synchronously, in order. It must not throw. */
  onEvent(event: ReflectorEvent): void;
  /** Called when something begins to fail, fails in another way, or works again. */
  readonly onNote?: OnNote;
  readonly pageSize?: number;
  /**
   * Silence after which a watch is taken for dead; 90 by default, since the API server sends a bookmark about each
   * minute. A false alarm costs one request.
   */
  readonly idleSeconds?: number;
  /** A watch that lived that long ends a series of failures; 5,000 by default. */
  readonly stableMilliseconds?: number;
  readonly backoff?: Partial<Backoff>;
  /** Milliseconds since the epoch. */
  now?(): number;
}

export interface Reflector {
  /** Whether a first list was complete. It stays true through failures: the last known state goes on to serve. */
  isSynced(): boolean;
  /** When the server last sent anything of use, in milliseconds since the epoch; undefined before. */
  lastContact(): number | undefined;
  /** Resolves when the connection is closed; no event comes after the call. */
  stop(): Promise<void>;
}

/** Starts at once. */
export function startReflector(options: ReflectorOptions): Reflector {
  const reflection = new Reflection(options);
  const ended = reflection.run();
  return {
    isSynced: () => reflection.isSynced,
    lastContact: () => reflection.lastContact,
    stop: () => {
      reflection.stopping.abort();
      return ended;
    },
  };
}

/** Of the one that had no contact for longest; undefined where one had none yet. */
export function oldestContact(reflectors: readonly Reflector[]): number | undefined {
  const times = reflectors.map((reflector) => reflector.lastContact());
  return times.reduce((a, b) => (a === undefined || b === undefined ? undefined : Math.min(a, b)));
}

/** A watch from a version that the server does not know, as after a restore of etcd, is silent: list after so many. */
const mostFruitlessWatches = 3;

/** The server ends a watch after five to ten minutes: spread, as its own clients ask. */
const watchSeconds = 300;

class Reflection {
  isSynced = false;
  lastContact: number | undefined;
  readonly stopping = new AbortController();
  readonly #options: ReflectorOptions;
  readonly #backoff: Backoff;
  readonly #now: () => number;
  /** Versions by `namespace/name`; neither part can hold a slash. */
  readonly #known = new Map<string, string>();
  /** Where to watch from; undefined: a list is needed. */
  #version: string | undefined;
  /** Steps in a row that did not work out. */
  #attempts = 0;
  #fruitless = 0;
  readonly #log: FailureLog;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#backoff = {
      baseMilliseconds: 500,
      mostMilliseconds: 30_000,
      random: Math.random,
      ...options.backoff,
    };
    this.#now = options.now ?? Date.now;
    this.#log = new FailureLog(`\`${options.path}\` is followed`, options.onNote);
  }

  async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const waitMilliseconds =
        this.#version === undefined ? await this.#list() : await this.#watch(this.#version);
      if (waitMilliseconds > 0) await pause(waitMilliseconds, signal);
    }
  }

  /** @returns how long to wait before the next step, as all steps do. */
  async #list(): Promise<number> {
    const seen = new Set<string>();
    let [limit, next] = [this.#options.pageSize ?? 250, ''];
    for (;;) {
      const page = await fetchPage(this.#options, { limit, next, signal: this.stopping.signal });
      if ('problem' in page) {
        if (page.kind !== 'tooLarge' || limit === 1) return this.#listFailed(page);
        limit = Math.ceil(limit / 4);
        continue;
      }
      this.#touch();
      for (const item of page.items) {
        seen.add(keyOf(item));
        this.#store(item);
      }
      next = page.next;
      if (next === '') return this.#finishList(seen, page.version);
    }
  }

  #listFailed(failure: Failure): number {
    this.#log.failed(failure);
    this.#attempts += 1;
    return this.#waitMilliseconds(failure);
  }

  /** Nothing awaits from the last page to here, so that no event can be told after a stop. */
  #finishList(seen: ReadonlySet<string>, version: string): number {
    if (this.stopping.signal.aborted) return 0;
    for (const key of this.#known.keys()) if (!seen.has(key)) this.#drop(key);
    this.#version = version;
    this.#fruitless = 0;
    this.isSynced = true;
    this.#log.worked();
    this.#options.onEvent({ kind: 'synced' });
    return 0;
  }

  async #watch(version: string): Promise<number> {
    const { cluster, idleSeconds = 90, stableMilliseconds = 5_000 } = this.#options;
    const timeoutSeconds = Math.round(watchSeconds * (1 + this.#backoff.random()));
    const started = performance.now();
    let failure: Failure | undefined;
    this.#fruitless += 1;
    const end = await cluster.watchPath(watchPathOf(this.#options, version, timeoutSeconds), {
      idleSeconds,
      signal: this.stopping.signal,
      ...acceptOf(this.#options, ''),
      onContact: () => this.#touch(),
      onValue: (value) => {
        failure = this.#take(value);
        return failure === undefined && !this.stopping.signal.aborted;
      },
    });
    if (end.kind === 'failed') failure = end.failure;
    if (this.#needsList(failure)) this.#version = undefined;
    // A broken connection and an expired version are everyday matters; if more is wrong, the next list will say so.
    if (failure !== undefined && failure.kind !== 'unreachable' && failure.status !== 410)
      this.#log.failed(failure);
    this.#attempts = performance.now() - started >= stableMilliseconds ? 0 : this.#attempts + 1;
    return this.#waitMilliseconds(failure);
  }

  /** The server's own wish counts, within our limits. */
  #waitMilliseconds(failure: Failure | undefined): number {
    const asked = Math.min((failure?.retryAfterSeconds ?? 0) * 1_000, this.#backoff.mostMilliseconds);
    const ours = this.#attempts === 0 ? 0 : delayMilliseconds(this.#attempts, this.#backoff);
    return Math.max(asked, ours);
  }

  /** A broken connection, a timeout and "not now" are no reason to list; any other word of the server is. */
  #needsList(failure: Failure | undefined): boolean {
    if (this.#fruitless >= mostFruitlessWatches) return true;
    return failure !== undefined && failure.kind !== 'unreachable' && failure.status !== 429;
  }

  /** One event; a failure ends the watch. */
  #take(value: unknown): Failure | undefined {
    const { cluster, path } = this.#options;
    const event = decodeEvent(value);
    if (event === undefined)
      return unusable('malformed', cluster.server, `a watch of \`${path}\` sent an unknown event`);
    if (event.kind === 'error')
      return refused(`WATCH ${path}`, numberAt(event.status, 'code') ?? 500, { body: event.status });
    this.#fruitless = 0;
    this.#apply(event);
    return undefined;
  }

  #apply(event: Exclude<WatchEvent, { kind: 'error' }>): void {
    if (event.kind === 'bookmark') {
      this.#version = event.version;
      return;
    }
    this.#version = event.item.version;
    if (event.kind === 'stored') this.#store(event.item);
    else this.#drop(keyOf(event.item));
  }

  #store(item: Item): void {
    const key = keyOf(item);
    const known = this.#known.get(key);
    if (known === item.version || this.stopping.signal.aborted) return;
    this.#known.set(key, item.version);
    const { namespace, name, object } = item;
    this.#options.onEvent({ kind: known === undefined ? 'add' : 'update', namespace, name, object });
  }

  #drop(key: string): void {
    if (!this.#known.delete(key)) return;
    const [namespace = '', name = ''] = key.split('/');
    this.#options.onEvent({ kind: 'delete', namespace, name });
  }

  #touch(): void {
    this.lastContact = this.#now();
  }
}

function keyOf({ namespace, name }: Item): string {
  return `${namespace}/${name}`;
}
