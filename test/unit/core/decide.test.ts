import { describe, expect, it } from 'vitest';
import { decide, isGranted, opensAt } from '../../../src/core/decide.ts';
import type { Guard, Rule } from '../../../src/core/guard.ts';
import type { Mode, Response } from '../../../src/core/limit.ts';
import type { Parameter } from '../../../src/core/parameter.ts';
import { freeze } from '../../../src/core/rules/freeze.ts';
import { range } from '../../../src/core/rules/range.ts';
import { step } from '../../../src/core/rules/step.ts';
import { asked, boundOf, factsOf, guardOf, relationOf } from './sample.ts';

const to40 = range({ max: 40n });
const by2 = step({ increase: { kind: 'absolute', units: 2n }, decrease: { kind: 'absolute', units: 2n } });
const frozenUntil = (until: number): Rule =>
  freeze({ forbid: 'AnyChange', windowAt: (now) => ({ from: now, until }) });
const stale: Rule = () => ({ error: 'no sum' });

const guarded = (rule: Rule, response: Response, traits: Partial<Guard> = {}): Guard =>
  guardOf({ policy: `${response}s`, rules: [rule], response, ...traits });

function decided(guards: readonly Guard[], ...parameters: readonly Parameter[]) {
  return decide(guards, [], factsOf(parameters));
}

/** `clamp: n=40 clamp`. */
function summary({ outcome, verdicts }: ReturnType<typeof decide>): string {
  const each = verdicts.map(
    (verdict) => `${verdict.parameter.name}=${verdict.granted ?? 'nothing'} ${verdict.outcome}`,
  );
  return [`${outcome}:`, ...each].join(' ');
}

describe('decide', () => {
  it.each([
    ['without guards all is admitted', '10 -> 500', [], 'admit: n=500 admit'],
    ['inside the bounds', '10 -> 40', [guarded(to40, 'clamp')], 'admit: n=40 admit'],
    ['a clamp', '10 -> 500', [guarded(to40, 'clamp')], 'clamp: n=40 clamp'],
    ['a throttle', '10 -> 500', [guarded(to40, 'throttle')], 'throttle: n=40 throttle'],
    ['a denial', '10 -> 500', [guarded(to40, 'deny')], 'deny: n=40 deny'],
    ['what is unchanged is not governed', '500 -> 500', [guarded(to40, 'deny')], 'admit:'],
    [
      'the strictest response wins',
      '10 -> 500',
      [guarded(by2, 'clamp'), guarded(to40, 'deny')],
      'deny: n=12 deny',
    ],
    [
      'but only of what excludes the request',
      '10 -> 20',
      [guarded(by2, 'clamp'), guarded(to40, 'deny')],
      'clamp: n=12 clamp',
    ],
    [
      'the nearest point of the stricter tier is admitted',
      '50 -> 40',
      [guarded(by2, 'deny'), guarded(to40, 'clamp')],
      'admit: n=40 admit',
    ],
    [
      'and what is beyond it is not',
      '50 -> 49',
      [guarded(by2, 'clamp'), guarded(to40, 'clamp')],
      'clamp: n=40 clamp',
    ],
    [
      'a freeze throttles an addition, too',
      '- -> 5',
      [guarded(frozenUntil(9), 'throttle')],
      'throttle: n=nothing throttle',
    ],
    ['a clamp to nothing is a denial', '- -> 5', [guarded(frozenUntil(9), 'clamp')], 'deny: n=nothing deny'],
  ])('%s', (_, change, guards, expected) => {
    expect(summary(decided(guards, asked(change)))).toBe(expected);
  });

  it.each<[Mode, string, number]>([
    ['Enforce', 'clamp: n=40 clamp', 0],
    ['Warn', 'admit: n=500 admit', 1],
    ['Audit', 'admit: n=500 admit', 1],
  ])('in mode %s: %s', (mode, expected, advisories) => {
    const decision = decided([guarded(to40, 'clamp', { mode })], asked('10 -> 500'));
    expect(summary(decision)).toBe(expected);
    expect(decision.verdicts[0]?.advisory.length).toBe(advisories);
  });

  it.each([
    ['Enforce', 'Fail', 'deny: n=500 admit', 'Fail'],
    ['Enforce', 'Ignore', 'admit: n=500 admit', 'Ignore'],
    ['Warn', 'Fail', 'admit: n=500 admit', 'Ignore'],
  ] as const)('an error of a policy with %s and %s: %s', (mode, failurePolicy, expected, effective) => {
    const decision = decided([guarded(stale, 'clamp', { mode, failurePolicy })], asked('10 -> 500'));
    expect(summary(decision)).toBe(expected);
    expect(decision.errors).toEqual([
      {
        policy: 'clamps',
        position: 'guards[0]',
        parameter: 'n',
        failurePolicy: effective,
        message: 'no sum',
      },
    ]);
  });

  it('is as strict as the strictest of its verdicts, sorted by name', () => {
    const guards = [
      guarded(to40, 'clamp', { parameters: ['a'] }),
      guarded(to40, 'throttle', { parameters: ['b'] }),
    ];
    const parameters = ['c', 'b', 'a'].map((name) => asked('10 -> 500', { name }));
    const expected = 'throttle: a=40 clamp b=40 throttle c=500 admit';
    expect(summary(decided(guards, ...parameters))).toBe(expected);
  });

  it('meets relations of policies and couplings', () => {
    const parameters = [
      asked('5 -> 50', { name: 'max' }),
      asked('2 -> 45', { name: 'min' }),
      asked('1 -> 44', { name: 'low' }),
    ];
    const guards = [
      guarded(to40, 'clamp', { parameters: ['max'] }),
      guardOf({ policy: 'order', relations: [relationOf('low <= min')] }),
    ];
    const decision = decide(guards, [boundOf('min <= max', { isCoupling: true })], factsOf(parameters));
    expect(summary(decision)).toBe('clamp: low=40 clamp max=40 clamp min=40 clamp');
  });

  it('names a conflict of policies', () => {
    const guards = [guarded(to40, 'clamp'), guarded(range({ min: 50n }), 'clamp', { policy: 'other' })];
    const decision = decided(guards, asked('10 -> 45'));
    expect(summary(decision)).toBe('deny: n=nothing deny');
    expect(decision.verdicts[0]?.conflict.map(({ policy }) => policy)).toEqual(['clamps', 'other']);
  });
});

it.each([
  [[], true],
  [[guarded(to40, 'clamp')], true],
  [[guarded(to40, 'throttle')], false],
  [[guarded(to40, 'deny')], false],
])('isGranted: case %#', (guards, expected) => {
  expect(isGranted(decided(guards, asked('10 -> 500')))).toBe(expected);
});

it.each([
  ['never, where no limit has an end', [guarded(to40, 'clamp')], undefined],
  ['when the freeze ends', [guarded(frozenUntil(9), 'throttle'), guarded(to40, 'clamp')], 9],
  [
    'never, where a denial has no end',
    [guarded(frozenUntil(9), 'throttle'), guarded(to40, 'deny')],
    undefined,
  ],
  ['for a clamp, when nothing excludes the request', [guarded(frozenUntil(9), 'clamp')], 9],
  ['never, where nothing is excluded', [], undefined],
  ['when the last freeze ends', [guarded(frozenUntil(9), 'throttle'), guarded(frozenUntil(7), 'clamp')], 9],
])('opensAt: %s', (_, guards, expected) => {
  expect(opensAt(decided(guards, asked('10 -> 500')))).toBe(expected);
});
