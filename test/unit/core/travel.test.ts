import { describe, expect, it } from 'vitest';
import type { Amount } from '../../../src/core/amount.ts';
import { leastOf, rangeOf, reachOf, type TravelBounds, travelOf } from '../../../src/core/travel.ts';

const none: TravelBounds = { steps: [], rates: [], cooldowns: [], quantum: 1n };
const whole = { ...none, least: 4n, greatest: 40n };
const units = (size: bigint): Amount => ({ kind: 'absolute', units: size });
const share = (percent: bigint): Amount => ({ kind: 'percent', hundredths: percent * 100n });

it('rangeOf needs both ends, and is never negative', () => {
  expect(rangeOf(none)).toBeUndefined();
  expect(rangeOf({ least: 4n })).toBeUndefined();
  expect(rangeOf({ least: 4n, greatest: 40n })).toBe(36n);
  expect(rangeOf({ least: 40n, greatest: 4n })).toBe(0n);
});

it('leastOf leaves out what is not known', () => {
  expect(leastOf([undefined, 3n, undefined, 2n])).toBe(2n);
  expect(leastOf([undefined])).toBeUndefined();
});

describe('reachOf', () => {
  it.each<[string, TravelBounds, bigint | undefined, bigint | undefined]>([
    ['nothing', none, undefined, undefined],
    ['the range', whole, 36n, 36n],
    ['a step to one side', { ...none, steps: [{ increase: units(3n) }] }, 3n, undefined],
    [
      'the smallest step',
      { ...none, steps: [{ increase: units(3n) }, { increase: units(2n) }] },
      2n,
      undefined,
    ],
    ['the sum of a window', { ...none, rates: [{ change: 5n, within: 1 }] }, 5n, 5n],
    ['a share of what nothing bounds', { ...none, steps: [{ increase: share(10n) }] }, undefined, undefined],
    ['no share at all', { ...none, steps: [{ increase: share(0n), decrease: share(0n) }] }, 0n, 0n],
    ['a share, at its worst beginning', { ...whole, steps: [{ increase: share(50n) }] }, 13n, 36n],
    ['a share of the maximum, downwards', { ...whole, steps: [{ decrease: share(50n) }] }, 36n, 20n],
    ['a share that is larger than the range', { ...whole, steps: [{ increase: share(10_000n) }] }, 36n, 36n],
    [
      'a share of values below zero, of the farthest from it',
      { ...none, least: -40n, greatest: 10n, steps: [{ increase: share(50n) }] },
      20n,
      50n,
    ],
    [
      'a share below the grid',
      { ...whole, quantum: 3n, steps: [{ increase: share(1n), decrease: share(1n) }] },
      3n,
      3n,
    ],
  ])('is bounded by %s', (_, bounds, increase, decrease) => {
    expect(reachOf(bounds, 'increase')).toBe(increase);
    expect(reachOf(bounds, 'decrease')).toBe(decrease);
  });
});

describe('travelOf', () => {
  it.each<[string, TravelBounds, { milliseconds: number; changes: bigint } | undefined]>([
    ['an open range', { ...none, least: 4n }, undefined],
    ['a range of one value', { ...none, least: 4n, greatest: 4n }, { milliseconds: 0, changes: 0n }],
    ['no movement', { ...whole, steps: [{ increase: units(0n) }] }, undefined],
    ['nothing but the range', whole, { milliseconds: 0, changes: 1n }],
    ['a step', { ...whole, steps: [{ increase: units(10n) }] }, { milliseconds: 0, changes: 4n }],
    [
      'a share, which grows',
      { ...whole, steps: [{ increase: share(50n) }] },
      { milliseconds: 0, changes: 6n },
    ],
    [
      'a step and a rest before each but the first',
      { ...whole, steps: [{ increase: units(10n) }], cooldowns: [{ increase: 1_000, decrease: 9_000 }] },
      { milliseconds: 3_000, changes: 4n },
    ],
    [
      'a sum, which is spent anew when the window has passed',
      { ...whole, rates: [{ change: 10n, within: 1_000 }] },
      { milliseconds: 3_000, changes: 4n },
    ],
    [
      'a number of changes in a window',
      { ...whole, steps: [{ increase: units(10n) }], rates: [{ changes: 3, within: 1_000 }] },
      { milliseconds: 1_000, changes: 4n },
    ],
    [
      'more changes than are counted one by one',
      {
        ...none,
        least: 1n,
        greatest: 40_001n,
        rates: [{ change: 2n, within: 1 }],
        steps: [{ increase: share(1n) }],
      },
      { milliseconds: 19_999, changes: 20_100n },
    ],
  ])('is bounded by %s', (_, bounds, expected) => {
    expect(travelOf(bounds, 'increase')).toEqual(expected);
  });

  it('goes down by shares as well', () => {
    const bounds = { ...whole, steps: [{ decrease: share(50n) }] };
    expect(travelOf(bounds, 'decrease')).toEqual({ milliseconds: 0, changes: 4n });
  });
});
