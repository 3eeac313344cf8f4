import { expect, it } from 'vitest';
import { type StepSpec, step } from '../../../../src/core/rules/step.ts';
import { asked } from '../sample.ts';
import { sayOf } from './say.ts';

const half = { kind: 'percent', hundredths: 5_000n } as const;
const two = { kind: 'absolute', units: 2n } as const;

it.each<[string, StepSpec, string, string]>([
  [
    'up by a share',
    { increase: half, decrease: two },
    '10 -> 50',
    '8..15, dynamics, StepTooLarge: +50% of 10 is 15',
  ],
  [
    'down by an amount',
    { increase: half, decrease: two },
    '10 -> 5',
    '8..15, dynamics, StepTooLarge: -2 from 10 is 8',
  ],
  ['up by an amount', { increase: two }, '10 -> 50', '..12, dynamics, StepTooLarge: +2 from 10 is 12'],
  ['down by a share', { decrease: half }, '10 -> 1', '5.., dynamics, StepTooLarge: -50% of 10 is 5'],
  [
    'a direction that is not bounded',
    { increase: half },
    '10 -> 1',
    '..15, dynamics, StepTooLarge: bounds only increases',
  ],
  ['the other one', { decrease: two }, '10 -> 50', '8.., dynamics, StepTooLarge: bounds only decreases'],
  ['a removed value', { increase: two }, '10 -> -', '..12, dynamics, StepTooLarge: +2 from 10 is 12'],
  ['without a current value', { increase: two }, '- -> 50', 'no opinion'],
])('%s', (_, spec, change, expected) => {
  expect(sayOf(step(spec), asked(change))).toBe(expected);
});
