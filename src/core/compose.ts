/** Intersects the limits of one parameter, tier by tier, into the region that is admitted. */
import { type AppliedLimit, type Tier, tiers } from './limit.ts';
import type { Parameter } from './parameter.ts';
import { distance } from './project.ts';
import {
  attribute,
  contains,
  type Edge,
  everything,
  type Interval,
  intersect,
  isEmpty,
  type NumericRegion,
  only,
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
    if (members.length === 0) continue;
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
    return only('choice', contains(region, current) ? current : undefined);
  }
  const home = typeof current === 'bigint' ? current : 0n;
  const ranked = gaps(region, goal).sort(
    (a, b) =>
      compare(a.size, b.size) || compare(distance(a.at, home), distance(b.at, home)) || compare(a.at, b.at),
  );
  const nearest = ranked.slice(0, 1).map(({ at, by }): Edge => ({ at, by }));
  return { kind: 'numeric', intervals: nearest.map((edge) => ({ low: edge, high: edge })) };
}

/** The edge `at` of ours that faces theirs, and how far away they are. */
interface Gap extends Edge {
  readonly at: bigint;
  readonly size: bigint;
}

function gaps(region: NumericRegion, goal: NumericRegion): Gap[] {
  return region.intervals.flatMap((ours) => goal.intervals.flatMap((theirs) => gapBetween(ours, theirs)));
}

function gapBetween(ours: Interval, theirs: Interval): Gap[] {
  return [...gapUp(ours.high, theirs.low), ...gapDown(ours.low, theirs.high)];
}

function gapUp({ at, by }: Edge, { at: far }: Edge): Gap[] {
  return at === undefined || far === undefined || far < at ? [] : [{ at, by, size: far - at }];
}

function gapDown({ at, by }: Edge, { at: far }: Edge): Gap[] {
  return at === undefined || far === undefined || far > at ? [] : [{ at, by, size: at - far }];
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
