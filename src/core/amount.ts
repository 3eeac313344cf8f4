import type { Parameter } from './parameter.ts';
import { formatValue } from './parameter.ts';

/** A size of movement: absolute in smallest units, or a share of a base value in hundredths of a percent. */
export type Amount =
  | { readonly kind: 'absolute'; readonly units: bigint }
  | { readonly kind: 'percent'; readonly hundredths: bigint };

const whole = 10_000n;

/**
 * The amount in smallest units. A percentage is rounded down, but to one grid step at the least, as the HPA
 * controller does: 10% of 4 replicas would otherwise forbid all movement for ever.
 */
export function resolveAmount(amount: Amount, base: bigint, quantum: bigint): bigint {
  if (amount.kind === 'absolute') return amount.units;
  if (amount.hundredths === 0n) return 0n;
  const magnitude = base < 0n ? -base : base;
  const share = (magnitude * amount.hundredths) / whole;
  return share < quantum ? quantum : share;
}

/** `2`, `500m`, `50% of 10`. */
export function describeAmount(amount: Amount, base: bigint, parameter: Parameter): string {
  if (amount.kind === 'percent')
    return `${formatPercent(amount.hundredths)} of ${formatValue(base, parameter)}`;
  return formatValue(amount.units, parameter);
}

export function formatPercent(hundredths: bigint): string {
  const fraction = `${hundredths % 100n}`.padStart(2, '0').replace(/0+$/, '');
  return fraction === '' ? `${hundredths / 100n}%` : `${hundredths / 100n}.${fraction}%`;
}
