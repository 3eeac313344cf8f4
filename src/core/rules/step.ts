import { type Amount, describeAmount, resolveAmount } from '../amount.ts';
import type { Rule } from '../guard.ts';
import { formatValue, type Parameter } from '../parameter.ts';
import { baseValue } from '../past.ts';
import { between } from '../region.ts';

/** Undefined: that direction is not bounded. */
export interface StepSpec {
  readonly increase?: Amount;
  readonly decrease?: Amount;
}

/**
 * One change moves at most so far from current, by direction of the value. A new object goes on from the last value of
 * its name; without one: no opinion.
 */
export function step(spec: StepSpec): Rule {
  return (parameter, facts) => {
    const base = baseValue(parameter, facts);
    if (!base.ok) return { error: base.error };
    const { value: from } = base;
    if (typeof from !== 'bigint') return undefined;
    const { quantum } = parameter;
    const high = spec.increase === undefined ? undefined : from + resolveAmount(spec.increase, from, quantum);
    const low = spec.decrease === undefined ? undefined : from - resolveAmount(spec.decrease, from, quantum);
    const admits = between(low, high);
    return {
      rule: 'step',
      tier: 'dynamics',
      reason: 'StepTooLarge',
      admits,
      detail: describe(spec, parameter, from),
    };
  };
}

function describe(spec: StepSpec, parameter: Parameter, current: bigint): string {
  const isDecrease = typeof parameter.requested === 'bigint' && parameter.requested < current;
  const amount = isDecrease ? spec.decrease : spec.increase;
  const sign = isDecrease ? '-' : '+';
  if (amount === undefined) return `bounds only ${isDecrease ? 'increases' : 'decreases'}`;
  const size = resolveAmount(amount, current, parameter.quantum);
  const edge = formatValue(isDecrease ? current - size : current + size, parameter);
  return amount.kind === 'percent'
    ? `${sign}${describeAmount(amount, current, parameter)} is ${edge}`
    : `${sign}${describeAmount(amount, current, parameter)} from ${formatValue(current, parameter)} is ${edge}`;
}
