import { describe, expect, it } from 'vitest';
import { anyValue, baseValue, readPast } from '../../../src/core/past.ts';
import { deadband } from '../../../src/core/rules/deadband.ts';
import { step } from '../../../src/core/rules/step.ts';
import { type Recalled, recall, recallingFacts } from './rules/recall.ts';
import { asked, showRegion } from './sample.ts';

const created = { now: '0s', operation: 'CREATE' } as const;

describe('the base of a movement', () => {
  it.each<[name: string, change: string, past: Recalled, expected: unknown]>([
    ['is the stored value', '10 -> 15', { now: '0s', last: 99n }, { ok: true, value: 10n }],
    ['also where no history is known', '10 -> 15', { now: '0s', isUnknown: true }, { ok: true, value: 10n }],
    [
      'is none where the stored object has none',
      '- -> 15',
      { now: '0s', last: 9n },
      { ok: true, value: undefined },
    ],
    ['of a new object is the last of its name', '- -> 15', { ...created, last: 9n }, { ok: true, value: 9n }],
    ['of a new name is none', '- -> 15', created, { ok: true, value: undefined }],
    ['is of the same type', '- -> 15', { ...created, last: 'nine' }, { ok: true, value: undefined }],
    [
      'of a new object is an error where the history is not known',
      '- -> 15',
      { ...created, isUnknown: true },
      { ok: false, error: 'FactsStale: the history of `n` is not known now' },
    ],
  ])('%s', (_, change, past, expected) => {
    const parameter = asked(change);
    const facts = recallingFacts(parameter, past);
    expect(baseValue(parameter, facts)).toEqual(expected);
    const whole = readPast(parameter, facts);
    if (past.isUnknown === true) expect(whole.ok).toBe(false);
    else expect(whole.ok && { ok: true, value: whole.value.base }).toEqual(expected);
  });

  it('of a choice is a text', () => {
    const choice = asked('- -> b', { type: 'choice' });
    expect(baseValue(choice, recallingFacts(choice, { ...created, last: 'a' }))).toEqual({
      ok: true,
      value: 'a',
    });
    expect(baseValue(choice, recallingFacts(choice, { ...created, last: 1n }))).toEqual({
      ok: true,
      value: undefined,
    });
  });
});

describe('to delete and to make anew is no way around', () => {
  const two = { kind: 'absolute', units: 2n } as const;
  it.each([
    ['a step', step({ increase: two }), '..12, dynamics, StepTooLarge: +2 from 10 is 12'],
    ['a deadband', deadband(two), '..8 | 10 | 12.., dynamics, WithinDeadband: changes below 2 keep current'],
  ])('%s', (_, rule, expected) => {
    expect(recall(rule, '- -> 50', { ...created, last: 10n })).toBe(expected);
    expect(recall(rule, '- -> 50', created)).toBe('no opinion');
    expect(recall(rule, '- -> 50', { ...created, isUnknown: true })).toMatch(/^error: FactsStale/);
  });
});

describe('any value', () => {
  it.each([
    ['is any number', asked('10 -> 15'), 10n, '..'],
    ['but not its removal', asked('10 -> -'), 10n, '..9 | 10 | 11..'],
    ['unless there was none', asked('- -> -'), undefined, '..'],
    ['is any choice', asked('a -> b', { type: 'choice' }), 'a', '{any}'],
  ])('%s', (_, parameter, base, expected) => {
    expect(showRegion(anyValue(parameter, base))).toBe(expected);
  });
});
