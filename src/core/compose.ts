/** Intersects the limits of one parameter, tier by tier, into the region that is admitted. */
import { type AppliedLimit, type Tier, tiers } from './limit.ts';
import type { Parameter } from './parameter.ts';
import { distance } from './project.ts';
import {
  attribute,
  contains,
  everything,
  type Interval,
  intersect,
  isEmpty,
  type NumericRegion,
  type Region,
} from './region.ts';

export interface Composition {
  readonly region: Region;
  /** Limits of one tier that leave nothing between them: nothing but current is admitted. */
  readonly conflict?: readonly AppliedLimit[];
  /** The tiers that did not meet the stricter ones, and gave way to the nearest point. */
  readonly yielded: readonly Tier[];
}

/** Order-independent: the result depends on the set of limits alone. */
export function compose(limits: readonly AppliedLimit[], parameter: Parameter): Composition {
  let region = everything(parameter.type);
  const yielded: Tier[] = [];
  for (const tier of tiers) {
    const members = limits.filter((limit) => limit.tier === tier);
    const common = members.reduce(
      (sum, limit) => intersect(sum, attribute(limit.admits, limit.id)),
      everything(parameter.type),
    );
    if (isEmpty(common)) return { region: common, yielded, ...conflictOf(members) };
    const met = intersect(region, common);
    if (isEmpty(met)) yielded.push(tier);
    region = isEmpty(met) ? nearestPoint(region, common, parameter) : met;
  }
  return { region, yielded };
}

/** A limit that is empty by itself is a refusal, not a conflict. */
function conflictOf(members: readonly AppliedLimit[]): Pick<Composition, 'conflict'> {
  return members.some((limit) => isEmpty(limit.admits)) ? {} : { conflict: members };
}

/** The point of `region` nearest to `goal`; ties go to the nearer to current, then the smaller. Choices have no metric. */
function nearestPoint(region: Region, goal: Region, { current }: Parameter): Region {
  if (region.kind === 'choice' || goal.kind === 'choice') {
    return contains(region, current) && typeof current === 'string'
      ? { kind: 'choice', allowed: new Set([current]) }
      : { kind: 'choice', allowed: new Set() };
  }
  const home = typeof current === 'bigint' ? current : 0n;
  const ranked = gaps(region, goal).sort(
    (a, b) =>
      compare(a.size, b.size) || compare(distance(a.at, home), distance(b.at, home)) || compare(a.at, b.at),
  );
  const [best] = ranked;
  /* v8 ignore next -- both sets are non-empty and disjoint, so there is a gap */
  if (best === undefined) return region;
  const edge = { at: best.at, by: best.by };
  return { kind: 'numeric', intervals: [{ low: edge, high: edge }] };
}

interface Gap {
  readonly at: bigint;
  readonly by: readonly string[];
  readonly size: bigint;
}

function gaps(region: NumericRegion, goal: NumericRegion): Gap[] {
  return region.intervals.flatMap((ours) => goal.intervals.flatMap((theirs) => gapBetween(ours, theirs)));
}

function gapBetween(ours: Interval, theirs: Interval): Gap[] {
  const isOursBelow =
    ours.high.at !== undefined && theirs.low.at !== undefined && ours.high.at < theirs.low.at;
  const [near, far] = isOursBelow ? [ours.high, theirs.low] : [ours.low, theirs.high];
  /* v8 ignore next -- disjoint intervals have finite facing edges */
  if (near.at === undefined || far.at === undefined) return [];
  return [{ at: near.at, by: near.by, size: distance(near.at, far.at) }];
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
