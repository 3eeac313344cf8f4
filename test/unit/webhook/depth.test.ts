import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isDeeperThan } from '../../../src/webhook/depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

it('agrees with the depth of any JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 8 }), (value, limit) => {
      expect(isDeeperThan(JSON.parse(JSON.stringify(value)), limit)).toBe(depthOf(value) > limit);
    }),
  );
});

it.each([
  ['"[[[["', 0, false],
  ['[]', 0, true],
  ['[[]]', 1, true],
  ['{"a":[null,"]"]}', 2, false],
  ['{"__proto__":{"a":{}}}', 2, true],
])('%s is deeper than %d: %s', (text, limit, expected) => {
  expect(isDeeperThan(JSON.parse(text), limit)).toBe(expected);
});

it('does not overflow the stack, however deep the value is', () => {
  expect(isDeeperThan(JSON.parse('['.repeat(1_000_000) + ']'.repeat(1_000_000)), 100)).toBe(true);
});
