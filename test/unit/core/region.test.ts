import { describe, expect, it } from 'vitest';
import type { Value } from '../../../src/core/parameter.ts';
import {
  attribute,
  between,
  choices,
  contains,
  everything,
  intersect,
  isEmpty,
  isEverything,
  only,
  outsideGap,
  type Region,
} from '../../../src/core/region.ts';
import { parseRegion, showRegion } from './sample.ts';

describe('constructors', () => {
  it.each<[string, Region, string]>([
    ['between 4 and 15', between(4n, 15n), '4..15'],
    ['between equals', between(4n, 4n), '4'],
    ['between nothing', between(5n, 4n), 'nothing'],
    ['only a minimum', between(4n, undefined), '4..'],
    ['only a maximum', between(undefined, 4n), '..4'],
    ['neither', between(undefined, undefined), '..'],
    ['outsideGap', outsideGap(10n, 3n), '..7 | 10 | 13..'],
    ['choices', choices(['a', 'b', 'a']), '{a, b}'],
    ['only a number', only('integer', 5n), '5'],
    ['only an absent number', only('integer', undefined), 'nothing'],
    ['only a choice', only('choice', 'a'), '{a}'],
    ['only an absent choice', only('choice', undefined), '{}'],
    ['every number', everything('quantity'), '..'],
    ['every choice', everything('choice'), '{any}'],
  ])('%s', (_, region, text) => {
    expect(showRegion(region)).toBe(text);
  });
});

describe('contains', () => {
  it.each<[string, Value | undefined, boolean]>([
    ['4..15', 4n, true],
    ['4..15', 15n, true],
    ['4..15', 3n, false],
    ['4..15', 16n, false],
    ['..7 | 10 | 13..', 8n, false],
    ['..7 | 10 | 13..', 10n, true],
    ['..7 | 10 | 13..', 10n ** 30n, true],
    ['4..15', undefined, false],
    ['..', undefined, true],
    ['4..', undefined, false],
    ['..4', undefined, false],
    ['4..15', 'a', false],
    ['nothing', 4n, false],
    ['{a, b}', 'a', true],
    ['{a, b}', 'c', false],
    ['{any}', 'c', true],
    ['{any}', undefined, false],
    ['{any}', 4n, false],
  ])('%s contains %s: %s', (region, value, expected) => {
    expect(contains(parseRegion(region), value)).toBe(expected);
  });
});

describe('intersect', () => {
  it.each([
    ['4..15', '10..20', '10..15'],
    ['4..15', '15..20', '15'],
    ['4..15', '16..20', 'nothing'],
    ['..', '4..', '4..'],
    ['..', '..4', '..4'],
    ['..7 | 10 | 13..', '5..14', '5..7 | 10 | 13..14'],
    ['1..3 | 5..7', '2..6', '2..3 | 5..6'],
    ['nothing', '..', 'nothing'],
    ['{a, b}', '{c, b}', '{b}'],
    ['{a, b}', '{any}', '{a, b}'],
    ['{any}', '{any}', '{any}'],
  ])('%s and %s have %s in common', (a, b, expected) => {
    expect(showRegion(intersect(parseRegion(a), parseRegion(b)))).toBe(expected);
    expect(showRegion(intersect(parseRegion(b), parseRegion(a)))).toBe(expected);
  });

  it('finds nothing in common between numbers and choices', () => {
    expect(showRegion(intersect(parseRegion('..'), parseRegion('{any}')))).toBe('nothing');
    expect(showRegion(intersect(parseRegion('{any}'), parseRegion('..')))).toBe('{}');
  });

  it('keeps both provenances where edges coincide, in one order', () => {
    const a = attribute(parseRegion('4..15'), 'a');
    const b = attribute(parseRegion('4..10'), 'b');
    expect(showRegion(intersect(a, b), true)).toBe('4 (a+b)..10 (b)');
    expect(showRegion(intersect(b, a), true)).toBe('4 (a+b)..10 (b)');
    expect(showRegion(intersect(a, a), true)).toBe('4 (a)..15 (a)');
  });

  it('sorts what choices have in common', () => {
    expect(showRegion(intersect(parseRegion('{c, a, b}'), parseRegion('{b, c}')))).toBe('{b, c}');
  });
});

it('attributes finite edges only, and choices not at all', () => {
  expect(showRegion(attribute(parseRegion('..7 | 9..'), 'x'), true)).toBe('..7 (x) | 9 (x)..');
  expect(attribute(parseRegion('..'), 'x')).toEqual(parseRegion('..'));
  expect(attribute(parseRegion('{a}'), 'x')).toEqual(parseRegion('{a}'));
});

it.each([
  ['4..15', false, false],
  ['..', false, true],
  ['..4', false, false],
  ['4..', false, false],
  ['nothing', true, false],
  ['{a}', false, false],
  ['{}', true, false],
  ['{any}', false, true],
])('%s is empty: %s, is everything: %s', (text, empty, every) => {
  expect(isEmpty(parseRegion(text))).toBe(empty);
  expect(isEverything(parseRegion(text))).toBe(every);
});
