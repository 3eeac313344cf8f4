import { expect, it } from 'vitest';
import { type Bound, type RangeSpec, range } from '../../../../src/core/rules/range.ts';
import { asked } from '../sample.ts';
import { sayOf } from './say.ts';

const computed: Bound = (facts, { name }) => ({ ok: true, value: BigInt(facts.now + name.length) });
const failing: Bound = () => ({ ok: false, error: 'no sum' });

it.each<[string, RangeSpec, string, string]>([
  ['above', { min: 4n, max: 40n }, '10 -> 50', '4..40, hard, AboveMaximum: 4..40'],
  ['below', { min: 4n, max: 40n }, '10 -> 1', '4..40, hard, BelowMinimum: 4..40'],
  ['only a maximum', { max: 40n }, '10 -> 50', '..40, hard, AboveMaximum: at most 40'],
  ['only a minimum', { min: 4n }, '10 -> 1', '4.., hard, BelowMinimum: at least 4'],
  ['a removed value', { min: 4n }, '10 -> -', '4.., hard, AboveMaximum: at least 4'],
  [
    'computed from facts and parameter',
    { min: computed, max: 9n },
    '5 -> 0',
    '1..9, hard, BelowMinimum: 1..9',
  ],
  ['a range of nothing', { min: 5n, max: 4n }, '5 -> 6', 'nothing, hard, AboveMaximum: 5..4'],
  ['a minimum that cannot be computed', { min: failing }, '5 -> 6', 'error: range.min: no sum'],
  ['a maximum that cannot be computed', { max: failing }, '5 -> 6', 'error: range.max: no sum'],
])('%s', (_, spec, change, expected) => {
  expect(sayOf(range(spec), asked(change))).toBe(expected);
});
