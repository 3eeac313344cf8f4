/**
 * What the ledger is told, in order: the write-ahead log is these entries, and the state of the ledger is their fold
 * (`project.ts`). Numbers are decimal texts of smallest units.
 */

export type Text = string | null;

/** `apps/Deployment/shop/web`: an object over its lives; subresources are doors of the same object. */
export type ObjectKey = string;

/** One parameter that a change moves. */
export interface Move {
  readonly parameter: string;
  readonly type: string;
  readonly from: Text;
  readonly to: Text;
}

/**
 * A change that /validate admitted, and that may land. At most one hold of a base version can: they are alternatives.
 * A repeat of the same key is the same hold.
 */
export interface HoldEntry {
  readonly kind: 'Hold';
  /** Hash of (object, base resourceVersion, values): repeats and retries of one proposal have one key. */
  readonly key: string;
  readonly at: number;
  readonly object: ObjectKey;
  /** Empty on CREATE. */
  readonly base: string;
  readonly actor: string;
  /** The decision it belongs to. */
  readonly decision: string;
  readonly moves: readonly Move[];
}

export type HoldOutcome = 'committed' | 'void' | 'expired';

/** What became of a hold: by the watch, by the next request's stored object, or by time (90 s). */
export interface OutcomeEntry {
  readonly kind: 'Outcome';
  readonly key: string;
  readonly at: number;
  readonly object: ObjectKey;
  readonly outcome: HoldOutcome;
  /** The version that was seen, where one was. */
  readonly resourceVersion?: string;
}

/** A change that landed with no hold: it is charged, recorded and alerted. */
export interface BypassEntry {
  readonly kind: 'Bypass';
  readonly at: number;
  readonly object: ObjectKey;
  readonly resourceVersion: string;
  /** From managedFields where it can be told; empty otherwise. */
  readonly actor: string;
  readonly moves: readonly Move[];
}

/** What was requested at /mutate: `persistence` counts distinct proposals at least its spacing apart. */
export interface ProposalEntry {
  readonly kind: 'Proposal';
  readonly at: number;
  readonly object: ObjectKey;
  readonly actor: string;
  /** The type where it is known; without it, that of the parameter's history, or `choice`. */
  readonly requested: readonly { readonly parameter: string; readonly type?: string; readonly value: Text }[];
}

/** Values of an object that were seen for the first time, or after its deletion: the base of its history. */
export interface SeenEntry {
  readonly kind: 'Seen';
  readonly at: number;
  readonly object: ObjectKey;
  /** Empty where the object was deleted. */
  readonly resourceVersion: string;
  readonly values: readonly { readonly parameter: string; readonly type: string; readonly value: Text }[];
}

export type LedgerEntry = HoldEntry | OutcomeEntry | BypassEntry | ProposalEntry | SeenEntry;

/**
 * Entries of this span were lost (damage, a missing segment, a full disk for too long), and nobody knows which: for every
 * parameter the span counts as unlimited movement at its end, so that windows that reach into it hold, and others do not.
 */
export interface GapEntry {
  readonly kind: 'Gap';
  readonly at: number;
  readonly from: number;
  readonly until: number;
  readonly why: string;
}

/** What the fold reads. Logs hold other kinds too (decisions), which it ignores. */
export type FoldedEntry = LedgerEntry | GapEntry;
