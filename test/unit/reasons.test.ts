/** docs/reasons.md and the code name the same reasons and rules. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

function unionOf(name: string): string[] {
  const [, members = ''] =
    new RegExp(`export type ${name} =\\s*([^;]+);`).exec(read('src/core/limit.ts')) ?? [];
  return [...members.matchAll(/'(\w+)'/g)].map(([, member = '']) => member);
}

const rows = [...read('docs/reasons.md').matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(
  ([, reason = '', rules = '']) => ({
    reason,
    rules: rules.trim().split(', '),
  }),
);

it('lists every reason once', () => {
  const reasons = unionOf('Reason');
  expect(reasons.length).toBeGreaterThan(5);
  expect(rows.map(({ reason }) => reason).sort()).toEqual([...reasons].sort());
});

it('names rules that there are, and each of them', () => {
  const named = new Set(rows.flatMap(({ rules }) => rules).filter((rule) => rule !== 'any'));
  expect([...named].sort()).toEqual(unionOf('RuleName').sort());
});
