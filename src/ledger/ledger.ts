/** What every backend of the ledger is: history that is read from memory, and entries that are durable once recorded. */
import type { History } from '../core/history.ts';
import type { LedgerEntry, ObjectKey } from './entry.ts';
import type { Hold, KnownValue } from './state.ts';

/** Any JSON object with a kind: an entry, which the ledger folds, or a record it only keeps, such as a decision. */
export interface LogRecord {
  readonly kind: string;
}

export type Recorded =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly problem: string;
      /** The ledger works, but its history has moved since it was read: to be decided again. */
      readonly isContended?: true;
    };

export type Health =
  | { readonly status: 'writable' }
  /** Nothing can be made durable now. Reading goes on, and so do attempts to write. */
  | { readonly status: 'failing'; readonly problem: string; readonly since: number };

export interface Ledger {
  /** Other replicas write it, too: what is known can be behind, and the ledger itself tells of bypasses, when they are certain. */
  readonly isShared?: boolean;
  /** Milliseconds since the epoch; never behind an entry, never running backwards. */
  now(): number;
  /** Undefined where the past of this object is not known now. */
  readHistory(object: ObjectKey, parameter: string): History | undefined;
  /** Holds that may yet land, also those that are still being recorded. */
  readHolds(object: ObjectKey): readonly Hold[];
  /** Of all objects, those of which nothing was heard for 90 s at `now()`. */
  readOverdueHolds(): readonly Hold[];
  /** Of which there are holds that may yet land; to be asked once, when the ledger was opened. */
  readHeldObjects?(): readonly ObjectKey[];
  readValues(object: ObjectKey): ReadonlyMap<string, KnownValue>;
  /** The last version of an object that was charged or seen, also by a process before this one. */
  readVersion?(object: ObjectKey): string | undefined;
  readHealth(): Health;
  /**
   * For what must not be acted on before it is durable: holds. Resolves when all of `entries` are, or with why they are
   * not: then they count for nothing, though a crash before the next success may bring them back as holds that expire.
   */
  record(entries: readonly LedgerEntry[]): Promise<Recorded>;
  /**
   * For what is true whether or not it is recorded: outcomes, bypasses, seen values, decisions. Never waits, never throws;
   * durable with the next group or within a second, and tried again until it is.
   */
  append(record: LogRecord): void;
  /** Resolves when all that can be written is. What is recorded from now on is refused. */
  close(): Promise<void>;
}

/** A base version that so many changes were admitted on is being flooded: no more are, until some expire. */
export const mostHolds = 1024;
export function floodedProblem(most: number = mostHolds): string {
  return `an object has ${most} outstanding changes`;
}
