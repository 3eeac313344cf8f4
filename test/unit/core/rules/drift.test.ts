import { expect, it } from 'vitest';
import { type DriftSpec, drift } from '../../../../src/core/rules/drift.ts';
import { asked } from '../sample.ts';
import { sayOf } from './say.ts';

const all: DriftSpec['max'] = { kind: 'percent', hundredths: 10_000n };

it.each<[string, DriftSpec, string]>([
  [
    'from a literal',
    { from: 10n, max: { kind: 'absolute', units: 4n } },
    '6..14, hard, DriftTooFar: within 4 of the anchor 10',
  ],
  [
    'a share of the anchor',
    { from: 10n, max: all },
    '0..20, hard, DriftTooFar: within 100% of 10 of the anchor 10',
  ],
  [
    'from what is computed',
    { from: (_, { name }) => ({ ok: true, value: BigInt(name.length) }), max: all },
    '0..2, hard, DriftTooFar: within 100% of 1 of the anchor 1',
  ],
  [
    'an anchor that cannot be read',
    { from: () => ({ ok: false, error: 'no annotation' }), max: all },
    'error: drift.from: no annotation',
  ],
])('%s', (_, spec, expected) => {
  expect(sayOf(drift(spec), asked('12 -> 30'))).toBe(expected);
});
