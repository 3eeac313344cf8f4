/** What is to be written, in order. Bounded: records that nobody waits for give way, are counted, and the log says so. */
import type { FoldedEntry, GapEntry } from '../entry.ts';
import type { LogRecord, Recorded } from '../ledger.ts';
import { isFolded } from '../project.ts';

/** One `record()`; settled once, with its group. */
export interface Call {
  readonly settle: (recorded: Recorded) => void;
}

export interface Item {
  readonly text: string;
  readonly entry: FoldedEntry | undefined;
  /** Undefined: nobody waits, it is kept until it is written. */
  readonly call: Call | undefined;
  /** It counts already, since it is true although it could not be written. */
  isApplied: boolean;
}

/** A decision is some 2 KiB: at 100 in a second, nearly three minutes of a disk that does not take them. */
export const mostQueuedCharacters = 32 * 1024 * 1024;

/** Written where records were dropped: the log has a hole, and says of which size. */
export interface DroppedRecord {
  readonly kind: 'Dropped';
  readonly records: number;
}

export function itemOf(record: LogRecord, call?: Call): Item {
  const entry = isFolded(record) ? record : undefined;
  return { text: JSON.stringify(record), entry, call, isApplied: false };
}

export class Queue {
  #items: Item[] = [];
  #characters = 0;
  #awaited = 0;
  #dropped = 0;
  #gap: GapEntry | undefined;

  get length(): number {
    return this.#items.length;
  }

  /** Whether somebody waits. */
  get isAwaited(): boolean {
    return this.#awaited > 0;
  }

  get entries(): FoldedEntry[] {
    return this.#items.flatMap(({ entry, isApplied }) => (entry === undefined || isApplied ? [] : [entry]));
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#characters += item.text.length;
    if (item.call !== undefined) this.#awaited += 1;
    while (this.#characters > mostQueuedCharacters && this.#drop());
  }

  /** All, in order, with what has to be said of those that were dropped. */
  take(): Item[] {
    const taken = [...this.#losses(), ...this.#items];
    this.#items = [];
    this.#characters = 0;
    this.#awaited = 0;
    this.#dropped = 0;
    this.#gap = undefined;
    return taken;
  }

  /** Puts back what could not be written, before what came since. */
  putBack(items: readonly Item[]): void {
    const since = this.#items;
    this.#items = [];
    this.#characters = 0;
    this.#awaited = 0;
    for (const item of [...items, ...since]) this.push(item);
  }

  #losses(): Item[] {
    const dropped: DroppedRecord = { kind: 'Dropped', records: this.#dropped };
    return [
      ...(this.#dropped === 0 ? [] : [itemOf(dropped)]),
      ...(this.#gap === undefined ? [] : [itemOf(this.#gap)]),
    ];
  }

  /**
   * The oldest that does not count, or counts already. An entry that is dropped leaves a gap: what reads the log later knows no more
   * than that. False where nothing can go: what is being waited for is bounded by its callers.
   */
  #drop(): boolean {
    const at = this.#items.findIndex(
      ({ entry, call, isApplied }) => call === undefined && (entry === undefined || isApplied),
    );
    const [item] = at < 0 ? [] : this.#items.splice(at, 1);
    if (item === undefined) return false;
    this.#characters -= item.text.length;
    this.#dropped += 1;
    if (item.entry !== undefined) this.#gap = widen(this.#gap, item.entry);
    return true;
  }
}

function widen(gap: GapEntry | undefined, entry: FoldedEntry): GapEntry {
  const [from, until] = entry.kind === 'Gap' ? [entry.from, entry.until] : [entry.at, entry.at];
  return {
    kind: 'Gap',
    at: Math.max(gap?.at ?? 0, entry.at),
    from: Math.min(gap?.from ?? from, from),
    until: Math.max(gap?.until ?? until, until),
    why: 'the disk took nothing for too long',
  };
}
