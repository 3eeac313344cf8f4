import { expect, it } from 'vitest';
import type { Operation } from '../../../src/core/change.ts';
import { isNew } from '../../../src/core/facts.ts';
import { asked, factsOf } from './sample.ts';

it.each<[Operation, string, boolean]>([
  ['CREATE', '- -> 5', true],
  ['CREATE', '4 -> 5', false],
  ['UPDATE', '- -> 5', false],
  ['DELETE', '5 -> -', false],
])('isNew: on %s of %s: %s', (operation, change, expected) => {
  const parameter = asked(change);
  expect(isNew(parameter, factsOf([parameter], { operation }))).toBe(expected);
});
