import { describe, expect, it } from 'vitest';
import { distance, project } from '../../../src/core/project.ts';
import { asked, parseRegion } from './sample.ts';

/** `10 -> 50 in 4..40` with a grid of `quantum`. */
function projected(text: string, quantum = 1n): string {
  const [change = '', region = ''] = text.split(' in ');
  const parameter = asked(change, { quantum, ...(region.startsWith('{') ? { type: 'choice' } : {}) });
  return `${project(parseRegion(region), parameter) ?? 'nothing'}`;
}

describe('project', () => {
  it.each([
    ['what is admitted is granted', '10 -> 12 in 4..40', '12'],
    ['above: the maximum', '10 -> 50 in 4..40', '40'],
    ['below: the minimum', '10 -> 1 in 4..40', '4'],
    ['on creation too', '- -> 50 in 4..40', '40'],
    ['a deadband keeps current rather than overshoot', '10 -> 11 in ..7 | 10 | 13..', '10'],
    ['beyond current only where nothing lies between', '10 -> 12 in ..9 | 20..', '9'],
    ['up, where the region begins above what was asked', '10 -> 12 in 20..', '20'],
    ['of two equally near the one nearer to current', '11 -> 12 in ..9 | 15..', '9'],
    ['on creation, of two equally near, the smaller', '- -> 12 in ..9 | 15..', '9'],
    ['whichever comes first', '- -> 12 in 15.. | ..9', '9'],
    ['of two equally near the one nearer to current, above', '14 -> 12 in ..9 | 15..', '15'],
    ['a removed number falls back to current', '10 -> - in 4..40', '10'],
    ['or to the nearest to it', '50 -> - in 4..40', '40'],
    ['what was not there and is not asked for is nothing', '- -> - in 4..40', 'nothing'],
    ['a removal that nothing bounds is granted', '10 -> - in ..', 'undefined'],
    ['an empty region grants nothing', '10 -> 12 in nothing', 'nothing'],
    ['an admitted choice is granted', 'a -> b in {a, b}', 'b'],
    ['a refused choice falls back to current', 'a -> b in {a, c}', 'a'],
    ['or to nothing', 'a -> b in {c}', 'nothing'],
    ['a new choice that is refused', '- -> b in {c}', 'nothing'],
  ])('%s: %s', (_, text, expected) => {
    expect(projected(text)).toBe(expected.replace('undefined', 'nothing'));
  });

  it.each([
    ['down to the grid below a maximum', '10 -> 50 in 4..43', 5n, '40'],
    ['up to the grid above a minimum', '10 -> 1 in 4..43', 5n, '5'],
    ['of negative numbers', '-10 -> -50 in -43..4', 5n, '-40'],
    ['what was asked is not moved', '10 -> 12 in 4..43', 5n, '12'],
    ['an edge stands where the grid has no point inside, above', '11 -> 50 in 11..14', 5n, '14'],
    ['and below', '14 -> 1 in 11..14', 5n, '11'],
    ['never across current', '13 -> 50 in 4..14', 5n, '14'],
  ])('snaps %s: %s', (_, text, quantum, expected) => {
    expect(projected(text, quantum)).toBe(expected);
  });
});

it('distance has no sign', () => {
  expect([distance(3n, 5n), distance(5n, 3n), distance(4n, 4n)]).toEqual([2n, 2n, 0n]);
});
