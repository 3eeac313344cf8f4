import type { Source } from './limit.ts';
import { formatValue, type Parameter } from './parameter.ts';

/** `factor * parameter + offset`, or a constant where `parameter` is undefined; in smallest units, `factor` >= 0. */
export interface Term {
  readonly parameter?: string;
  readonly factor: bigint;
  readonly offset: bigint;
}

/** `left + gap <= right`: every comparison is brought to this form (`a < b` has gap 1, `==` is two of them). */
export interface Relation {
  readonly left: Term;
  readonly right: Term;
  readonly gap: bigint;
  /** As the policy wrote it, for the explanation. */
  readonly text: string;
}

/** A relation with the names of actual parameters, and where it came from. */
export interface BoundRelation extends Relation, Source {
  readonly id: string;
  /** The API server's own rule: left to it where the request itself breaks it. */
  readonly isCoupling?: true;
}

export type Vector = ReadonlyMap<string, bigint>;

/** The term's value; undefined where its parameter has none. */
export function termValue(term: Term, values: Vector): bigint | undefined {
  if (term.parameter === undefined) return term.offset;
  const value = values.get(term.parameter);
  return value === undefined ? undefined : term.factor * value + term.offset;
}

/** A relation about an absent parameter holds: there is nothing to relate. */
export function holds(relation: Relation, values: Vector): boolean {
  const left = termValue(relation.left, values);
  const right = termValue(relation.right, values);
  return left === undefined || right === undefined || left + relation.gap <= right;
}

/** The highest value of the left parameter, or the lowest of the right one, that the other side allows; undefined: any. */
export function boundOf(relation: Relation, side: 'left' | 'right', other: bigint): bigint | undefined {
  const term = relation[side];
  if (term.parameter === undefined || term.factor === 0n) return undefined;
  if (side === 'left') return floorDivide(other - relation.gap - term.offset, term.factor);
  return ceilDivide(other + relation.gap - term.offset, term.factor);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n ? quotient - 1n : quotient;
}

function ceilDivide(a: bigint, b: bigint): bigint {
  return -floorDivide(-a, b);
}

/** `hpa.minReplicas <= hpa.maxReplicas (15)`. */
export function describeRelation(
  relation: Relation,
  values: Vector,
  parameters: ReadonlyMap<string, Parameter>,
): string {
  const shown = [relation.left, relation.right].flatMap(({ parameter }) => {
    const known = parameter === undefined ? undefined : parameters.get(parameter);
    return known === undefined ? [] : [`${known.name} ${formatValue(values.get(known.name), known)}`];
  });
  return shown.length === 0 ? relation.text : `${relation.text}, with ${shown.join(', ')}`;
}
