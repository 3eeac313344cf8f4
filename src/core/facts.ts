import type { Change } from './change.ts';
import type { History } from './history.ts';
import type { Parameter } from './parameter.ts';

/** What a rule may know besides its parameter: read before deciding, in memory. */
export interface Facts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly change: Change;
  /** The proposed object; the stored one on DELETE. Never recorded whole. */
  readonly object: unknown;
  /** The stored object; undefined on CREATE. */
  readonly oldObject: unknown;
  /** Labels of the object, of its parent for `/scale`. */
  readonly labels: ReadonlyMap<string, string>;
  /** Of a parameter of this object, by name; undefined: not known now, which is an evaluation error for the rules that need it. */
  readonly readHistory: (parameter: string) => History | undefined;
  /** What objects hold of a sum; undefined: not known now, as it is wherever objects are not followed. */
  readonly readMembers?: (wanted: WantedMembers) => readonly Member[] | undefined;
}

export interface WantedMembers {
  /** With its instance: `quota.hard[requests.cpu]`. One kind of object has it. */
  readonly parameter: string;
  readonly isCounted: (namespace: string) => boolean;
}

/** What one object holds of a sum: the greatest of its stored value and of those that are admitted and may yet land. */
export interface Member {
  readonly namespace: string;
  readonly name: string;
  /** In smallest units. */
  readonly value: bigint;
}

/** A value computed from facts, or why it could not be: an error is a third outcome, never "no match". */
export type Evaluated<T> =
  | { readonly ok: true; readonly value: T; readonly used?: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly error: string };

export type Computed<T> = (facts: Facts) => Evaluated<T>;

/** On CREATE there is nothing to compare with; on UPDATE an absent value is one that is being added. */
export function isNew(parameter: Parameter, facts: Facts): boolean {
  return facts.change.operation === 'CREATE' && parameter.current === undefined;
}
