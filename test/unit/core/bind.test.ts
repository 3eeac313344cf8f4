import { expect, it } from 'vitest';
import { bindRelation } from '../../../src/core/bind.ts';
import { noChoice } from '../../../src/core/parameter.ts';
import { asked, relationOf } from './sample.ts';

const numbers = ['min', 'max', 'c[web].cpu', 'c[log].cpu', 'c[web].memory', 'c[log].memory'];
const parameters = [
  ...numbers.map((name) => asked('1 -> 2', { name })),
  asked(`${noChoice} -> x`, { name: 'image', type: 'choice' }),
];

it.each([
  ['by their own names', 'min <= max', ['min <= max']],
  [
    'an instance to the same instance',
    'c.cpu <= c.memory',
    ['c[web].cpu <= c[web].memory', 'c[log].cpu <= c[log].memory'],
  ],
  ['an instance that the policy names', 'c[web].cpu <= c.memory', ['c[web].cpu <= c[web].memory']],
  ['every instance to what has none', 'c.cpu <= max', ['c[web].cpu <= max', 'c[log].cpu <= max']],
  ['what has none to every instance', 'min <= c.cpu', ['min <= c[web].cpu', 'min <= c[log].cpu']],
  ['every instance to a constant', 'c.cpu <= 5', ['c[web].cpu <= 5', 'c[log].cpu <= 5']],
  ['a constant to one', '2 <= min', ['2 <= min']],
  ['two instances that differ are no siblings', 'c[web].cpu <= c[log].cpu', []],
  ['nothing to what is absent', 'min <= absent', []],
  ['nothing to a choice', 'image <= max', []],
])('relates %s: %s', (_, text, expected) => {
  const side = (term: { parameter?: string; offset: bigint }): string => term.parameter ?? `${term.offset}`;
  const bound = bindRelation(relationOf(text), parameters);
  expect(bound.map(({ left, right }) => `${side(left)} <= ${side(right)}`)).toEqual(expected);
});
