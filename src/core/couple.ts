/**
 * Parameters that are related (minReplicas <= maxReplicas, requests <= limits) are decided together, so that what is
 * granted is valid. Each relation has the form `a <= b` with non-negative factors; such relations are closed under
 * minimum and maximum, so narrowing both sides to their bounds until nothing moves decides whether a solution exists.
 */
import type { Parameter } from './parameter.ts';
import { project } from './project.ts';
import { between, everyNumber, intersect, isEmpty, only, type Region } from './region.ts';
import { type BoundRelation, boundOf, holds, termValue, type Vector } from './relation.ts';

/** A parameter with its own region; one that the request leaves alone stays as it is. */
export interface Candidate {
  readonly parameter: Parameter;
  readonly region: Region;
}

type Domains = Map<string, Region>;

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
    const value = project(domains.get(parameter.name) ?? everyNumber, parameter);
    if (typeof value !== 'bigint') return undefined;
    granted.set(parameter.name, value);
    domains = new Map(domains).set(parameter.name, only(parameter.type, value));
    if (!propagate(domains, relations)) return undefined;
  }
  return relations.every((relation) => holds(relation, granted)) ? granted : undefined;
}

function domainOf({ parameter, region }: Candidate): Region {
  return parameter.current === parameter.requested ? only(parameter.type, parameter.current) : region;
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
  const domain = term.parameter === undefined ? undefined : domains.get(term.parameter);
  if (domain === undefined || domain.kind === 'choice') return termValue(term, new Map());
  const interval = side === 'right' ? domain.intervals.at(-1) : domain.intervals[0];
  const edge = side === 'right' ? interval?.high.at : interval?.low.at;
  return edge === undefined || term.parameter === undefined
    ? undefined
    : termValue(term, new Map([[term.parameter, edge]]));
}

function tighten(domains: Domains, name: string | undefined, bound: Region): boolean {
  const domain = name === undefined ? undefined : domains.get(name);
  if (name === undefined || domain === undefined) return false;
  const narrowed = intersect(domain, bound);
  if (sameHull(narrowed, domain)) return false;
  domains.set(name, narrowed);
  return true;
}

function sameHull(a: Region, b: Region): boolean {
  if (a.kind === 'choice' || b.kind === 'choice') return true;
  return (
    a.intervals.length === b.intervals.length &&
    a.intervals[0]?.low.at === b.intervals[0]?.low.at &&
    a.intervals.at(-1)?.high.at === b.intervals.at(-1)?.high.at
  );
}
