import { expect, it } from 'vitest';
import type { Amount } from '../../../../src/core/amount.ts';
import { deadband } from '../../../../src/core/rules/deadband.ts';
import { asked } from '../sample.ts';
import { sayOf } from './say.ts';

const units = (count: bigint): Amount => ({ kind: 'absolute', units: count });

it.each<[string, Amount, string, string]>([
  [
    'keeps current within the band',
    units(3n),
    '10 -> 11',
    '..7 | 10 | 13.., dynamics, WithinDeadband: changes below 3 keep current',
  ],
  [
    'a share of current',
    { kind: 'percent', hundredths: 500n },
    '100 -> 101',
    '..95 | 100 | 105.., dynamics, WithinDeadband: changes below 5% of 100 keep current',
  ],
  ['a band of nothing', units(0n), '10 -> 11', 'no opinion'],
  ['without a current value', units(3n), '- -> 11', 'no opinion'],
])('%s', (_, band, change, expected) => {
  expect(sayOf(deadband(band), asked(change))).toBe(expected);
});
