import { describe, expect, it } from 'vitest';
import { addsOnlyCapacity } from '../../src/charge.ts';
import { decide } from '../../src/core/decide.ts';
import { budget } from '../../src/core/rules/budget.ts';
import { range } from '../../src/core/rules/range.ts';
import { asked, factsOf, guardOf } from './core/sample.ts';

const pods = budget({ name: 'pods', isCounted: () => true, over: 'all namespaces', max: 40n });

function judge(change: string, rule = range({ max: 99n }), mode: 'Enforce' | 'Warn' = 'Enforce'): boolean {
  const parameters = [asked(change)];
  const operation = change.startsWith('-') ? 'CREATE' : 'UPDATE';
  const facts = { ...factsOf(parameters, { operation }), readMembers: () => [] };
  return addsOnlyCapacity(decide([guardOf({ rules: [rule], mode })], [], facts));
}

describe('without a record of it', () => {
  it.each([
    ['5 -> 9', true],
    ['9 -> 5', false],
    ['- -> 5', true],
  ])('%s is safe: %s', (change, expected) => {
    expect(judge(change)).toBe(expected);
  });

  it('nothing that spends a budget is: others would be granted it, too', () => {
    expect([judge('5 -> 9', pods), judge('- -> 5', pods)]).toEqual([false, false]);
    expect(judge('5 -> 9', pods, 'Warn')).toBe(true);
  });
});
