import { expect, it } from 'vitest';
import { matchesAny, patternsMeet } from '../../../src/policy/pattern.ts';

it.each([
  ['a', 'a', true],
  ['a', 'b', false],
  ['a*', 'abc', true],
  ['a*', 'bc', false],
  ['*', 'b', true],
  ['a*', 'ab*', true],
  ['ab*', 'a*', true],
  ['ab*', 'ac*', false],
])('%s and %s have a name in common: %s', (a, b, expected) => {
  expect(patternsMeet(a, b)).toBe(expected);
  expect(patternsMeet(b, a)).toBe(expected);
});

it('any of several', () => {
  expect(matchesAny(['a', 'b*'], 'bc')).toBe(true);
  expect(matchesAny([], 'bc')).toBe(false);
});
