import { type Amount, describeAmount, resolveAmount } from '../amount.ts';
import type { Rule } from '../guard.ts';
import { outsideGap } from '../region.ts';

/** Changes smaller than the band are not worth an actuation: current is kept. */
export function deadband(band: Amount): Rule {
  return (parameter) => {
    const { current, quantum } = parameter;
    if (typeof current !== 'bigint') return undefined;
    const reach = resolveAmount(band, current, quantum);
    if (reach === 0n) return undefined;
    return {
      rule: 'deadband',
      tier: 'dynamics',
      reason: 'WithinDeadband',
      admits: outsideGap(current, reach),
      detail: `changes below ${describeAmount(band, current, parameter)} keep current`,
    };
  };
}
