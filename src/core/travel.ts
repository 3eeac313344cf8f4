/** How far one change goes, and how soon many of them cross the whole range: in the worst case that rules leave. */
import { type Amount, resolveAmount } from './amount.ts';
import type { Direction } from './history.ts';
import type { CooldownSpec } from './rules/cooldown.ts';
import type { RateSpec } from './rules/rate.ts';
import type { StepSpec } from './rules/step.ts';

/** The literal bounds of one number, of all guards that apply together; in smallest units. */
export interface TravelBounds {
  /** Undefined: not bounded below, or above. */
  readonly least?: bigint;
  readonly greatest?: bigint;
  readonly steps: readonly StepSpec[];
  /** Those that count everyone's movements. */
  readonly rates: readonly RateSpec[];
  readonly cooldowns: readonly CooldownSpec[];
  /** Of the grid: what a share comes to at the least. */
  readonly quantum: bigint;
}

/** From one end of the range to the other, counted from the first change to the last. */
export interface Travel {
  /** Milliseconds: no sooner. */
  readonly milliseconds: number;
  /** No fewer. */
  readonly changes: bigint;
}

/** More changes than are counted one by one; of what is left, each goes as far as any can. */
const mostCounted = 10_000;

/** The greatest size of one change; undefined where nothing bounds it. */
export function reachOf(bounds: TravelBounds, direction: Direction): bigint | undefined {
  const caps = bounds.steps.flatMap((step) => {
    const amount = step[direction];
    return amount === undefined ? [] : [greatestShare(amount, bounds, direction)];
  });
  const sums = bounds.rates.map(({ change }) => change);
  return leastOf([...caps, ...sums, rangeOf(bounds)]);
}

/** `greatest - least`; undefined where one of them is open. */
export function rangeOf({ least, greatest }: Pick<TravelBounds, 'least' | 'greatest'>): bigint | undefined {
  if (least === undefined || greatest === undefined) return undefined;
  return greatest > least ? greatest - least : 0n;
}

/** The least of those that are known. */
export function leastOf(values: readonly (bigint | undefined)[]): bigint | undefined {
  return values.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
}

/** A share depends on where the change begins: of all beginnings in the range, the worst. */
function greatestShare(amount: Amount, bounds: TravelBounds, direction: Direction): bigint | undefined {
  if (amount.kind === 'absolute') return amount.units;
  const { least, greatest, quantum } = bounds;
  if (least === undefined || greatest === undefined) return amount.hundredths === 0n ? 0n : undefined;
  const sizeAt = (base: bigint): bigint => resolveAmount(amount, base, quantum);
  if (least < 0n) return sizeAt(-least > greatest ? least : greatest);
  if (direction === 'decrease' || greatest <= least) return sizeAt(greatest);
  // Up from a higher base the share is larger, and what is left below the maximum is smaller: the worst is where they cross.
  const fits = (base: bigint): boolean => sizeAt(base) <= greatest - base;
  const last = lastThat(fits, least, greatest);
  return last === undefined || greatest - last - 1n > sizeAt(last)
    ? greatest - (last ?? least - 1n) - 1n
    : sizeAt(last);
}

/** Of `from..to`, the last for which `holds`, which holds up to some value and not after it. */
function lastThat(holds: (value: bigint) => boolean, from: bigint, to: bigint): bigint | undefined {
  let [low, high] = [from - 1n, to];
  while (low < high) {
    const middle = low + (high - low + 1n) / 2n;
    if (holds(middle)) low = middle;
    else high = middle - 1n;
  }
  return low < from ? undefined : low;
}

/** Undefined where the range is open, or where it cannot be crossed at all. */
export function travelOf(bounds: TravelBounds, direction: Direction): Travel | undefined {
  const range = rangeOf(bounds);
  const reach = reachOf(bounds, direction);
  if (range === undefined || reach === undefined || reach === 0n) return range === 0n ? atOnce : undefined;
  const changes = changesOf(bounds, direction, { range, reach });
  const rests = bounds.cooldowns.map((cooldown) => Number(changes - 1n) * (cooldown[direction] ?? 0));
  const waits = bounds.rates.map(({ change, changes: most, within }) => {
    const bySum = change === undefined ? 1n : ceilDivide(range, change);
    const byCount = most === undefined ? 1n : ceilDivide(changes, BigInt(most));
    return Number((bySum > byCount ? bySum : byCount) - 1n) * within;
  });
  return { milliseconds: Math.max(0, ...rests, ...waits), changes };
}

const atOnce: Travel = { milliseconds: 0, changes: 0n };

/** As few as there can be: each goes as far as it may from where it begins. */
function changesOf(
  bounds: TravelBounds,
  direction: Direction,
  { range, reach }: { readonly range: bigint; readonly reach: bigint },
): bigint {
  const amounts = bounds.steps.flatMap((step) => step[direction] ?? []);
  const { least = 0n, greatest = 0n, quantum } = bounds;
  // Below zero a share shrinks while the value grows, and the farthest change is not always the best.
  if (least < 0n || amounts.every(({ kind }) => kind === 'absolute')) return ceilDivide(range, reach);
  let [left, count] = [range, 0n];
  while (left > 0n && count < mostCounted) {
    const base = direction === 'increase' ? greatest - left : least + left;
    const sizes = amounts.map((amount) => resolveAmount(amount, base, quantum));
    left -= sizes.reduce((a, b) => (a < b ? a : b), reach);
    count += 1n;
  }
  return left > 0n ? count + ceilDivide(left, reach) : count;
}

export function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
