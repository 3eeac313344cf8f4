import { formatDuration } from '../duration.ts';
import type { Rule } from '../guard.ts';
import { type Direction, directionOf, lastMovementAt } from '../history.ts';
import type { Parameter, Value } from '../parameter.ts';
import { anyValue, readPast } from '../past.ts';
import { between, contains, isEverything, only, type Region } from '../region.ts';

/** Milliseconds; undefined: that direction need not wait. */
export interface CooldownSpec {
  readonly increase?: number;
  readonly decrease?: number;
}

/**
 * After a movement, up or down, the value rests for a time before it goes up again, and for a time before it goes
 * down. A choice has no direction: it rests for the longer of the two.
 */
export function cooldown(spec: CooldownSpec): Rule {
  return (parameter, facts) => {
    const past = readPast(parameter, facts);
    if (!past.ok) return { error: past.error };
    const { history, base } = past.value;
    if (base === undefined) return undefined;
    const last = lastMovementAt(history);
    const isCooling = (rest: number | undefined): boolean =>
      rest !== undefined && last !== undefined && facts.now < last + rest;
    const admits = regionOf({ parameter, base, isCooling }, spec);
    const rest = restOf(spec, parameter, base);
    return {
      rule: 'cooldown',
      tier: 'dynamics',
      reason: 'CoolingDown',
      admits,
      detail: describe(spec, last === undefined ? undefined : facts.now - last),
      ...(rest !== undefined && last !== undefined && !contains(admits, parameter.requested)
        ? { opensAt: last + rest }
        : {}),
    };
  };
}

interface Subject {
  readonly parameter: Parameter;
  readonly base: Value;
  readonly isCooling: (rest: number | undefined) => boolean;
}

function regionOf({ parameter, base, isCooling }: Subject, spec: CooldownSpec): Region {
  if (typeof base === 'string')
    return isCooling(longest(spec)) ? only('choice', base) : anyValue(parameter, base);
  const low = isCooling(spec.decrease) ? base : undefined;
  const high = isCooling(spec.increase) ? base : undefined;
  const region = between(low, high);
  return isEverything(region) ? anyValue(parameter, base) : region;
}

/** How long the value rests before it moves as requested; undefined where it need not, or is removed. */
function restOf(spec: CooldownSpec, { requested }: Parameter, base: Value): number | undefined {
  if (typeof base === 'string') return longest(spec);
  const direction = directionOf(base, requested);
  return direction === undefined ? undefined : spec[direction];
}

function longest({ increase = 0, decrease = 0 }: CooldownSpec): number {
  return Math.max(increase, decrease);
}

/** `rests 30s before an increase and 5m before a decrease, moved 2m ago`. */
function describe(spec: CooldownSpec, age: number | undefined): string {
  const directions: readonly Direction[] = ['increase', 'decrease'];
  const rests = directions.flatMap((direction) => {
    const rest = spec[direction];
    const article = direction === 'increase' ? 'an' : 'a';
    return rest === undefined ? [] : [`${formatDuration(rest)} before ${article} ${direction}`];
  });
  const moved = age === undefined ? 'never moved' : `moved ${formatDuration(Math.max(age, 0))} ago`;
  return `rests ${rests.join(' and ')}, ${moved}`;
}
