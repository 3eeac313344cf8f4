import { type Amount, describeAmount, resolveAmount } from '../amount.ts';
import type { Rule } from '../guard.ts';
import { baseValue } from '../past.ts';
import { outsideGap } from '../region.ts';

/** Changes smaller than the band are not worth an actuation: current, or the last value of the name, is kept. */
export function deadband(band: Amount): Rule {
  return (parameter, facts) => {
    const base = baseValue(parameter, facts);
    if (!base.ok) return { error: base.error };
    const { value: from } = base;
    if (typeof from !== 'bigint') return undefined;
    const reach = resolveAmount(band, from, parameter.quantum);
    if (reach === 0n) return undefined;
    return {
      rule: 'deadband',
      tier: 'dynamics',
      reason: 'WithinDeadband',
      admits: outsideGap(from, reach),
      detail: `changes below ${describeAmount(band, from, parameter)} keep current`,
    };
  };
}
