import { expect, it } from 'vitest';
import { type ReversalSpec, reversal } from '../../../../src/core/rules/reversal.ts';
import { type Recalled, recall, time } from './recall.ts';

const two: ReversalSpec = { max: 2, within: time('15m') };
const one: ReversalSpec = { max: 1, within: time('15m') };
const none: ReversalSpec = { max: 0, within: time('15m') };
const flapping = '0s 10>12, 6m 12>10, 7m 10>12';
const says = 'dynamics, DirectionReversed: at most';
const forgotten = { until: time('1m'), change: 2n, changes: 1, reversals: 1 };

it.each<[name: string, spec: ReversalSpec, change: string, past: Recalled, expected: string]>([
  [
    'that never moved',
    none,
    '10 -> 500',
    { now: '0s' },
    `.., ${says} 0 reversals in 15m, 0 used, never moved`,
  ],
  [
    'back, with one left',
    two,
    '12 -> 10',
    { now: '8m', moved: '0s 10>12, 6m 12>10, 7m 10>11, 8m 11>12' },
    `12.., ${says} 2 reversals in 15m, 2 used, last an increase; opens 21m`,
  ],
  [
    'back, with none left',
    two,
    '12 -> 10',
    { now: '13m', moved: flapping },
    `12.., ${says} 2 reversals in 15m, 2 used, last an increase; opens 21m`,
  ],
  [
    'on, with none left',
    two,
    '12 -> 14',
    { now: '13m', moved: flapping },
    `12.., ${says} 2 reversals in 15m, 2 used, last an increase`,
  ],
  [
    'back, a moment too early',
    two,
    '12 -> 10',
    { now: '20m59s999ms', moved: flapping },
    `12.., ${says} 2 reversals in 15m, 2 used, last an increase; opens 21m`,
  ],
  [
    'back, just in time',
    two,
    '12 -> 10',
    { now: '21m', moved: flapping },
    `.., ${says} 2 reversals in 15m, 1 used, last an increase`,
  ],
  [
    'more than allowed have happened',
    one,
    '12 -> 10',
    { now: '13m', moved: flapping },
    `12.., ${says} 1 reversal in 15m, 2 used, last an increase; opens 22m`,
  ],
  [
    'up, after down',
    one,
    '8 -> 9',
    { now: '2m', moved: '0s 7>9, 1m 9>8' },
    `..8, ${says} 1 reversal in 15m, 1 used, last a decrease; opens 16m`,
  ],
  [
    'however long ago the last movement was',
    none,
    '12 -> 11',
    { now: '6d', moved: '0s 10>12' },
    `12.., ${says} 0 reversals in 15m, 0 used, last an increase`,
  ],
  [
    'a movement without a direction between',
    one,
    '12 -> 11',
    { now: '9m', moved: '0s 10>12, 1m 12>-, 2m ->13, 3m 13>12' },
    `..12, ${says} 1 reversal in 15m, 1 used, last a decrease`,
  ],
  [
    'after what is forgotten',
    { max: 2, within: time('15m') },
    '12 -> 11',
    { now: '5m', moved: '4m 10>12', forgotten },
    `12.., ${says} 2 reversals in 15m, 2 used, last an increase; opens 16m`,
  ],
  [
    'after what is forgotten but for its direction',
    two,
    '12 -> 11',
    { now: '5m', moved: '4m 10>12', forgotten: { ...forgotten, direction: 'increase' } },
    `.., ${says} 2 reversals in 15m, 1 used, last an increase`,
  ],
  [
    'where all is forgotten, either way may be back',
    one,
    '12 -> 13',
    { now: '5m', forgotten },
    `12, ${says} 1 reversal in 15m, 1 used, last direction not kept; opens 16m`,
  ],
  [
    'where nothing is',
    one,
    '12 -> 13',
    { now: '5m', forgotten: { until: 0, change: 0n, changes: 0, reversals: 0 } },
    `.., ${says} 1 reversal in 15m, 0 used, never moved`,
  ],
  [
    'a removal',
    none,
    '12 -> -',
    { now: '5m' },
    `..11 | 12 | 13.., ${says} 0 reversals in 15m, 0 used, never moved`,
  ],
  ['a choice', none, 'a -> b', { now: '5m', moved: '0s b>a', traits: { type: 'choice' } }, 'no opinion'],
  [
    'a new object of a known name',
    none,
    '- -> 5',
    { now: '1m', moved: '0s 10>12', last: 12n, operation: 'CREATE' },
    `12.., ${says} 0 reversals in 15m, 0 used, last an increase`,
  ],
  [
    'a past that is not known',
    two,
    '12 -> 11',
    { now: '0s', isUnknown: true },
    'error: FactsStale: the history of `n` is not known now',
  ],
])('%s', (_, spec, change, past, expected) => {
  expect(recall(reversal(spec), change, past)).toBe(expected);
});
