import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatQuantity,
  nanosPerUnit,
  parseQuantity,
  type Quantity,
  type QuantityFormat,
} from '../../../src/core/quantity.ts';

const greatest = 2n ** 63n - 1n;

describe('parseQuantity', () => {
  it.each<[string, bigint, QuantityFormat]>([
    ['0', 0n, 'DecimalSI'],
    ['+0', 0n, 'DecimalSI'],
    ['1', 10n ** 9n, 'DecimalSI'],
    ['-1', -(10n ** 9n), 'DecimalSI'],
    ['500m', 5n * 10n ** 8n, 'DecimalSI'],
    ['1n', 1n, 'DecimalSI'],
    ['100u', 100_000n, 'DecimalSI'],
    ['.5', 5n * 10n ** 8n, 'DecimalSI'],
    ['5.', 5n * 10n ** 9n, 'DecimalSI'],
    ['007', 7n * 10n ** 9n, 'DecimalSI'],
    ['1E', 10n ** 27n, 'DecimalSI'],
    ['1.5Gi', 1_610_612_736n * 10n ** 9n, 'BinarySI'],
    ['0.5Ki', 512n * 10n ** 9n, 'BinarySI'],
    ['7Ei', 7n * 2n ** 60n * 10n ** 9n, 'BinarySI'],
    ['1e3', 10n ** 12n, 'DecimalExponent'],
    ['1E3', 10n ** 12n, 'DecimalExponent'],
    ['1.5e-3', 1_500_000n, 'DecimalExponent'],
    ['12e+2', 12n * 10n ** 11n, 'DecimalExponent'],
    ['0.000000001', 1n, 'DecimalSI'],
    [`${greatest}`, greatest * nanosPerUnit, 'DecimalSI'],
    [`-${greatest}`, -greatest * nanosPerUnit, 'DecimalSI'],
  ])('%s is %s nanos, %s', (text, nanos, format) => {
    expect(parseQuantity(text)).toEqual({ ok: true, value: { nanos, format } });
  });

  it.each([
    ['', 'is not a quantity'],
    ['.', 'is not a quantity'],
    ['+', 'is not a quantity'],
    ['-.', 'is not a quantity'],
    ['Gi', 'is not a quantity'],
    [' 1', 'is not a quantity'],
    ['1 Gi', 'is not a quantity'],
    ['1,5', 'is not a quantity'],
    ['1.5.5', 'is not a quantity'],
    ['0x10', 'has no known suffix (use one of n u m k M G T P E Ki Mi Gi Ti Pi Ei)'],
    ['--1', 'is not a quantity'],
    ['1\n', 'is not a quantity'],
    ['١', 'is not a quantity'],
    ['1'.repeat(65), 'is not a quantity'],
    ['1Ki5', 'has no known suffix (use one of n u m k M G T P E Ki Mi Gi Ti Pi Ei)'],
    ['1K', 'has no known suffix (use one of n u m k M G T P E Ki Mi Gi Ti Pi Ei)'],
    ['1gi', 'has no known suffix (use one of n u m k M G T P E Ki Mi Gi Ti Pi Ei)'],
    ['1e', 'has no known suffix (use one of n u m k M G T P E Ki Mi Gi Ti Pi Ei)'],
    ['1constructor', 'has no known suffix (use one of n u m k M G T P E Ki Mi Gi Ti Pi Ei)'],
    ['-0', 'is minus zero'],
    ['-0.00Gi', 'is minus zero'],
    ['1e999', 'is out of range'],
    ['1e-999', 'is out of range'],
    ['1e99', 'is beyond 2^63-1'],
    ['1e-99', 'is finer than 1n'],
    ['0.0000000001', 'is finer than 1n'],
    ['0.5n', 'is finer than 1n'],
    ['9223372036854775808', 'is beyond 2^63-1'],
    ['-9223372036854775808', 'is beyond 2^63-1'],
    ['8Ei', 'is beyond 2^63-1'],
  ])('refuses `%s`: %s', (text, why) => {
    expect(parseQuantity(text)).toEqual({ ok: false, error: `\`${text.slice(0, 64)}\` ${why}` });
  });

  it('does not take long, whatever is sent', () => {
    const started = performance.now();
    for (const text of ['1'.repeat(10 ** 6), `1e${'9'.repeat(60)}`, `${'1'.repeat(63)}!`])
      parseQuantity(text);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

it.each<[bigint, QuantityFormat, string]>([
  [0n, 'BinarySI', '0'],
  [10n ** 9n, 'DecimalSI', '1'],
  [15n * 10n ** 8n, 'DecimalSI', '1500m'],
  [10n ** 12n, 'DecimalSI', '1k'],
  [1_500n * 10n ** 9n, 'DecimalSI', '1500'],
  [10n ** 27n, 'DecimalSI', '1E'],
  [10n ** 36n, 'DecimalSI', '1000000000E'],
  [1n, 'DecimalSI', '1n'],
  [1_000n, 'DecimalSI', '1u'],
  [-5n * 10n ** 8n, 'DecimalSI', '-500m'],
  [10n ** 9n, 'DecimalExponent', '1'],
  [10n ** 12n, 'DecimalExponent', '1e3'],
  [1_500_000n, 'DecimalExponent', '1500e-6'],
  [1n, 'DecimalExponent', '1e-9'],
  [2n ** 30n * 10n ** 9n, 'BinarySI', '1Gi'],
  [-(2n ** 31n) * 10n ** 9n, 'BinarySI', '-2Gi'],
  [1_536n * 10n ** 9n, 'BinarySI', '1536'],
  [1_025n * 10n ** 9n, 'BinarySI', '1025'],
  [1_023n * 10n ** 9n, 'BinarySI', '1023'],
  [512n * 10n ** 9n, 'BinarySI', '512'],
  [1_024n * 10n ** 9n + 1n, 'BinarySI', '1024000000001n'],
])('formatQuantity of %s nanos in %s is %s', (nanos, format, text) => {
  expect(formatQuantity({ nanos, format })).toBe(text);
});

describe('a round trip', () => {
  const quantity: fc.Arbitrary<Quantity> = fc.record({
    nanos: fc.oneof(
      fc.bigInt(-greatest, greatest).map((units) => units * nanosPerUnit),
      fc.bigInt(-(10n ** 12n), 10n ** 12n),
      fc
        .tuple(fc.bigInt(-1_000n, 1_000n), fc.nat(18))
        .map(([digits, power]) => digits * 10n ** BigInt(power)),
    ),
    format: fc.constantFrom<QuantityFormat>('DecimalSI', 'BinarySI', 'DecimalExponent'),
  });

  it('keeps the value: what is formatted parses to itself', () => {
    fc.assert(
      fc.property(quantity, (given) => {
        expect(parseQuantity(formatQuantity(given))).toMatchObject({
          ok: true,
          value: { nanos: given.nanos },
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is canonical: reading it again changes nothing', () => {
    fc.assert(
      fc.property(quantity, (given) => {
        // A binary quantity without a suffix (`10000`) is read as a decimal one, also by Kubernetes.
        const text = rewritten(formatQuantity(given));
        expect(rewritten(text)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws on any text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[+-]?\d{0,20}\.?\d{0,20}[numkMGTPEKie]{0,3}[+-]?\d{0,4}$/),
    );
    fc.assert(
      fc.property(text, (given) => {
        const parsed = parseQuantity(given);
        if (!parsed.ok) expect(parsed.error).toContain('`');
      }),
      { numRuns: 2_000 },
    );
  });
});

function rewritten(text: string): string {
  const parsed = parseQuantity(text);
  return parsed.ok ? formatQuantity(parsed.value) : parsed.error;
}
