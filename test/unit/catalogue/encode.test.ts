import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNumberText, decodeValue } from '../../../src/catalogue/decode.ts';
import { encodeValue } from '../../../src/catalogue/encode.ts';
import { decodeReference } from '../../../src/catalogue/reference.ts';
import type { ParameterType } from '../../../src/core/parameter.ts';
import { formatQuantity, type QuantityFormat } from '../../../src/core/quantity.ts';

type Decode = ReturnType<typeof decodeReference>;

/** What is read and written back is what was there. */
function roundTrip(
  type: ParameterType,
  raw: unknown,
  decode: Decode = (it) => decodeValue(type, it),
): unknown {
  const decoded = decode(raw);
  if (!decoded.ok) throw new Error(decoded.error);
  return encodeValue({ type, notation: decoded.value.notation }, decoded.value.value);
}

const integer = fc.maxSafeInteger();
const seconds = fc.integer({ min: 0, max: 1e9 });
const quantity = fc
  .record({
    nanos: fc.bigInt({ min: -(10n ** 26n), max: 10n ** 26n }),
    format: fc.constantFrom<QuantityFormat>('DecimalSI', 'BinarySI'),
  })
  .map(formatQuantity);
const decimal = fc.tuple(fc.nat(), fc.nat(999)).map(([whole, part]) => `${whole}.${part}5`);
const identifier = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const reference = fc.record({
  apiVersion: fc.oneof(
    fc.constantFrom(
      'v1',
      'apps/v1',
      'apps/v1beta2',
      'argoproj.io/v1alpha1',
      'v1.example/v1',
      'v1beta1/v1',
      'v1/v2',
    ),
  ),
  kind: fc.constantFrom('Deployment', 'Rollout'),
  name: fc.stringMatching(/^[a-z]([a-z0-9.-]{0,9}[a-z0-9])?$/),
});

describe('encode(read(x)) is x', () => {
  it.each<readonly [string, ParameterType, fc.Arbitrary<unknown>]>([
    ['integers', 'integer', integer],
    ['integers as text', 'integer', fc.nat().map(String)],
    ['percentages as numbers', 'percent', fc.nat()],
    ['percentages as text', 'percent', fc.nat(1000).map((value) => `${value}%`)],
    ['seconds', 'duration', seconds],
    ['durations as text', 'duration', fc.constantFrom('30s', '1h30m', '2d', '500ms', '0s')],
    ['quantities', 'quantity', quantity],
    ['texts', 'choice', identifier],
    [
      'structures',
      'choice',
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, maxKeys: 4 }),
    ],
    ['lists', 'choice', fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 3 })],
  ])('%s', (_, type, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (raw) => {
        // -0 and 0 are one number to everybody but `Object.is`.
        expect(JSON.stringify(sorted(roundTrip(type, raw)))).toBe(JSON.stringify(sorted(raw)));
      }),
    );
  });

  it('decimal text of fields that know no suffixes', () => {
    fc.assert(
      fc.property(decimal, (raw) => {
        expect(roundTrip('quantity', raw, decodeNumberText)).toBe(raw);
      }),
    );
    expect(roundTrip('quantity', '-0.5', decodeNumberText)).toBe('-0.5');
    expect(roundTrip('quantity', '60', decodeNumberText)).toBe('60');
    expect(roundTrip('quantity', '5Mi', decodeNumberText)).toBe('5Mi');
  });

  it('references, with any further fields', () => {
    const decode = decodeReference({ apiVersion: 'apps/v1', kind: 'Deployment' });
    fc.assert(
      fc.property(reference, (raw) => {
        expect(roundTrip('choice', raw, decode)).toEqual(raw);
      }),
    );
    const rich = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', envSourceContainerName: 'a b' };
    expect(roundTrip('choice', rich, decode)).toEqual(rich);
    expect(roundTrip('choice', { name: 'web' }, decode)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
    });
  });
});

it('tells two targets apart, whatever they are', () => {
  const decode = decodeReference({ apiVersion: 'v1', kind: '' });
  fc.assert(
    fc.property(reference, reference, (a, b) => {
      const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      expect(JSON.stringify(texts(decode(a))) === JSON.stringify(texts(decode(b)))).toBe(same);
    }),
  );
});

it.each([
  ['apps/v1', 'Deployment.apps/web'],
  ['v1', 'Deployment/web'],
  ['argoproj.io/v1alpha1', 'Deployment.v1alpha1.argoproj.io/web'],
])('%s shows as %s', (apiVersion, text) => {
  const decoded = decodeReference({ apiVersion: '', kind: '' })({
    apiVersion,
    kind: 'Deployment',
    name: 'web',
  });
  expect(texts(decoded)).toBe(text);
});

it('removes what is granted to be absent', () => {
  expect(encodeValue({ type: 'choice', notation: 'json' }, '(none)')).toBeNull();
});

function texts(decoded: ReturnType<Decode>): unknown {
  return decoded.ok ? decoded.value.value : decoded.error;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)]);
}
