/**
 * The catalogue: which knobs an object of a kind has, where they are, what they mean. One file per kind; each
 * exports a `Kind`. Pure: it reads plain JSON values and never trusts their shape.
 */
import type { Capacity, Integration, Notation, ParameterType, Value } from '../core/parameter.ts';
import type { Relation } from '../core/relation.ts';

/** What is known of a knob before any object is seen: for lint, schema, docs and the parsing of literals. */
export interface Definition {
  /** Without instances: `containers.requests.cpu`. */
  readonly name: string;
  readonly type: ParameterType;
  readonly capacity: Capacity;
  readonly integration: Integration;
  /** One line for people. */
  readonly description: string;
}

/** One knob found in one object. */
export interface Reading {
  /** With its instance: `containers[web].requests.cpu`. */
  readonly name: string;
  readonly definition: Definition;
  /** RFC 6901 pointer. */
  readonly path: string;
  readonly notation: Notation;
  readonly quantum: bigint;
  readonly value: Value | undefined;
}

/** Where a kind can be changed: the object itself is the empty subresource. */
export interface Door {
  readonly group: string;
  /** Plural: `deployments`. */
  readonly resource: string;
  readonly subresource: string;
}

export type ReadResult =
  | { readonly ok: true; readonly readings: readonly Reading[] }
  /** A governed field that cannot be read is an evaluation error, never "absent". */
  | { readonly ok: false; readonly error: string };

export interface Kind {
  readonly group: string;
  readonly kind: string;
  readonly doors: readonly Door[];
  readonly definitions: readonly Definition[];
  /** What the API server requires between knobs, by bare names. */
  readonly couplings: readonly Relation[];
  /** The knobs of an object as it comes through a door (`/scale` sends a Scale, `/resize` a Pod). */
  read(object: unknown, subresource: string): ReadResult;
}
