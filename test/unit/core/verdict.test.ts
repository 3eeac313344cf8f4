import { expect, it } from 'vitest';
import type { Response } from '../../../src/core/limit.ts';
import { outcomeOf, strictest } from '../../../src/core/verdict.ts';
import { limitOf } from './sample.ts';

it.each([
  [[], 'admit'],
  [['admit', 'clamp'], 'clamp'],
  [['throttle', 'clamp', 'admit'], 'throttle'],
  [['clamp', 'deny', 'throttle'], 'deny'],
] as const)('the strictest of %j is %s', (outcomes, expected) => {
  expect(strictest(outcomes)).toBe(expected);
});

it.each<[string, readonly Response[], bigint | undefined, string]>([
  ['nothing determines: admitted', [], 5n, 'admit'],
  ['a removal is admitted, too', [], undefined, 'admit'],
  ['a clamp', ['clamp'], 5n, 'clamp'],
  ['the strictest response', ['clamp', 'throttle'], 5n, 'throttle'],
  ['a clamp to nothing is a denial', ['clamp'], undefined, 'deny'],
  ['a throttle to nothing stays one', ['clamp', 'throttle'], undefined, 'throttle'],
  ['a denial', ['deny'], undefined, 'deny'],
])('outcomeOf: %s', (_, responses, granted, expected) => {
  const limits = responses.map((response) => limitOf('l', '..5', { response }));
  expect(outcomeOf(limits, granted)).toBe(expected);
});
