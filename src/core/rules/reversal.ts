import { formatDuration } from '../duration.ts';
import type { Rule } from '../guard.ts';
import {
  chargesWithin,
  type Direction,
  directionOf,
  lastDirection,
  opensWhen,
  reversalsOf,
  sumOf,
} from '../history.ts';
import type { Parameter } from '../parameter.ts';
import { anyValue, readPast } from '../past.ts';
import { between, contains, type Region } from '../region.ts';

export interface ReversalSpec {
  /** How many changes of direction there may be in the window. */
  readonly max: number;
  /** The length of the window, in milliseconds. */
  readonly within: number;
}

/**
 * Oscillation: a movement against the direction of the one before it is a reversal, and so many may be in any window.
 * To go on in the same direction is always possible. A choice has no direction.
 */
export function reversal(spec: ReversalSpec): Rule {
  return (parameter, facts) => {
    const past = readPast(parameter, facts);
    if (!past.ok) return { error: past.error };
    const { history, base } = past.value;
    if (typeof base !== 'bigint') return undefined;
    const window = { now: facts.now, within: spec.within };
    const reversals = reversalsOf(history);
    const { changes } = sumOf(chargesWithin(reversals, window));
    const last = lastDirection(history);
    const admits = changes < spec.max ? anyValue(parameter, base) : regionAfter(last, parameter, base);
    const isExcluded = !contains(admits, parameter.requested);
    const opens = opensWhen(reversals, window, (spent) => spent.changes < spec.max);
    return {
      rule: 'reversal',
      tier: 'dynamics',
      reason: 'DirectionReversed',
      admits,
      detail: `at most ${countOf(spec.max)} in ${formatDuration(spec.within)}, ${changes} used, ${describe(last)}`,
      ...(isExcluded && opens !== undefined && directionOf(base, parameter.requested) !== undefined
        ? { opensAt: opens }
        : {}),
    };
  };
}

/** What is no reversal. Where the last direction is not kept, either may be one. */
function regionAfter(last: Direction | 'unknown' | undefined, parameter: Parameter, base: bigint): Region {
  if (last === undefined) return anyValue(parameter, base);
  return between(last === 'decrease' ? undefined : base, last === 'increase' ? undefined : base);
}

function countOf(max: number): string {
  return max === 1 ? '1 reversal' : `${max} reversals`;
}

function describe(last: Direction | 'unknown' | undefined): string {
  if (last === undefined) return 'never moved';
  return last === 'unknown' ? 'last direction not kept' : `last an ${last}`.replace('an d', 'a d');
}
