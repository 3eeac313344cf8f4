/**
 * The ledger as resources of the cluster itself: several replicas share one exact history. A hold is written on condition
 * that nobody has written since the history was read by which it was decided; if somebody has, it is decided again.
 */
import type { BypassEntry, LedgerEntry, ObjectKey } from '../entry.ts';
import { floodedProblem, type Health, type Ledger, type LogRecord, type Recorded } from '../ledger.ts';
import { forgetAbsent, isFolded } from '../project.ts';
import {
  emptyState,
  type Hold,
  hybridClock,
  type KnownValue,
  type LedgerState,
  outstandingHolds,
  overdueHolds,
  readHistory,
  readValues,
} from '../state.ts';
import { nameOf } from './resource.ts';
import { fold, type Item, Slot } from './slot.ts';
import type { LedgerStore } from './store.ts';

/** So many fit into a resource beside its history; more than that on one object is a flood, and has to come again. */
export const mostHolds = 40;

/** What nobody waits for is written seldom: at most so many resources a second, each after so long at the earliest. */
const mostWrites = 10;
const lingerMilliseconds = 2_000;
const tickMilliseconds = 1_000;

/** Below what an admission waits for its hold (2 s). */
const patienceMilliseconds = 1_500;

export interface KubernetesLedgerOptions {
  readonly store: LedgerStore;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
  /** A bypass is certain when it is written: until then, another replica may know who asked. */
  readonly onBypass: (bypass: BypassEntry) => void;
  /** In [0, 1): spreads the writes of replicas that have seen the same. */
  readonly random?: () => number;
}

/** A proposal was refused until a time, which the resource tells people. */
export interface RefusalRecord extends LogRecord {
  readonly kind: 'Refusal';
  readonly object: ObjectKey;
  /** Milliseconds since the epoch. */
  readonly opensAt: number;
}

export class KubernetesLedger implements Ledger {
  readonly isShared = true;
  readonly #options: KubernetesLedgerOptions;
  readonly #view: LedgerState = emptyState();
  readonly #slots = new Map<ObjectKey, Slot>();
  /** By the names of their resources. */
  readonly #objects = new Map<string, ObjectKey>();
  /** Objects whose resource cannot be read. */
  readonly #unknown = new Set<ObjectKey>();
  /** When what waits of an object may be written, on the process's own clock. */
  readonly #due = new Map<ObjectKey, number>();
  readonly #tick: NodeJS.Timeout;
  readonly now: () => number;
  #health: Health = { status: 'writable' };
  /** When a write was last answered, on the process's own clock. */
  #workedAt = 0;
  #isSynced = false;
  #isClosed = false;

  constructor(options: KubernetesLedgerOptions) {
    this.#options = options;
    this.now = hybridClock(options.wall, this.#view);
    this.#tick = setInterval(() => this.#flush(), tickMilliseconds).unref();
  }

  /** A resource as it is stored. One that we did not name is not ours, and is met when its name is needed. */
  receive(name: string, stored: { readonly version: string; readonly spec: unknown }): void {
    const object = (stored.spec as { object?: unknown } | null | undefined)?.object;
    if (typeof object === 'string' && nameOf(object) === name)
      this.#slotOf(object).receive(stored.version, stored.spec);
  }

  /** Somebody has deleted it. */
  lose(name: string): void {
    const object = this.#objects.get(name);
    if (object !== undefined) this.#slots.get(object)?.lose();
  }

  /** All resources were received once: an object of which there is none has no past. */
  markSynced(): void {
    this.#isSynced = true;
  }

  readHistory(object: ObjectKey, parameter: string): ReturnType<typeof readHistory> | undefined {
    if (!this.#isSynced || this.#unknown.has(object)) return undefined;
    return readHistory(this.#view, object, parameter);
  }

  readHolds(object: ObjectKey): Hold[] {
    return outstandingHolds(this.#view, object);
  }

  readOverdueHolds(): Hold[] {
    return overdueHolds(this.#view, this.now());
  }

  readValues(object: ObjectKey): Map<string, KnownValue> {
    return readValues(this.#view, object);
  }

  readHealth(): Health {
    return this.#health;
  }

  async record(entries: readonly LedgerEntry[]): Promise<Recorded> {
    if (this.#isClosed) return { ok: false, problem: 'the ledger is closed' };
    if (entries.some((entry) => this.#isFlood(entry)))
      return { ok: false, isContended: true, problem: floodedProblem(mostHolds) };
    const asked = performance.now();
    const settled = entries.map((entry) => new Promise<Recorded>((settle) => this.#push({ entry, settle })));
    for (const object of new Set(entries.map((entry) => entry.object))) void this.#slotOf(object).drain();
    const all = Promise.all(settled).then(
      (results) => results.find(({ ok }) => !ok) ?? ({ ok: true } as const),
    );
    return this.#inTime(all, asked);
  }

  /** Where the store answers others meanwhile it is not down: too many want the same object. */
  async #inTime(recorded: Promise<Recorded>, asked: number): Promise<Recorded> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Recorded>((resolve) => {
      timer = setTimeout(() => {
        const problem = `it was not written within ${patienceMilliseconds} ms`;
        resolve({ ok: false, problem, ...(this.#workedAt > asked ? { isContended: true } : {}) });
      }, patienceMilliseconds);
    });
    try {
      return await Promise.race([recorded, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  append(record: LogRecord): void {
    if (this.#isClosed) return;
    if (isRefusal(record)) {
      this.#slotOf(record.object).opensAt = record.opensAt;
      this.#delay(record.object);
    }
    if (isFolded(record) && record.kind !== 'Gap') {
      this.#push({ entry: record, settle: undefined });
      this.#delay(record.object);
    }
  }

  /** Resolves when what waits was written, or could not be. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#tick);
    await Promise.all([...this.#slots.values()].filter(({ isIdle }) => !isIdle).map((slot) => slot.drain()));
  }

  #isFlood({ kind, object }: LedgerEntry): boolean {
    return kind === 'Hold' && (this.#view.objects.get(object)?.holds.size ?? 0) >= mostHolds;
  }

  #push(item: Item): void {
    this.#slotOf(item.entry.object).push(item);
    fold(this.#view, item.entry);
  }

  #slotOf(object: ObjectKey): Slot {
    const known = this.#slots.get(object);
    if (known !== undefined) return known;
    const slot = new Slot(object, {
      store: this.#options.store,
      onWrite: (items, problem) => this.#wrote(items, problem),
      onChange: (changed, state) => this.#install(changed, state),
      onConflict: () => this.#worked(),
    });
    this.#slots.set(object, slot);
    this.#objects.set(nameOf(object), object);
    return slot;
  }

  #install(object: ObjectKey, known: LedgerState | undefined): void {
    const it = known?.objects.get(object);
    this.#unknown.delete(object);
    if (known === undefined) this.#unknown.add(object);
    this.#view.absent.delete(object);
    if (it === undefined) this.#view.objects.delete(object);
    else this.#view.objects.set(object, it);
    const absent = known?.absent.get(object);
    if (absent !== undefined) this.#view.absent.set(object, absent);
    this.#view.latest = Math.max(this.#view.latest, known?.latest ?? 0);
    forgetAbsent(this.#view);
    if (this.#slots.get(object)?.isIdle === false) this.#delay(object);
  }

  #wrote(items: readonly Item[], problem: string | undefined): void {
    for (const { entry } of items) if (entry.kind === 'Bypass') this.#options.onBypass(entry);
    if (problem === undefined) this.#worked();
    else if (this.#health.status === 'failing') this.#health = { ...this.#health, problem };
    else this.#health = { status: 'failing', problem, since: this.now() };
  }

  #worked(): void {
    this.#health = { status: 'writable' };
    this.#workedAt = performance.now();
  }

  #delay(object: ObjectKey): void {
    if (this.#due.has(object)) return;
    const spread = 1 + (this.#options.random ?? Math.random)();
    this.#due.set(object, performance.now() + lingerMilliseconds * spread);
  }

  #flush(): void {
    let left = mostWrites;
    for (const [object, at] of this.#due) {
      if (left === 0) return;
      if (at > performance.now()) continue;
      this.#due.delete(object);
      const slot = this.#slots.get(object);
      if (slot === undefined || slot.isIdle) continue;
      left -= 1;
      void slot.drain().then(() => {
        if (!slot.isIdle) this.#delay(object);
      });
    }
  }
}

function isRefusal(record: LogRecord): record is RefusalRecord {
  return record.kind === 'Refusal';
}
