import { describe, expect, it } from 'vitest';
import {
  type Charge,
  chargesOf,
  chargesWithin,
  directionOf,
  lastDirection,
  lastMovementAt,
  noHistory,
  opensWhen,
  reversalsOf,
  runOfProposals,
  sumOf,
} from '../../../src/core/history.ts';
import { historyOf } from './rules/recall.ts';

const forgotten = { until: 500, change: 7n, changes: 3, reversals: 2 };

/** `1000: 2 (1)`: the time, the size, the number. */
function show(charges: readonly Charge[]): string {
  return charges.map(({ at, change, changes }) => `${at}: ${change} (${changes})`).join(', ');
}

it('an empty history has nothing to say', () => {
  expect(chargesOf(noHistory)).toEqual([]);
  expect(reversalsOf(noHistory)).toEqual([]);
  expect(lastDirection(noHistory)).toBeUndefined();
  expect(lastMovementAt(noHistory)).toBeUndefined();
  expect(runOfProposals(noHistory, () => true)).toEqual([]);
});

describe('charges', () => {
  it('are the sizes of movements, whatever their direction', () => {
    expect(show(chargesOf(historyOf({ moved: '1s 10>12, 2s 12>5, 3s 5>5' })))).toBe(
      '1000: 2 (1), 2000: 7 (1), 3000: 0 (1)',
    );
  });

  it('of choices, and of numbers that come or go, have no size', () => {
    expect(show(chargesOf(historyOf({ moved: '1s a>b, 2s ->5, 3s 5>-' })))).toBe(
      '1000: 0 (1), 2000: 0 (1), 3000: 0 (1)',
    );
  });

  it('of one actor leave out all others, but not what is forgotten', () => {
    const history = historyOf({ moved: '1s 1>2 by rl, 2s 2>4', forgotten });
    expect(show(chargesOf(history, 'rl'))).toBe('500: 7 (3), 1000: 1 (1)');
    expect(show(chargesOf(history))).toBe('500: 7 (3), 1000: 1 (1), 2000: 2 (1)');
  });

  it('add up', () => {
    expect(sumOf(chargesOf(historyOf({ moved: '1s 1>2', forgotten })))).toEqual({ change: 8n, changes: 4 });
    expect(sumOf([])).toEqual({ change: 0n, changes: 0 });
  });
});

describe('a window', () => {
  const charges = chargesOf(historyOf({ moved: '1s 0>1, 2s 1>3, 9s 3>6' }));
  it.each([
    [1_000, 1_000, '1000: 1 (1), 2000: 2 (1), 9000: 3 (1)'],
    [1_999, 1_000, '1000: 1 (1), 2000: 2 (1), 9000: 3 (1)'],
    [2_000, 1_000, '2000: 2 (1), 9000: 3 (1)'],
    [10_000, 1_000, ''],
  ])('at %d of %d ms holds %j', (now, within, expected) => {
    expect(show(chargesWithin(charges, { now, within }))).toBe(expected);
  });

  it.each([
    ['now, where all fits', 3_000n, 3_000],
    ['when the first has left', 5n, 11_000],
    ['when the first two have', 4n, 12_000],
    ['when all have', 0n, 19_000],
  ])('opens %s', (_, most, expected) => {
    const window = { now: 3_000, within: 10_000 };
    expect(opensWhen(charges, window, ({ change }) => change <= most)).toBe(expected);
  });

  it('never opens for what an empty one does not hold', () => {
    expect(opensWhen(charges, { now: 3_000, within: 10_000 }, () => false)).toBeUndefined();
    expect(opensWhen([], { now: 3_000, within: 10_000 }, () => false)).toBeUndefined();
  });

  it('opens by time, whatever the order of the log', () => {
    const window = { now: 3_000, within: 10_000 };
    expect(opensWhen(charges.toReversed(), window, ({ change }) => change <= 5n)).toBe(11_000);
  });
});

describe('reversals', () => {
  it.each([
    ['1s 1>2, 2s 2>3', ''],
    ['1s 1>2, 2s 2>1, 3s 1>0, 4s 0>5', '2000: 0 (1), 4000: 0 (1)'],
    ['1s 1>2, 2s 2>2, 3s 2>3', ''],
    ['1s 1>2, 2s 2>-, 3s ->9, 4s 9>8', '4000: 0 (1)'],
    ['1s a>b, 2s b>a', ''],
  ])('of %s', (moved, expected) => {
    expect(show(reversalsOf(historyOf({ moved })))).toBe(expected);
  });

  it('count on from what is forgotten', () => {
    const moved = '1s 1>2, 2s 2>3';
    expect(show(reversalsOf(historyOf({ moved, forgotten })))).toBe('500: 0 (2), 1000: 0 (1)');
    const up = { ...forgotten, direction: 'increase' } as const;
    expect(show(reversalsOf(historyOf({ moved, forgotten: up })))).toBe('500: 0 (2)');
    const empty = { ...forgotten, changes: 0, reversals: 0 };
    expect(show(reversalsOf(historyOf({ moved, forgotten: empty })))).toBe('500: 0 (0)');
  });
});

describe('the last', () => {
  it('direction is that of the last movement that has one', () => {
    expect(lastDirection(historyOf({ moved: '1s 1>2, 2s 2>-' }))).toBe('increase');
    expect(lastDirection(historyOf({ moved: '1s 2>1', forgotten }))).toBe('decrease');
    expect(lastDirection(historyOf({ forgotten }))).toBe('unknown');
    expect(lastDirection(historyOf({ forgotten: { ...forgotten, changes: 0 } }))).toBeUndefined();
    expect(lastDirection(historyOf({ forgotten: { ...forgotten, changes: 0, direction: 'increase' } }))).toBe(
      'increase',
    );
    expect(lastDirection(historyOf({ forgotten: { ...forgotten, direction: 'decrease' } }))).toBe('decrease');
  });

  it('movement is the latest of all', () => {
    expect(lastMovementAt(historyOf({ moved: '1s 1>2, 3s 2>-, 2s a>b' }))).toBe(3_000);
    expect(lastMovementAt(historyOf({ forgotten }))).toBe(500);
    expect(lastMovementAt(historyOf({ moved: '1s 1>2', forgotten: { ...forgotten, until: 9_000 } }))).toBe(
      9_000,
    );
    expect(lastMovementAt(historyOf({ forgotten: { ...forgotten, changes: 0 } }))).toBeUndefined();
  });
});

it('a run of proposals ends at the first that does not continue it', () => {
  const history = historyOf({ proposed: '1s 5, 2s 15, 3s 20' });
  const above = runOfProposals(history, ({ requested }) => Number(requested) > 10);
  expect(above.map(({ at }) => at)).toEqual([2_000, 3_000]);
  expect(runOfProposals(history, ({ requested }) => Number(requested) < 10)).toEqual([]);
});

it.each([
  [1n, 2n, 'increase'],
  [2n, 1n, 'decrease'],
  [1n, 1n, undefined],
  [undefined, 1n, undefined],
  [1n, undefined, undefined],
  ['a', 'b', undefined],
])('from %s to %s is %s', (from, to, expected) => {
  expect(directionOf(from, to)).toBe(expected);
});
