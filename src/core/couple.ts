/**
 * Parameters that are related (minReplicas <= maxReplicas, requests <= limits) are decided together, so that what is
 * granted is valid. Each relation has the form `a <= b` with non-negative factors; such relations are closed under
 * minimum and maximum, so narrowing both sides to their bounds until nothing moves decides whether a solution exists.
 */
import type { Parameter } from './parameter.ts';
import { project } from './project.ts';
import { between, everyNumber, intersect, isEmpty, type NumericRegion } from './region.ts';
import { type BoundRelation, boundOf, holds, termValue, type Vector } from './relation.ts';

/** A number with its own region; one that the request leaves alone stays as it is. */
export interface Candidate {
  readonly parameter: Parameter;
  readonly region: NumericRegion;
}

type Domains = Map<string, NumericRegion>;

/** More rounds than any chain of relations over one object needs; relations that still creep have no solution. */
const mostRounds = 256;

/** The granted values that satisfy every relation, nearest to what was requested; undefined where there are none. */
export function solve(
  candidates: readonly Candidate[],
  relations: readonly BoundRelation[],
): Vector | undefined {
  let domains: Domains = new Map(
    candidates.map((candidate) => [candidate.parameter.name, domainOf(candidate)]),
  );
  if (!propagate(domains, relations)) return undefined;
  const granted = new Map<string, bigint>();
  for (const { parameter } of candidates) {
    const value = project(domainAt(domains, parameter.name), parameter);
    if (typeof value !== 'bigint') return undefined;
    granted.set(parameter.name, value);
    domains = new Map(domains).set(parameter.name, between(value, value));
    if (!propagate(domains, relations)) return undefined;
  }
  return relations.every((relation) => holds(relation, granted)) ? granted : undefined;
}

function domainOf({ parameter, region }: Candidate): NumericRegion {
  const { current, requested } = parameter;
  return typeof current === 'bigint' && current === requested ? between(current, current) : region;
}

/** Of what is no candidate, nothing is known. */
function domainAt(domains: Domains, name: string): NumericRegion {
  return domains.get(name) ?? everyNumber;
}

/** Narrows both sides of each relation until nothing moves; false where a domain became empty. */
function propagate(domains: Domains, relations: readonly BoundRelation[]): boolean {
  for (let round = 0; round < mostRounds; round += 1) {
    const hasMoved = relations.map((relation) => narrow(domains, relation)).includes(true);
    if ([...domains.values()].some(isEmpty)) return false;
    if (!hasMoved) return true;
  }
  return false;
}

function narrow(domains: Domains, relation: BoundRelation): boolean {
  const greatest = extreme(domains, relation, 'right');
  const least = extreme(domains, relation, 'left');
  const high = greatest === undefined ? undefined : boundOf(relation, 'left', greatest);
  const low = least === undefined ? undefined : boundOf(relation, 'right', least);
  const isLeftMoved = tighten(domains, relation.left.parameter, between(undefined, high));
  const isRightMoved = tighten(domains, relation.right.parameter, between(low, undefined));
  return isLeftMoved || isRightMoved;
}

/** The greatest value of the right side, or the least of the left; undefined where unbounded. */
function extreme(domains: Domains, relation: BoundRelation, side: 'left' | 'right'): bigint | undefined {
  const term = relation[side];
  if (term.parameter === undefined) return term.offset;
  const { intervals } = domainAt(domains, term.parameter);
  const edge = side === 'right' ? intervals.at(-1)?.high.at : intervals[0]?.low.at;
  return edge === undefined ? undefined : termValue(term, new Map([[term.parameter, edge]]));
}

function tighten(domains: Domains, name: string | undefined, bound: NumericRegion): boolean {
  const domain = name === undefined ? undefined : domains.get(name);
  if (name === undefined || domain === undefined) return false;
  const narrowed = intersect(domain, bound);
  if (sameHull(narrowed, domain)) return false;
  domains.set(name, narrowed);
  return true;
}

function sameHull(a: NumericRegion, b: NumericRegion): boolean {
  return (
    a.intervals.length === b.intervals.length &&
    a.intervals[0]?.low.at === b.intervals[0]?.low.at &&
    a.intervals.at(-1)?.high.at === b.intervals.at(-1)?.high.at
  );
}
