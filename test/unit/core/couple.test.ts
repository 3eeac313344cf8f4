import { describe, expect, it } from 'vitest';
import { solve } from '../../../src/core/couple.ts';
import { asked, boundOf, parseNumbers } from './sample.ts';

/** `a 2 -> 9 in 1..4; b 3 -> 3`: the granted values as `a=4 b=3`, or `none`. */
function solved(candidates: string, relations: readonly string[]): string {
  const parsed = candidates.split('; ').map((text) => {
    const [, name = '', change = '', region = '..'] = /^(\w+) (.+? -> \S+)(?: in (.+))?$/.exec(text) ?? [];
    return { parameter: asked(change, { name }), region: parseNumbers(region) };
  });
  const solution = solve(
    parsed,
    relations.map((text) => boundOf(text)),
  );
  return solution === undefined ? 'none' : [...solution].map(([name, value]) => `${name}=${value}`).join(' ');
}

describe('solve', () => {
  it.each([
    ['leaves alone what is met', 'a 1 -> 2; b 3 -> 4', ['a <= b'], 'a=2 b=4'],
    ['lowers the left where the right is clamped', 'a 2 -> 9; b 3 -> 9 in ..5', ['a <= b'], 'a=5 b=5'],
    ['raises the right where the left is clamped', 'a 2 -> 1 in 4..; b 5 -> 2', ['a <= b'], 'a=4 b=4'],
    ['keeps what the request leaves alone', 'a 2 -> 9; b 5 -> 5', ['a <= b'], 'a=5 b=5'],
    ['honours a gap', 'a 2 -> 9; b 5 -> 5', ['a < b'], 'a=4 b=5'],
    ['honours offsets', 'a 2 -> 9; b 5 -> 5', ['a + 1 <= b - 1'], 'a=3 b=5'],
    ['honours factors, rounding inwards', 'a 2 -> 9; b 5 -> 5', ['2a <= b'], 'a=2 b=5'],
    ['and upwards on the right', 'a 5 -> 5; b 9 -> 1', ['a <= 2b'], 'a=5 b=3'],
    ['relates to constants', 'a 2 -> 9', ['a <= 7', '3 <= a'], 'a=7'],
    ['follows a chain', 'a 1 -> 9; b 1 -> 9; c 1 -> 3 in ..3', ['a <= b', 'b <= c'], 'a=3 b=3 c=3'],
    ['follows an equality', 'a 1 -> 9; b 1 -> 4 in ..4', ['a <= b', 'b <= a'], 'a=4 b=4'],
    ['skips gaps', 'a 1 -> 6; b 9 -> 9 in ..', ['a <= 5', 'a <= b'], 'a=5 b=9'],
    ['skips gaps of a region', 'a 1 -> 6 in ..1 | 4..; b 3 -> 3', ['a <= b'], 'a=1 b=3'],
    ['of what is no candidate nothing is known', 'a 1 -> 6', ['a <= z', 'z <= a'], 'a=6'],
    [
      'takes a current value where the request removes it',
      'a 5 -> - in ..6; b 7 -> 4',
      ['a <= b'],
      'a=5 b=5',
    ],
    ['a factor of 0 relates a constant', 'a 1 -> 6; b 2 -> 3', ['0a + 3 <= b', 'a <= 0b + 6'], 'a=6 b=3'],
  ])('%s', (_, candidates, relations, expected) => {
    expect(solved(candidates, relations)).toBe(expected);
  });

  it.each([
    ['regions that do not meet', 'a 2 -> 9 in 6..; b 3 -> 9 in ..5', ['a <= b']],
    ['two that the request leaves alone', 'a 9 -> 9; b 5 -> 5', ['a <= b']],
    ['relations that contradict, bounded', 'a 2 -> 9 in 0..9; b 3 -> 9 in 0..9', ['a < b', 'b < a']],
    ['relations that creep without end', 'a 2 -> 9 in 0..; b 3 -> 9 in 0..', ['a < b', 'b < a']],
    ['constants that contradict', 'a 2 -> 9', ['a <= 0a + 3', '0a + 4 <= 3']],
    ['a removal that nothing bounds', 'a 5 -> -', []],
    ['a number that never was', 'a - -> - in ..5', ['a <= 9']],
    ['a value that no multiple meets', 'a 1 -> 3; b 1 -> 9', ['a <= 2b', '2b <= a']],
  ])('finds none for %s', (_, candidates, relations) => {
    expect(solved(candidates, relations)).toBe('none');
  });
});
