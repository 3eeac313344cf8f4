import { type Amount, describeAmount, resolveAmount } from '../amount.ts';
import type { Rule } from '../guard.ts';
import { formatValue } from '../parameter.ts';
import { between } from '../region.ts';
import { type Bound, evaluateBound } from './range.ts';

export interface DriftSpec {
  /** The value that distance is measured from. */
  readonly from: Bound;
  readonly max: Amount;
}

/** Total distance from an anchor, however many small steps it took. */
export function drift(spec: DriftSpec): Rule {
  return (parameter, facts) => {
    const anchor = evaluateBound(spec.from, facts, parameter);
    if (!anchor.ok) return { error: `drift.from: ${anchor.error}` };
    const reach = resolveAmount(spec.max, anchor.value, parameter.quantum);
    return {
      rule: 'drift',
      tier: 'hard',
      reason: 'DriftTooFar',
      admits: between(anchor.value - reach, anchor.value + reach),
      detail: `within ${describeAmount(spec.max, anchor.value, parameter)} of the anchor ${formatValue(anchor.value, parameter)}`,
      used: anchor.used ?? new Map(),
    };
  };
}
