import { describe, expect, it } from 'vitest';
import type { Capacity } from '../../../../src/core/parameter.ts';
import { directionRegion, type Forbidden, freeze } from '../../../../src/core/rules/freeze.ts';
import { asked, factsOf, showRegion } from '../sample.ts';
import { sayOf } from './say.ts';

const window = { from: 0, until: 60_000 };
const frozen = (forbid: Forbidden) =>
  freeze({ forbid, windowAt: (now) => (now < 60_000 ? window : undefined) });

describe('directionRegion', () => {
  it.each<[Forbidden, Capacity, string]>([
    ['AnyChange', 'more', '10'],
    ['LessCapacity', 'more', '10..'],
    ['LessCapacity', 'less', '..10'],
    ['MoreCapacity', 'more', '..10'],
    ['MoreCapacity', 'less', '10..'],
  ])('%s, where more of the value means %s capacity: %s', (forbid, capacity, expected) => {
    const region = directionRegion(forbid, asked('10 -> 12', { capacity }));
    expect(region === undefined ? 'no opinion' : showRegion(region)).toBe(expected);
  });

  it.each([
    ['a value without direction', asked('10 -> 12', { capacity: 'none' })],
    ['an absent value', asked('- -> 12')],
    ['a choice', asked('a -> b', { type: 'choice' })],
  ])('has no opinion on %s', (_, parameter) => {
    expect(directionRegion('LessCapacity', parameter)).toBeUndefined();
  });
});

describe('freeze', () => {
  const until = '1970-01-01T00:01:00.000Z';

  it.each([
    [
      'nothing moves',
      frozen('AnyChange'),
      '10 -> 12',
      `10, objective, Frozen: AnyChange is forbidden until ${until}`,
    ],
    [
      'one direction',
      frozen('LessCapacity'),
      '10 -> 8',
      `10.., objective, Frozen: LessCapacity is forbidden until ${until}`,
    ],
    [
      'nothing is added',
      frozen('AnyChange'),
      '- -> 8',
      `nothing, objective, Frozen: AnyChange is forbidden until ${until}`,
    ],
    ['no direction', frozen('LessCapacity'), '- -> 8', 'no opinion'],
  ])('inside a window: %s', (_, rule, change, expected) => {
    expect(sayOf(rule, asked(change))).toBe(expected);
  });

  it('says when time lifts it', () => {
    const parameter = asked('10 -> 12');
    expect(frozen('AnyChange')(parameter, factsOf([parameter]))).toMatchObject({ opensAt: 60_000 });
  });

  it('has no opinion outside its windows, nor on a new object', () => {
    const old = asked('10 -> 12');
    expect(sayOf(frozen('AnyChange'), old, { ...factsOf([old]), now: 60_000 })).toBe('no opinion');
    const fresh = asked('- -> 12');
    const creation = factsOf([fresh], { operation: 'CREATE' });
    expect(sayOf(frozen('AnyChange'), fresh, creation)).toBe('no opinion');
  });
});
