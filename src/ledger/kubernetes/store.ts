/** What the ledger needs of whoever stores its resources: one by one, each write on condition of the version before. */

/** A resource's `spec`; `write` names the write, so that one whose answer was lost is recognised. */
export interface Spec {
  readonly object: string;
  readonly write: string;
  /** Everything: the rest is for people. */
  readonly state: unknown;
  readonly current: string;
  readonly requested: string;
  readonly granted: string;
  readonly reversals: number;
  /** RFC 3339; empty where nothing was refused for now. */
  readonly nextChangeAllowed: string;
}

export type Fetched =
  | { readonly kind: 'found'; readonly version: string; readonly spec: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly problem: string };

export type Written =
  | { readonly kind: 'written'; readonly version: string }
  /** It is not as it was: written by another, made, or deleted. */
  | { readonly kind: 'conflict' }
  /** It may have been written all the same. */
  | { readonly kind: 'failed'; readonly problem: string };

/** None of these rejects, and each ends in seconds. */
export interface LedgerStore {
  /** Never older than the last write that anybody was told of. */
  fetch(name: string): Promise<Fetched>;
  create(name: string, spec: Spec): Promise<Written>;
  replace(name: string, version: string, spec: Spec): Promise<Written>;
}
