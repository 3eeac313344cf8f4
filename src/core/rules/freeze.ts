import { isNew } from '../facts.ts';
import type { Rule } from '../guard.ts';
import type { Parameter } from '../parameter.ts';
import { between, only, type Region } from '../region.ts';

/** What is forbidden; by capacity, not by value: a higher CPU target is less capacity. */
export type Forbidden = 'AnyChange' | 'LessCapacity' | 'MoreCapacity';

export interface FreezeWindow {
  /** Milliseconds since the epoch; `until` is exclusive. */
  readonly from: number;
  readonly until: number;
}

export interface FreezeSpec {
  readonly forbid: Forbidden;
  /** The window that covers `now`, if one does. */
  readonly windowAt: (now: number) => FreezeWindow | undefined;
}

/** Windows of time in which nothing, or only one direction, moves. */
export function freeze(spec: FreezeSpec): Rule {
  return (parameter, facts) => {
    const window = spec.windowAt(facts.now);
    if (window === undefined || isNew(parameter, facts)) return undefined;
    const admits = directionRegion(spec.forbid, parameter);
    if (admits === undefined) return undefined;
    return {
      rule: 'freeze',
      tier: 'objective',
      reason: 'Frozen',
      admits,
      detail: `${spec.forbid} is forbidden until ${new Date(window.until).toISOString()}`,
      opensAt: window.until,
    };
  };
}

/** The values that do not move in the forbidden direction; undefined where the parameter has no such direction. */
export function directionRegion(forbid: Forbidden, parameter: Parameter): Region | undefined {
  const { current, capacity, type } = parameter;
  if (forbid === 'AnyChange') return only(type, current);
  if (typeof current !== 'bigint' || capacity === 'none') return undefined;
  const forbidsHigher = (forbid === 'MoreCapacity') === (capacity === 'more');
  return forbidsHigher ? between(undefined, current) : between(current, undefined);
}
