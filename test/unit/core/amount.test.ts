import { describe, expect, it } from 'vitest';
import { type Amount, describeAmount, formatPercent, resolveAmount } from '../../../src/core/amount.ts';
import { asked } from './sample.ts';

const absolute = (units: bigint): Amount => ({ kind: 'absolute', units });
const percent = (hundredths: bigint): Amount => ({ kind: 'percent', hundredths });

describe('resolveAmount', () => {
  it.each([
    ['an absolute amount is itself, whatever the base', absolute(7n), 100n, 10n, 7n],
    ['50% of 10', percent(5_000n), 10n, 1n, 5n],
    ['a share is rounded down', percent(5_000n), 11n, 1n, 5n],
    ['but is one grid step at the least, so that small things can move', percent(1_000n), 4n, 1n, 1n],
    ['also where the grid is coarse', percent(1_000n), 40n, 5n, 5n],
    ['0% is no movement', percent(0n), 100n, 5n, 0n],
    ['of a negative base its magnitude counts', percent(5_000n), -10n, 1n, 5n],
    ['of zero: one step', percent(5_000n), 0n, 1n, 1n],
    ['hundredths of a percent count', percent(125n), 10_000n, 1n, 125n],
  ])('%s', (_, amount, base, quantum, expected) => {
    expect(resolveAmount(amount, base, quantum)).toBe(expected);
  });
});

describe('describeAmount', () => {
  it('names the base of a percentage, and prints an absolute amount as its parameter does', () => {
    const cpu = asked('0 -> 0', { type: 'quantity', notation: 'DecimalSI' });
    expect(describeAmount(percent(5_000n), 10n, asked('10 -> 20'))).toBe('50% of 10');
    expect(describeAmount(absolute(500_000_000n), 10n, cpu)).toBe('500m');
  });
});

it.each([
  [5_000n, '50%'],
  [1_250n, '12.5%'],
  [1_205n, '12.05%'],
  [1_225n, '12.25%'],
  [5n, '0.05%'],
  [0n, '0%'],
])('formatPercent of %s hundredths is %s', (hundredths, text) => {
  expect(formatPercent(hundredths)).toBe(text);
});
