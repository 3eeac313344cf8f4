/**
 * The ledger in one folder. Requests wait for one write and one sync that they share: while one is under way, the next group
 * gathers. The state is the fold of what is durable; readers also see what is on its way.
 */
import type { LedgerEntry, ObjectKey } from '../entry.ts';
import {
  floodedProblem,
  type Health,
  type Ledger,
  type LogRecord,
  mostHolds,
  type Recorded,
} from '../ledger.ts';
import { apply } from '../project.ts';
import {
  type Hold,
  heldObjects,
  hybridClock,
  type KnownValue,
  type LedgerState,
  outstandingHolds,
  overdueHolds,
  readHistory,
  readValues,
  readVersion,
} from '../state.ts';
import type { Journal } from './journal.ts';
import { beatMilliseconds, type Lock } from './lock.ts';
import { Pending } from './pending.ts';
import { type Clock, type Files, messageOf } from './port.ts';
import { type Item, itemOf, Queue } from './queue.ts';
import type { Recovered } from './recover.ts';
import type { Place } from './snapshot-file.ts';
import { type Settings, Snapshots } from './snapshots.ts';

interface Parts {
  readonly files: Files;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly lock: Lock;
}

/** What is only appended waits so long for a group to go with. */
const lingerMilliseconds = 1000;

/** Between attempts after a failure; short, since while it lasts nothing is admitted that adds risk. */
const pauseMilliseconds = 250;

/** The first line after a time in which nothing could be written. */
interface InterruptionRecord {
  readonly kind: 'Interruption';
  readonly since: number;
  readonly problem: string;
}

export class FileLedger implements Ledger {
  readonly #parts: Parts;
  readonly #complain: Settings['complain'];
  readonly #snapshots: Snapshots;
  readonly #state: LedgerState;
  readonly #pending: Pending;
  readonly #queue = new Queue();
  readonly now: () => number;
  #health: Health = { status: 'writable' };
  #draining: Promise<void> | undefined;
  #cancelFlush: (() => void) | undefined;
  #cancelBeat: () => void;
  #isFlushDue = false;
  #isClosed = false;

  constructor(parts: Parts, { state, gap }: Recovered, settings: Settings) {
    this.#parts = parts;
    this.#complain = settings.complain;
    this.#snapshots = new Snapshots(parts.files, parts.clock, settings);
    this.#state = state;
    this.#pending = new Pending(state);
    this.now = hybridClock(parts.clock.now, state);
    this.#cancelBeat = parts.clock.after(beatMilliseconds, () => this.#beat());
    if (gap !== undefined) this.append(gap);
  }

  readHistory(object: ObjectKey, parameter: string): ReturnType<typeof readHistory> {
    return readHistory(this.#pending.view(object), object, parameter);
  }

  readHolds(object: ObjectKey): Hold[] {
    return outstandingHolds(this.#pending.view(object), object);
  }

  readOverdueHolds(): Hold[] {
    return overdueHolds(this.#state, this.now());
  }

  readHeldObjects(): ObjectKey[] {
    return heldObjects(this.#state);
  }

  readValues(object: ObjectKey): Map<string, KnownValue> {
    return readValues(this.#pending.view(object), object);
  }

  readVersion(object: ObjectKey): string | undefined {
    return readVersion(this.#pending.view(object), object);
  }

  readHealth(): Health {
    return this.#health;
  }

  /** The fold of what is durable, for snapshots and comparison. */
  readState(): LedgerState {
    return this.#state;
  }

  /** The last durable line. */
  readPlace(): Place {
    return this.#parts.journal.place;
  }

  record(entries: readonly LedgerEntry[]): Promise<Recorded> {
    if (entries.length === 0) return Promise.resolve({ ok: true });
    const problem = this.#refusal(entries);
    if (problem !== undefined) return Promise.resolve({ ok: false, problem });
    return new Promise((settle) => {
      for (const entry of entries) this.#push(itemOf(entry, { settle }));
      this.#drain();
    });
  }

  #refusal(entries: readonly LedgerEntry[]): string | undefined {
    if (this.#isClosed) return 'the ledger is closed';
    const isFlood = ({ kind, object }: LedgerEntry): boolean =>
      kind === 'Hold' && (this.#pending.view(object).objects.get(object)?.holds.size ?? 0) >= mostHolds;
    if (entries.some(isFlood)) return floodedProblem();
    // Between attempts; `append` and its timer try again.
    return this.#health.status === 'failing' && this.#cancelFlush !== undefined
      ? this.#health.problem
      : undefined;
  }

  append(record: LogRecord): void {
    if (this.#isClosed) return;
    const item = itemOf(record);
    // A gap is known at once, whether it can be written or not.
    if (item.entry?.kind === 'Gap') this.#apply(item);
    this.#push(item);
    this.#flushLater(lingerMilliseconds);
  }

  #push(item: Item): void {
    if (item.entry !== undefined && !item.isApplied) this.#pending.add(item.entry);
    this.#queue.push(item);
  }

  #flushLater(milliseconds: number): void {
    this.#cancelFlush ??= this.#parts.clock.after(milliseconds, () => {
      this.#cancelFlush = undefined;
      this.#isFlushDue = true;
      this.#drain();
    });
  }

  #drain(): void {
    this.#draining ??= this.#writeGroups().finally(() => {
      this.#draining = undefined;
      if (this.#queue.length === 0 || this.#isClosed) return;
      // Somebody came between the last look and now.
      if (this.#queue.isAwaited || this.#isFlushDue) this.#drain();
      else this.#flushLater(lingerMilliseconds);
    });
  }

  async #writeGroups(): Promise<void> {
    while (this.#queue.isAwaited || (this.#isFlushDue && this.#queue.length > 0)) {
      this.#cancelFlush?.();
      this.#cancelFlush = undefined;
      this.#isFlushDue = false;
      if (!(await this.#writeGroup(this.#queue.take()))) return;
    }
  }

  async #writeGroup(group: readonly Item[]): Promise<boolean> {
    try {
      const lost = await this.#parts.lock.check();
      if (lost !== undefined) throw new Error(lost);
      const now = this.now();
      await this.#parts.journal.write(group.map(({ text, entry }) => ({ text, at: entry?.at ?? now })));
    } catch (error) {
      this.#fail(group, messageOf(error));
      return false;
    }
    this.#succeed(group);
    return true;
  }

  #succeed(group: readonly Item[]): void {
    for (const item of group) this.#apply(item);
    this.#health = { status: 'writable' };
    this.#pending.reset(this.#queue.entries);
    for (const { call } of group) call?.settle({ ok: true });
    this.#snapshots.keepUp(this.#state, this.#parts.journal);
  }

  /** Whoever waits is told; what nobody waits for counts from now on, and is written when that can be done. */
  #fail(group: readonly Item[], problem: string): void {
    const all = [...group, ...this.#queue.take()];
    const kept = all.filter(({ call }) => call === undefined);
    for (const item of kept) this.#apply(item);
    if (this.#health.status === 'writable') {
      const since = this.now();
      const interruption: InterruptionRecord = { kind: 'Interruption', since, problem };
      kept.unshift(itemOf(interruption));
      this.#health = { status: 'failing', problem, since };
    } else this.#health = { ...this.#health, problem };
    this.#queue.putBack(kept);
    this.#pending.reset([]);
    this.#flushLater(pauseMilliseconds);
    for (const { call } of all) call?.settle({ ok: false, problem });
  }

  #apply(item: Item): void {
    if (item.entry !== undefined && !item.isApplied) apply(this.#state, item.entry);
    item.isApplied = true;
  }

  #beat(): void {
    this.#parts.lock.beat().catch((error: unknown) => this.#complain(`the lock: ${messageOf(error)}`));
    this.#cancelBeat = this.#parts.clock.after(beatMilliseconds, () => this.#beat());
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelBeat();
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    await this.#draining;
    this.#isFlushDue = true;
    this.#drain();
    await this.#draining;
    await this.#snapshots.settle();
    await this.#parts.journal.close();
    await this.#parts.lock.release();
  }
}
