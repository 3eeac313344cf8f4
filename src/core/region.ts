/**
 * Admissible sets. Numeric: a finite union of disjoint closed intervals, ascending, each finite edge carrying the
 * ids of the limits that set it. Choice: a finite set, or any.
 */
import type { Value } from './parameter.ts';

/** `at` undefined: unbounded on that side. */
export interface Edge {
  readonly at: bigint | undefined;
  readonly by: readonly string[];
}

export interface Interval {
  readonly low: Edge;
  readonly high: Edge;
}

export type Region =
  | { readonly kind: 'numeric'; readonly intervals: readonly Interval[] }
  | { readonly kind: 'choice'; readonly allowed: ReadonlySet<string> | 'any' };

export type NumericRegion = Extract<Region, { kind: 'numeric' }>;

const open: Edge = { at: undefined, by: [] };

export const everyNumber: NumericRegion = { kind: 'numeric', intervals: [{ low: open, high: open }] };
export const everyChoice: Region = { kind: 'choice', allowed: 'any' };

export function everything(type: string): Region {
  return type === 'choice' ? everyChoice : everyNumber;
}

/** `[low, high]`; undefined is unbounded; empty where low > high. */
export function between(low: bigint | undefined, high: bigint | undefined): NumericRegion {
  if (low !== undefined && high !== undefined && low > high) return { kind: 'numeric', intervals: [] };
  return { kind: 'numeric', intervals: [{ low: { at: low, by: [] }, high: { at: high, by: [] } }] };
}

export function choices(allowed: Iterable<string>): Region {
  return { kind: 'choice', allowed: new Set(allowed) };
}

/** The set of the current value alone; of nothing, where there is none. */
export function only(type: string, value: Value | undefined): Region {
  if (type === 'choice') return choices(typeof value === 'string' ? [value] : []);
  return typeof value === 'bigint' ? between(value, value) : { kind: 'numeric', intervals: [] };
}

/** All but the open gaps `(center-reach, center)` and `(center, center+reach)`: what a deadband leaves. */
export function outsideGap(center: bigint, reach: bigint): NumericRegion {
  const edge = (at: bigint): Edge => ({ at, by: [] });
  return {
    kind: 'numeric',
    intervals: [
      { low: open, high: edge(center - reach) },
      { low: edge(center), high: edge(center) },
      { low: edge(center + reach), high: open },
    ],
  };
}

/** The same set with every finite edge attributed to `id`. */
export function attribute(region: Region, id: string): Region {
  if (region.kind === 'choice') return region;
  const name = (edge: Edge): Edge => (edge.at === undefined ? edge : { at: edge.at, by: [id] });
  return {
    kind: 'numeric',
    intervals: region.intervals.map(({ low, high }) => ({ low: name(low), high: name(high) })),
  };
}

/** An absent number (undefined) lies only in the unlimited set. */
export function contains(region: Region, value: Value | undefined): boolean {
  if (region.kind === 'choice')
    return typeof value === 'string' && (region.allowed === 'any' || region.allowed.has(value));
  if (typeof value !== 'bigint') return isEverything(region);
  return region.intervals.some(({ low, high }) => !isBelow(value, low) && !isAbove(value, high));
}

export function isEmpty(region: Region): boolean {
  return region.kind === 'numeric'
    ? region.intervals.length === 0
    : region.allowed !== 'any' && region.allowed.size === 0;
}

export function isEverything(region: Region): boolean {
  if (region.kind === 'choice') return region.allowed === 'any';
  return region.intervals.some(({ low, high }) => low.at === undefined && high.at === undefined);
}

function isBelow(value: bigint, low: Edge): boolean {
  return low.at !== undefined && value < low.at;
}

function isAbove(value: bigint, high: Edge): boolean {
  return high.at !== undefined && value > high.at;
}

/**
 * The common part; where two edges coincide both provenances are kept, so the result has no order. Numbers and
 * choices have nothing in common.
 */
export function intersect(a: NumericRegion, b: NumericRegion): NumericRegion;
export function intersect(a: Region, b: Region): Region;
export function intersect(a: Region, b: Region): Region {
  if (a.kind === 'choice') return b.kind === 'choice' ? intersectChoices(a.allowed, b.allowed) : choices([]);
  if (b.kind === 'choice') return between(1n, 0n);
  const intervals: Interval[] = [];
  for (const one of a.intervals) {
    for (const other of b.intervals) {
      const low = tighter(one.low, other.low, (x, y) => x > y);
      const high = tighter(one.high, other.high, (x, y) => x < y);
      if (low.at === undefined || high.at === undefined || low.at <= high.at) intervals.push({ low, high });
    }
  }
  return { kind: 'numeric', intervals };
}

function intersectChoices(a: ReadonlySet<string> | 'any', b: ReadonlySet<string> | 'any'): Region {
  if (a === 'any') return { kind: 'choice', allowed: b };
  if (b === 'any') return { kind: 'choice', allowed: a };
  return choices([...a].filter((value) => b.has(value)).sort());
}

function tighter(a: Edge, b: Edge, isTighter: (x: bigint, y: bigint) => boolean): Edge {
  if (a.at === undefined) return b;
  if (b.at === undefined) return a;
  if (a.at === b.at) return { at: a.at, by: [...new Set([...a.by, ...b.by])].sort() };
  return isTighter(a.at, b.at) ? a : b;
}
