import { describe, expect, it } from 'vitest';
import { type RateSpec, rate } from '../../../../src/core/rules/rate.ts';
import { type Recalled, recall, time } from './recall.ts';

const within = time('10m');
const sum: RateSpec = { change: 12n, within };
const count: RateSpec = { changes: 2, within };
const both: RateSpec = { change: 12n, changes: 2, within };
const mine: RateSpec = { change: 12n, changes: 2, within, by: 'actor' };
const used8 = { now: '5m', moved: '1m 10>15, 2m 15>12' };

type Case = [name: string, spec: RateSpec, change: string, past: Recalled, expected: string];

const limit = 'dynamics, RateExceeded: at most';

describe('the sum of movements', () => {
  it.each<Case>([
    ['is whole at first', sum, '10 -> 22', { now: '0s' }, `-2..22, ${limit} 12 in 10m, 0 used`],
    ['counts up and down alike', sum, '12 -> 16', used8, `8..16, ${limit} 12 in 10m, 8 used`],
    ['opens when enough has left', sum, '12 -> 17', used8, `8..16, ${limit} 12 in 10m, 8 used; opens 11m`],
    ['opens later for more', sum, '12 -> 22', used8, `8..16, ${limit} 12 in 10m, 8 used; opens 12m`],
    [
      'never opens for more than the whole',
      sum,
      '12 -> 25',
      used8,
      `8..16, ${limit} 12 in 10m, 8 used; a single change may never be so large`,
    ],
    [
      'may be overspent',
      sum,
      '50 -> 51',
      { now: '5m', moved: '1m 10>50' },
      `50, ${limit} 12 in 10m, 40 used; opens 11m`,
    ],
    [
      'keeps what is at the very end of the window',
      sum,
      '22 -> 23',
      { now: '10m59s999ms', moved: '1m 10>22' },
      `22, ${limit} 12 in 10m, 12 used; opens 11m`,
    ],
    [
      'and lets it go a moment later',
      sum,
      '22 -> 23',
      { now: '11m', moved: '1m 10>22' },
      `10..34, ${limit} 12 in 10m, 0 used`,
    ],
    [
      'counts what is in the future',
      sum,
      '22 -> 23',
      { now: '1m', moved: '2m 10>22' },
      `22, ${limit} 12 in 10m, 12 used; opens 12m`,
    ],
    [
      'counts all that left at once',
      sum,
      '22 -> 33',
      { now: '5m', moved: '1m 10>16, 1m 16>22' },
      `22, ${limit} 12 in 10m, 12 used; opens 11m`,
    ],
    ['does not let a number be removed', sum, '10 -> -', { now: '0s' }, `-2..22, ${limit} 12 in 10m, 0 used`],
    [
      'is exact beyond 64 bits',
      { change: 10n ** 30n, within },
      `0 -> ${10n ** 30n}`,
      { now: '1m', moved: '0s 0>1' },
      `-${'9'.repeat(30)}..${'9'.repeat(30)}, ${limit} 1${'0'.repeat(30)} in 10m, 1 used; opens 10m`,
    ],
  ])('%s', (_, spec, change, past, expected) => {
    expect(recall(rate(spec), change, past)).toBe(expected);
  });
});

describe('the number of movements', () => {
  it.each<Case>([
    ['bounds no size', count, '10 -> 999', { now: '0s' }, `.., ${limit} 2 changes in 10m, 0 used`],
    ['is used up', count, '12 -> 13', used8, `12, ${limit} 2 changes in 10m, 2 used; opens 11m`],
    [
      'of one is said so',
      { changes: 1, within },
      '10 -> 11',
      { now: '0s' },
      `.., ${limit} 1 change in 10m, 0 used`,
    ],
    [
      'does not let a number be removed',
      count,
      '10 -> -',
      { now: '0s' },
      `..9 | 10 | 11.., ${limit} 2 changes in 10m, 0 used`,
    ],
    [
      'opens when both fit',
      both,
      '12 -> 22',
      used8,
      `12, ${limit} 12 and 2 changes in 10m, 8 and 2 used; opens 12m`,
    ],
    [
      'bounds an absent value, too',
      count,
      '- -> 5',
      used8,
      `nothing, ${limit} 2 changes in 10m, 2 used; opens 11m`,
    ],
    ['of which there may be more', count, '- -> 5', { now: '0s' }, `.., ${limit} 2 changes in 10m, 0 used`],
  ])('%s', (_, spec, change, past, expected) => {
    expect(recall(rate(spec), change, past)).toBe(expected);
  });

  it('counts the movements of a choice, which have no size', () => {
    const traits = { type: 'choice', notation: 'text' } as const;
    const past = { now: '5m', moved: '1m a>b, 2m b>c', traits };
    expect(recall(rate(count), 'c -> a', past)).toBe(`{c}, ${limit} 2 changes in 10m, 2 used; opens 11m`);
    expect(recall(rate(count), 'c -> a', { ...past, now: '11m' })).toBe(
      `{any}, ${limit} 2 changes in 10m, 1 used`,
    );
  });
});

describe('by actor', () => {
  it.each<Case>([
    [
      'others do not count',
      mine,
      '12 -> 24',
      { now: '5m', moved: '1m 0>12 by rl' },
      `0..24, ${limit} 12 and 2 changes in 10m by this actor, 0 and 0 used`,
    ],
    [
      'own ones do',
      mine,
      '12 -> 24',
      { now: '5m', moved: '1m 0>12' },
      `12, ${limit} 12 and 2 changes in 10m by this actor, 12 and 1 used; opens 11m`,
    ],
  ])('%s', (_, spec, change, past, expected) => {
    expect(recall(rate(spec), change, past)).toBe(expected);
  });

  it('what is forgotten may be anyone’s', () => {
    const past = { now: '5m', forgotten: { until: time('1m'), change: 5n, changes: 1, reversals: 0 } };
    expect(recall(rate(mine), '12 -> 24', past)).toBe(
      `5..19, ${limit} 12 and 2 changes in 10m by this actor, 5 and 1 used; opens 11m`,
    );
  });
});

describe('what is forgotten', () => {
  it('counts as if all of it were at its end', () => {
    const past = {
      now: '5m',
      moved: '4m 10>11',
      forgotten: { until: time('3m'), change: 11n, changes: 1, reversals: 0 },
    };
    expect(recall(rate(both), '11 -> 13', past)).toBe(
      `11, ${limit} 12 and 2 changes in 10m, 12 and 2 used; opens 13m`,
    );
  });
});

describe('on a new object', () => {
  it('the last value of the name is the base', () => {
    const past = { now: '5m', moved: '1m 10>15', last: 15n, operation: 'CREATE' } as const;
    expect(recall(rate(sum), '- -> 30', past)).toBe(
      `8..22, ${limit} 12 in 10m, 5 used; a single change may never be so large`,
    );
    expect(recall(rate(sum), '- -> 25', past)).toBe(`8..22, ${limit} 12 in 10m, 5 used; opens 11m`);
  });

  it('without one only the number counts', () => {
    expect(recall(rate(both), '- -> 900', { now: '0s', operation: 'CREATE' })).toBe(
      `.., ${limit} 12 and 2 changes in 10m, 0 and 0 used`,
    );
  });
});

it('is an error where the history is not known', () => {
  expect(recall(rate(sum), '10 -> 11', { now: '0s', isUnknown: true })).toBe(
    'error: FactsStale: the history of `n` is not known now',
  );
});
