import { describe, expect, it } from 'vitest';
import { evaluateGuards } from '../../../src/core/evaluate.ts';
import type { Computed } from '../../../src/core/facts.ts';
import type { Guard, Rule } from '../../../src/core/guard.ts';
import { choice } from '../../../src/core/rules/choice.ts';
import { drift } from '../../../src/core/rules/drift.ts';
import { range } from '../../../src/core/rules/range.ts';
import { asked, factsOf, guardOf, relationOf } from './sample.ts';

const parameters = [asked('1 -> 2', { name: 'a' }), asked('1 -> 2', { name: 'b' })];
const to5 = range({ max: 5n });

function evaluated(...guards: readonly Partial<Guard>[]) {
  return evaluateGuards(guards.map(guardOf), parameters, factsOf(parameters));
}

function idsOf({ limits }: ReturnType<typeof evaluated>): Record<string, string[]> {
  return Object.fromEntries([...limits].map(([name, list]) => [name, list.map(({ id }) => id)]));
}

it.each([
  ['1 -> 9', 'AboveMaximum'],
  ['1 -> -', 'NotAllowed'],
])('a number that is removed is neither above nor below: %s is %s', (change, reason) => {
  const own = [asked(change)];
  const { limits } = evaluateGuards([guardOf({ rules: [to5] })], own, factsOf(own));
  expect(limits.get('n')?.map((limit) => limit.reason)).toEqual([reason]);
});

describe('limits', () => {
  it('come from each rule for each governed parameter, sorted by id', () => {
    const evaluation = evaluated(
      { policy: 'z', parameters: ['a'], rules: [to5] },
      { policy: 'y', rules: [to5, drift({ from: 1n, max: { kind: 'absolute', units: 1n } })] },
    );
    expect(idsOf(evaluation)).toEqual({
      a: ['y#guards[0]/drift', 'y#guards[0]/range', 'z#guards[0]/range'],
      b: ['y#guards[0]/drift', 'y#guards[0]/range'],
    });
  });

  it('carry how their guard answers, and not what was read for them', () => {
    const [limit] =
      evaluated({
        policy: 'p',
        response: 'throttle',
        exception: 'shop/e',
        retryAfterSeconds: 5,
        rules: [to5],
        parameters: ['a'],
      }).limits.get('a') ?? [];
    expect(limit).toMatchObject({
      policy: 'p',
      mode: 'Enforce',
      response: 'throttle',
      exception: 'shop/e',
      retryAfterSeconds: 5,
    });
    expect(limit).not.toHaveProperty('used');
    expect(limit).not.toHaveProperty('failurePolicy');
  });

  it('do not come from a rule without an opinion, nor from a guard of other parameters', () => {
    expect(idsOf(evaluated({ rules: [() => undefined] }, { parameters: ['c'], rules: [to5] }))).toEqual({});
  });
});

describe('when', () => {
  const saying =
    (value: boolean): Computed<boolean> =>
    () => ({ ok: true, value });

  it.each<[string, Computed<boolean>, readonly string[], readonly string[]]>([
    ['true: the guard has a say', saying(true), ['p#guards[0]/range'], []],
    ['false: it has none', saying(false), [], []],
    [
      'an error is no match and is told',
      () => ({ ok: false, error: 'no label' }),
      [],
      ['match.when: no label'],
    ],
  ])('%s', (_, when, ids, messages) => {
    const evaluation = evaluated({ when, parameters: ['a'], rules: [to5] });
    expect(idsOf(evaluation)['a'] ?? []).toEqual(ids);
    expect(evaluation.errors.map(({ message }) => message)).toEqual(messages);
  });

  it('is not asked where the guard governs nothing that changes', () => {
    const when = (): never => {
      throw new Error('asked');
    };
    expect(evaluated({ when, parameters: ['c'], rules: [to5] }).errors).toEqual([]);
  });
});

describe('errors', () => {
  const thrown =
    (what: unknown): Rule =>
    () => {
      throw what;
    };

  it.each<[string, Rule, string]>([
    ['a rule that cannot be evaluated', () => ({ error: 'no sum' }), 'no sum'],
    ['a rule that throws', thrown(new Error('a bug')), 'a bug'],
    ['a rule that throws no error', thrown('odd'), 'odd'],
    ['a choice on an integer', choice(['x']), '`choice` does not apply to an integer'],
  ])('%s', (_, rule, message) => {
    const { errors, limits } = evaluated({ parameters: ['a'], rules: [rule] });
    const source = { policy: 'p', position: 'guards[0]', parameter: 'a', failurePolicy: 'Fail' };
    expect(errors).toEqual([{ ...source, message }]);
    expect(limits.size).toBe(0);
  });

  it('a range on a choice says nothing of it, and is an error', () => {
    const image = asked('x -> y', { name: 'image', type: 'choice' });
    const { errors } = evaluateGuards([guardOf({ rules: [to5] })], [image], factsOf([image]));
    expect(errors.map(({ message }) => message)).toEqual(['`range` does not apply to a choice']);
  });

  it('are sorted, and ignored where the policy is not enforced', () => {
    const rules: readonly Rule[] = [() => ({ error: 'x' })];
    const { errors } = evaluated(
      { policy: 'z', mode: 'Warn', rules },
      { policy: 'y', rules, parameters: ['b'] },
    );
    const texts = errors.map(
      ({ policy, parameter, failurePolicy }) => `${policy} ${parameter} ${failurePolicy}`,
    );
    expect(texts).toEqual(['y b Fail', 'z a Ignore', 'z b Ignore']);
  });
});

describe('relations', () => {
  it('are bound to all parameters, with the source of their guard', () => {
    const { relations } = evaluated({
      response: 'deny',
      parameters: ['a'],
      relations: [relationOf('a <= b')],
    });
    expect(relations).toEqual([
      { ...relationOf('a <= b'), policy: 'p', mode: 'Enforce', response: 'deny', id: 'p#guards[0]/relation' },
    ]);
  });

  it('are sorted by id, and absent where the guard governs nothing that changes', () => {
    const relations = [relationOf('a <= b')];
    const { relations: bound } = evaluated(
      { policy: 'z', relations },
      { policy: 'y', relations },
      { policy: 'x', relations, parameters: ['c'] },
    );
    expect(bound.map(({ policy }) => policy)).toEqual(['y', 'z']);
  });
});

it('records the facts that conditions and computed bounds read, sorted', () => {
  const read = (name: string) => ({ ok: true, value: 5n, used: new Map([[name, '5']]) }) as const;
  const { facts } = evaluated({
    when: () => ({ ok: true, value: true, used: new Map([['labels.team', 'shop']]) }),
    rules: [
      range({ min: () => read('spec.min'), max: () => read('spec.max') }),
      drift({ from: () => read('anchor'), max: { kind: 'absolute', units: 1n } }),
    ],
  });
  expect([...facts].map(([name]) => name)).toEqual(['anchor', 'labels.team', 'spec.max', 'spec.min']);
});
