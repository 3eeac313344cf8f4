import { describe, expect, it } from 'vitest';
import { parseAmount, parseLiteral } from '../../../src/catalogue/literal.ts';
import type { ParameterType, Value } from '../../../src/core/parameter.ts';

const of = (type: ParameterType) => ({ name: 'it', type });

describe('parseLiteral', () => {
  const readable: readonly (readonly [ParameterType, unknown, Value])[] = [
    ['integer', 4, 4n],
    ['integer', '4', 4n],
    ['integer', -1, -1n],
    ['quantity', '500m', 500_000_000n],
    ['quantity', 2, 2_000_000_000n],
    ['quantity', '1Ki', 1_024_000_000_000n],
    ['percent', 70, 70n],
    ['percent', '70%', 70n],
    ['duration', '30s', 30_000n],
    ['duration', 30, 30_000n],
    ['duration', '1h30m', 5_400_000n],
    ['choice', 'default-scheduler', 'default-scheduler'],
  ];

  it.each(readable)('%s %j is %s', (type, literal, value) => {
    expect(parseLiteral(of(type), literal)).toEqual({ ok: true, value });
  });

  const unreadable: readonly (readonly [ParameterType, unknown])[] = [
    ['integer', 1.5],
    ['integer', '4.0'],
    ['integer', Number.NaN],
    ['integer', null],
    ['integer', {}],
    ['quantity', '1Ki5'],
    ['percent', '12.5%'],
    ['percent', 12.5],
    ['duration', 'soon'],
    ['duration', 1.5],
    ['choice', 4],
    ['choice', true],
  ];

  it.each(unreadable)('%s %j is refused', (type, literal) => {
    expect(parseLiteral(of(type), literal)).toMatchObject({
      ok: false,
      error: expect.stringContaining('is no value of `it`, which is a'),
    });
  });
});

describe('parseAmount', () => {
  it.each([
    ['integer', 2, { kind: 'absolute', units: 2n }],
    ['integer', '50%', { kind: 'percent', hundredths: 5000n }],
    ['quantity', '500m', { kind: 'absolute', units: 500_000_000n }],
    ['quantity', '2.5%', { kind: 'percent', hundredths: 250n }],
    ['percent', 5, { kind: 'absolute', units: 5n }],
    ['percent', '5%', { kind: 'percent', hundredths: 500n }],
    ['duration', '1m', { kind: 'absolute', units: 60_000n }],
  ] as const)('%s %j', (type, literal, value) => {
    expect(parseAmount(of(type), literal)).toEqual({ ok: true, value });
  });

  it.each([
    ['integer', -2, '`-2` is no amount of `it`, which is an integer, such as 4, or a share, such as 50%'],
    ['integer', '-50%', expect.stringContaining('is no amount')],
    ['integer', '1.234%', expect.stringContaining('is no amount')],
    ['integer', undefined, expect.stringContaining('an absent value is no amount')],
    ['choice', '50%', '`it` is a choice, which moves by no amount'],
  ] as const)('%s %j is refused', (type, literal, error) => {
    expect(parseAmount(of(type), literal)).toEqual({ ok: false, error });
  });
});
