/** Projection: the point of a region that is granted for what was requested. */

import type { Parameter, Value } from './parameter.ts';
import { between, contains, type Interval, intersect, type NumericRegion, type Region } from './region.ts';

type Proposal = Pick<Parameter, 'current' | 'requested' | 'quantum'>;

/**
 * The granted value: `requested` itself where admitted; else the nearest admitted point between current and
 * requested, so that a clamp does not move further than was asked (a deadband keeps current); else the nearest
 * point of the region. A removed number and a refused choice fall back to current. Undefined: nothing to grant.
 */
export function project(region: Region, proposal: Proposal): Value | undefined {
  const { current, requested } = proposal;
  if (contains(region, requested)) return requested;
  if (region.kind === 'choice') return contains(region, current) ? current : undefined;
  if (typeof requested !== 'bigint') {
    return typeof current === 'bigint'
      ? nearest(region, { current, requested: current, quantum: proposal.quantum })
      : undefined;
  }
  if (typeof current === 'bigint') {
    const asked = current < requested ? between(current, requested) : between(requested, current);
    const within = nearest(intersect(region, asked), { ...proposal, requested });
    if (within !== undefined) return within;
  }
  return nearest(region, { ...proposal, requested });
}

/** Nearest to `requested`; of two equally near the one nearer to current, then the smaller. */
function nearest(
  region: NumericRegion,
  { current, requested, quantum }: Proposal & { requested: bigint },
): bigint | undefined {
  let best: bigint | undefined;
  for (const interval of region.intervals) {
    const candidate = snap(interval, requested, quantum);
    if (best === undefined || isNearer(candidate, best, requested, current)) best = candidate;
  }
  return best;
}

function isNearer(a: bigint, b: bigint, requested: bigint, current: Value | undefined): boolean {
  const byRequest = distance(a, requested) - distance(b, requested);
  if (byRequest !== 0n) return byRequest < 0n;
  const byCurrent = typeof current === 'bigint' ? distance(a, current) - distance(b, current) : 0n;
  return byCurrent === 0n ? a < b : byCurrent < 0n;
}

/** The interval's point nearest to `requested`, moved inwards to the grid, and never across the other edge. */
function snap({ low, high }: Interval, requested: bigint, quantum: bigint): bigint {
  if (low.at !== undefined && requested < low.at) {
    const up = low.at + modulo(-low.at, quantum);
    return high.at !== undefined && up > high.at ? low.at : up;
  }
  if (high.at !== undefined && requested > high.at) {
    const down = high.at - modulo(high.at, quantum);
    return low.at !== undefined && down < low.at ? high.at : down;
  }
  return requested;
}

function modulo(value: bigint, quantum: bigint): bigint {
  return ((value % quantum) + quantum) % quantum;
}

export function distance(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b;
}
