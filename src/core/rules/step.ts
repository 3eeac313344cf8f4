import { type Amount, describeAmount, resolveAmount } from '../amount.ts';
import type { Rule } from '../guard.ts';
import { formatValue, type Parameter } from '../parameter.ts';
import { between } from '../region.ts';

/** Undefined: that direction is not bounded. */
export interface StepSpec {
  readonly increase?: Amount;
  readonly decrease?: Amount;
}

/** One change moves at most so far from current, by direction of the value. Without a current value: no opinion. */
export function step(spec: StepSpec): Rule {
  return (parameter) => {
    const { current, quantum } = parameter;
    if (typeof current !== 'bigint') return undefined;
    const high =
      spec.increase === undefined ? undefined : current + resolveAmount(spec.increase, current, quantum);
    const low =
      spec.decrease === undefined ? undefined : current - resolveAmount(spec.decrease, current, quantum);
    const admits = between(low, high);
    return {
      rule: 'step',
      tier: 'dynamics',
      reason: 'StepTooLarge',
      admits,
      detail: describe(spec, parameter, current),
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
