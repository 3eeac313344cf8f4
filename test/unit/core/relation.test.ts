import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../src/core/parameter.ts';
import { boundOf, describeRelation, holds, termValue } from '../../../src/core/relation.ts';
import { asked, relationOf } from './sample.ts';

const values = new Map([
  ['a', 5n],
  ['b', 8n],
]);

describe('holds', () => {
  it.each([
    ['a <= b', true],
    ['b <= a', false],
    ['a + 3 <= b', true],
    ['a + 3 < b', false],
    ['2a <= b + 2', true],
    ['2a <= b + 1', false],
    ['a <= 5', true],
    ['6 <= a', false],
    ['absent <= a', true],
    ['b <= absent', true],
    ['3 <= 2', false],
  ])('%s with a = 5 and b = 8: %s', (text, expected) => {
    expect(holds(relationOf(text), values)).toBe(expected);
  });
});

describe('boundOf', () => {
  it.each([
    ['a <= b', 'left', 8n, 8n],
    ['a < b', 'left', 8n, 7n],
    ['a < b', 'right', 5n, 6n],
    ['2a <= b', 'left', 9n, 4n],
    ['2a <= b', 'left', -9n, -5n],
    ['2a <= b', 'left', -8n, -4n],
    ['a <= 2b', 'right', 9n, 5n],
    ['a <= 2b', 'right', -9n, -4n],
    ['a <= 2b', 'right', 8n, 4n],
    ['a + 1 <= b', 'left', 8n, 7n],
    ['a <= b - 1', 'right', 5n, 6n],
    ['5 <= b', 'left', 8n, undefined],
    ['0a <= b', 'left', 8n, undefined],
  ] as const)('%s bounds its %s by %s to %s', (text, side, other, expected) => {
    expect(boundOf(relationOf(text), side, other)).toBe(expected);
  });
});

it('termValue is undefined where the parameter is absent, and the offset of a constant', () => {
  expect(termValue({ parameter: 'absent', factor: 2n, offset: 1n }, values)).toBeUndefined();
  expect(termValue({ parameter: 'a', factor: 2n, offset: 1n }, values)).toBe(11n);
  expect(termValue({ factor: 1n, offset: 7n }, values)).toBe(7n);
});

describe('describeRelation', () => {
  const known = new Map<string, Parameter>(['a', 'c'].map((name) => [name, asked('1 -> 2', { name })]));
  it.each([
    ['a <= b', 'a <= b, with a 5'],
    ['a <= c', 'a <= c, with a 5, c (none)'],
    ['a <= 9', 'a <= 9, with a 5'],
    ['b <= 9', 'b <= 9'],
  ])('%s', (text, expected) => {
    expect(describeRelation(relationOf(text), values, known)).toBe(expected);
  });
});
