import type { Evaluated, Facts } from '../facts.ts';
import type { Rule } from '../guard.ts';
import { formatValue, type Parameter } from '../parameter.ts';
import { between } from '../region.ts';

/** A literal in smallest units, or computed from facts for this parameter. */
export type Bound = bigint | ((facts: Facts, parameter: Parameter) => Evaluated<bigint>);

export interface RangeSpec {
  readonly min?: Bound;
  readonly max?: Bound;
}

/** Amplitude: the value lies in [min, max]. Tier hard: nothing widens it. */
export function range(spec: RangeSpec): Rule {
  return (parameter, facts) => {
    const min = evaluateSide(spec.min, facts, parameter);
    const max = evaluateSide(spec.max, facts, parameter);
    if (!min.ok) return { error: `range.min: ${min.error}` };
    if (!max.ok) return { error: `range.max: ${max.error}` };
    const isBelow =
      typeof parameter.requested === 'bigint' && min.value !== undefined && parameter.requested < min.value;
    return {
      rule: 'range',
      tier: 'hard',
      reason: isBelow ? 'BelowMinimum' : 'AboveMaximum',
      admits: between(min.value, max.value),
      detail: describe(min.value, max.value, parameter),
      used: new Map([...(min.used ?? []), ...(max.used ?? [])]),
    };
  };
}

function evaluateSide(
  bound: Bound | undefined,
  facts: Facts,
  parameter: Parameter,
): Evaluated<bigint | undefined> {
  return bound === undefined ? { ok: true, value: undefined } : evaluateBound(bound, facts, parameter);
}

/** The bound's value for this parameter, with the values that it read. */
export function evaluateBound(bound: Bound, facts: Facts, parameter: Parameter): Evaluated<bigint> {
  return typeof bound === 'function' ? bound(facts, parameter) : { ok: true, value: bound };
}

function describe(min: bigint | undefined, max: bigint | undefined, parameter: Parameter): string {
  if (min === undefined) return `at most ${formatValue(max, parameter)}`;
  if (max === undefined) return `at least ${formatValue(min, parameter)}`;
  return `${formatValue(min, parameter)}..${formatValue(max, parameter)}`;
}
