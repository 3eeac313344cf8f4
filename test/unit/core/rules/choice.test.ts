import { expect, it } from 'vitest';
import { choice } from '../../../../src/core/rules/choice.ts';
import { asked, factsOf } from '../sample.ts';
import { sayOf } from './say.ts';

const scheduler = (change: string) => asked(change, { type: 'choice' });

it.each([
  ['a finite set', ['a', 'b'], 'a -> z', '{a, b}, hard, NotAllowed: one of a, b'],
  ['of nothing', [], 'a -> z', '{}, hard, NotAllowed: one of '],
  ['unchanged', 'unchanged', 'a -> z', '{a}, hard, NotAllowed: may not be changed'],
] as const)('%s', (_, spec, change, expected) => {
  expect(sayOf(choice(spec), scheduler(change))).toBe(expected);
});

it('unchanged holds for numbers, too', () => {
  expect(sayOf(choice('unchanged'), asked('4 -> 5'))).toBe('4, hard, NotAllowed: may not be changed');
});

it('unchanged has no opinion on a new object', () => {
  const parameter = scheduler('- -> z');
  expect(choice('unchanged')(parameter, factsOf([parameter], { operation: 'CREATE' }))).toBeUndefined();
});
