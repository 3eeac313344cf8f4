import { describe, expect, it } from 'vitest';
import { compose } from '../../../src/core/compose.ts';
import type { Tier } from '../../../src/core/limit.ts';
import { asked, limitOf, showRegion } from './sample.ts';

/** `hard 4..40; dynamics 8..12`, composed for a parameter that is `current` now. */
function composed(text: string, current = '10') {
  const isChoice = text.includes('{');
  const limits = (text === '' ? [] : text.split('; ')).map((line, index) => {
    const [tier = '', ...admits] = line.split(' ');
    return limitOf(`l${index}`, admits.join(' '), { tier: tier as Tier });
  });
  const parameter = asked(`${current} -> 0`, isChoice ? { type: 'choice' } : {});
  const { region, yielded, conflict } = compose(limits, parameter);
  const notes = [
    ...yielded.map((tier) => `${tier} yields`),
    ...(conflict ?? []).map(({ id }) => `conflict ${id}`),
  ];
  return [showRegion(region), ...notes].join(', ');
}

describe('compose', () => {
  it.each([
    ['no limits admit everything', '', '..'],
    ['limits of one tier intersect', 'hard 4..40; hard ..20', '4..20'],
    ['limits of several tiers intersect', 'hard 4..40; objective 6..; dynamics 8..12', '8..12'],
    ['a gap stays a gap', 'hard 4..40; dynamics ..7 | 10 | 13..', '4..7 | 10 | 13..40'],
    ['choices intersect', 'hard {a, b}; hard {b, c}', '{b}'],
  ])('%s', (_, limits, expected) => {
    expect(composed(limits, limits.includes('{') ? 'b' : '10')).toBe(expected);
  });

  it.each([
    ['below: the lowest point', 'hard 4..40; dynamics ..2', '4, dynamics yields'],
    ['above: the highest point', 'hard 4..40; dynamics 50..', '40, dynamics yields'],
    ['the nearest of several', 'hard 4..10 | 20..40; dynamics 12..13', '10, dynamics yields'],
    [
      'of two equally near the one nearer to current',
      'hard ..0 | 20..; dynamics 10',
      '20, dynamics yields',
      '12',
    ],
    ['else the smaller', 'hard ..0 | 20..; dynamics 10', '0, dynamics yields', '10'],
    [
      'without a current value the one nearer to zero',
      'hard ..2 | 22..; dynamics 12',
      '2, dynamics yields',
      '-',
    ],
    [
      'a later tier meets the point, or yields too',
      'hard 4..40; objective 50..; dynamics ..9',
      '40, objective yields, dynamics yields',
    ],
    ['several gaps on both sides', 'hard 5 | 9; dynamics 1..2 | 7 | 12..', '5, dynamics yields', '0'],
    ['a choice keeps current', 'hard {a, b}; objective {c}', '{b}, objective yields', 'b'],
    [
      'a choice that is not there yet has nothing to keep',
      'hard {a}; objective {c}; dynamics {a}',
      '{}, objective yields, dynamics yields',
      '-',
    ],
    ['a choice that is refused has nothing to keep', 'hard {a}; objective {c}', '{}, objective yields', 'c'],
  ])('where a tier does not meet the stricter ones, it yields: %s', (_, limits, expected, current = '10') => {
    expect(composed(limits, current)).toBe(expected);
  });

  it.each([
    [
      'names the limits that leave nothing between them',
      'hard 4..; hard ..3; dynamics 3..4',
      'nothing, conflict l0, conflict l1',
    ],
    ['in any tier', 'hard 4..; objective 5; objective 6', 'nothing, conflict l1, conflict l2'],
    ['of choices', 'hard {a}; hard {b}', '{}, conflict l0, conflict l1'],
    ['but a limit that is empty by itself is a refusal', 'hard nothing; hard 3', 'nothing'],
  ])('a conflict %s', (_, limits, expected) => {
    expect(composed(limits, limits.includes('{') ? 'a' : '10')).toBe(expected);
  });

  it('attributes each edge to the limits that set it', () => {
    const limits = [limitOf('a', '4..20'), limitOf('b', '4..40'), limitOf('c', '..10', { tier: 'dynamics' })];
    expect(showRegion(compose(limits, asked('5 -> 9')).region, true)).toBe('4 (a+b)..10 (c)');
  });

  it('attributes the point of a tier that yields to the stricter limit', () => {
    const limits = [limitOf('a', '4..20'), limitOf('b', '30..', { tier: 'dynamics' })];
    expect(showRegion(compose(limits, asked('5 -> 9')).region, true)).toBe('20 (a)..20 (a)');
  });
});
