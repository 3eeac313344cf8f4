import type { Definition } from '../catalogue/kind.ts';
import type { Actor, Operation } from '../core/change.ts';
import type { GuardError } from '../core/evaluate.ts';
import type { Guard } from '../core/guard.ts';

/** What a request is matched by. Label lookups are lazy: most policies do not need them. */
export interface Query {
  readonly group: string;
  /** For a subresource, of the object it belongs to: `/scale` of a Deployment is a Deployment. */
  readonly kind: string;
  readonly subresource: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly operation: Operation;
  readonly actor: Actor;
  /** Milliseconds since the epoch: exceptions expire. */
  readonly now: number;
  /** Of the object (both stored and proposed count), of its parent for `/scale`; undefined: cannot be known now. */
  readLabels(): readonly ReadonlyMap<string, string>[] | undefined;
  readNamespaceLabels(): ReadonlyMap<string, string> | undefined;
}

/** A parameter that policies define themselves, by RFC 9535 path, for any kind. */
export interface CustomParameter {
  readonly definition: Definition;
  /** Finds the one node: its RFC 6901 pointer and value; undefined where absent; an error where not unique. */
  locate(
    object: unknown,
  ): { readonly path: string; readonly value: unknown } | undefined | { readonly error: string };
}

/** What governs one request. */
export interface Selection {
  readonly guards: readonly Guard[];
  readonly parameters: readonly CustomParameter[];
  /** Policies that could not be matched, for lack of facts. */
  readonly errors: readonly GuardError[];
}

/** All policies in force: compiled, indexed, immutable. A reload makes a new one. */
export interface PolicySet {
  /** SHA-256 of the canonical documents, hex: the same documents have the same hash in any order. */
  readonly hash: string;
  readonly size: number;
  select(query: Query): Selection;
}
