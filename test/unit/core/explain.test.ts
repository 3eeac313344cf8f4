import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decide.ts';
import {
  explainAdvisory,
  explainDecision,
  explainRefusal,
  explainVerdict,
  formatRegion,
  nameLimit,
} from '../../../src/core/explain.ts';
import type { Guard } from '../../../src/core/guard.ts';
import type { Response } from '../../../src/core/limit.ts';
import { freeze } from '../../../src/core/rules/freeze.ts';
import { range } from '../../../src/core/rules/range.ts';
import { step } from '../../../src/core/rules/step.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { asked, factsOf, guardOf, limitOf, parseRegion } from './sample.ts';

const frozen = freeze({ forbid: 'AnyChange', windowAt: (now) => ({ from: now, until: 60_000 }) });
const byHalf = step({ increase: { kind: 'percent', hundredths: 5_000n } });

function guarded(rules: Guard['rules'], response: Response, policy = 'shop/checkout'): Guard {
  return guardOf({ policy, rules, response });
}

const of = (change: string, ...guards: readonly Guard[]) => decide(guards, [], factsOf([asked(change)]));

function only([verdict]: readonly Verdict[]): Verdict {
  if (verdict === undefined) throw new Error('no verdict');
  return verdict;
}

const to40 = [range({ max: 40n })];
const cases: readonly (readonly [string, readonly Guard[], string, string])[] = [
  ['10 -> 12', [], 'n: 10 now, 12 asked, admitted', 'n: 10 now, 12 asked, admitted'],
  [
    '10 -> 500',
    [guarded([byHalf], 'clamp')],
    'n: 10 now, 500 asked, 15 granted (clamp): step of shop/checkout: +50% of 10 is 15',
    'n: 10 now, 500 asked, deny, 15 would pass: step of shop/checkout: +50% of 10 is 15',
  ],
  [
    '40 -> 500',
    [guarded(to40, 'throttle')],
    'n: 40 now, 500 asked, throttle, only the current value would pass: range of shop/checkout: at most 40',
    'n: 40 now, 500 asked, throttle, only the current value would pass: range of shop/checkout: at most 40',
  ],
  [
    '- -> 50',
    [guarded(to40, 'clamp', 'a'), guarded([range({ min: 45n })], 'clamp', 'b')],
    'n: (none) now, 50 asked, deny, no other value would pass: range of a and range of b leave no value between them (PolicyConflict)',
    'n: (none) now, 50 asked, deny, no other value would pass: range of a and range of b leave no value between them (PolicyConflict)',
  ],
  [
    '50 -> 60',
    [guarded([...to40, frozen], 'deny')],
    'n: 50 now, 60 asked, deny, 40 would pass: freeze of shop/checkout: AnyChange is forbidden until 1970-01-01T00:01:00.000Z; range of shop/checkout: at most 40 (objective gave way to the nearest point)',
    'n: 50 now, 60 asked, deny, 40 would pass: freeze of shop/checkout: AnyChange is forbidden until 1970-01-01T00:01:00.000Z; range of shop/checkout: at most 40 (objective gave way to the nearest point)',
  ],
];

it.each(cases)('explains %s', (change, guards, alone, refused) => {
  const verdict = only(of(change, ...guards).verdicts);
  expect(explainVerdict(verdict)).toBe(alone);
  expect(explainRefusal(verdict)).toBe(refused);
});

it('names a limit, and the exception that altered it', () => {
  expect(nameLimit(limitOf('p', '..5'))).toBe('range of p');
  expect(nameLimit(limitOf('p', '..5', { exception: 'shop/sale' }))).toBe(
    'range of p under exception shop/sale',
  );
});

describe('explainDecision', () => {
  it('has the outcome first, then verdicts, advice, errors, and when time helps', () => {
    const guards = [
      guardOf({ policy: 'a', response: 'throttle', rules: [frozen] }),
      guardOf({ policy: 'b', mode: 'Warn', rules: to40 }),
      guardOf({ policy: 'c', failurePolicy: 'Ignore', rules: [() => ({ error: 'no sum' })] }),
    ];
    const decision = decide(guards, [], factsOf([asked('10 -> 50')], { dryRun: true }));
    expect(explainDecision(decision)).toEqual([
      'Deployment shop/web: throttle, asked by tuner (dry run)',
      'n: 10 now, 50 asked, throttle, only the current value would pass: freeze of a: AnyChange is forbidden until 1970-01-01T00:01:00.000Z',
      'n: 50 is outside range of b: at most 40 (Warn)',
      'c guards[0] could not be evaluated: no sum (failurePolicy Ignore)',
      'time lifts this at 1970-01-01T00:01:00.000Z',
    ]);
  });

  it('is one line and the verdicts where all is well', () => {
    expect(explainDecision(of('10 -> 12'))).toEqual([
      'Deployment shop/web: admit, asked by tuner',
      'n: 10 now, 12 asked, admitted',
    ]);
  });
});

it('says what a policy that is not enforced would have said', () => {
  const verdict = only(of('10 -> 50').verdicts);
  const advice = explainAdvisory(verdict, limitOf('p', '..40', { mode: 'Audit', detail: 'at most 40' }));
  expect(advice).toBe('n: 50 is outside range of p: at most 40 (Audit)');
});

it.each([
  ['4..15', '[4 .. 15]'],
  ['..7 | 10 | 13..', '[.. 7] or [10] or [13 ..]'],
  ['..', 'anything'],
  ['nothing', 'nothing'],
  ['{a, b}', 'a, b'],
  ['{any}', 'anything'],
  ['{}', 'nothing'],
])('formatRegion: %s is %s', (region, text) => {
  expect(formatRegion(parseRegion(region), asked('1 -> 2'))).toBe(text);
});
