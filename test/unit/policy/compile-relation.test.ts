import { describe, expect, it } from 'vitest';
import { compileRelation } from '../../../src/policy/compile-relation.ts';
import { parameterFinder } from '../../../src/policy/parameters.ts';
import { decideBy, factsOf, guardFaults, parameterOf, policy, setOf } from './sample.ts';

const form =
  'must be a comparison (<=, <, >=, >, ==) of two terms, each a parameter, a literal, or {"+": [{var: …}, literal]} or {"*": [literal, {var: …}]}';

describe('a relation', () => {
  it.each([
    ['{"<=": [{var: hpa.minReplicas}, {var: hpa.maxReplicas}]}', 'clamp', 10n],
    ['{"<": [{var: hpa.minReplicas}, {var: hpa.maxReplicas}]}', 'clamp', 9n],
    ['{">=": [{var: hpa.maxReplicas}, {var: hpa.minReplicas}]}', 'clamp', 10n],
    ['{">": [{var: hpa.maxReplicas}, {var: hpa.minReplicas}]}', 'clamp', 9n],
    ['{"==": [{var: hpa.maxReplicas}, {var: hpa.minReplicas}]}', 'clamp', 10n],
    ['{"<=": [{var: hpa.minReplicas}, 7]}', 'clamp', 7n],
    ['{"<=": [{"*": [2, {var: hpa.minReplicas}]}, {var: hpa.maxReplicas}]}', 'clamp', 5n],
    ['{"<=": [{"*": [{var: hpa.minReplicas}, 1.5]}, {var: hpa.maxReplicas}]}', 'clamp', 6n],
    ['{"<=": [{"+": [{var: hpa.minReplicas}, 2]}, {var: hpa.maxReplicas}]}', 'clamp', 8n],
    ['{"<=": [{"+": [{"*": [1.5, {var: hpa.minReplicas}]}, 1]}, {var: hpa.maxReplicas}]}', 'clamp', 6n],
    ['{"<=": [{var: hpa.minReplicas}, {"+": [-1, {var: hpa.maxReplicas}]}]}', 'clamp', 9n],
    ['{"<=": [1, {var: hpa.minReplicas}]}', 'admit', 50n],
  ])('%s', (relation, outcome, granted) => {
    const set = setOf(policy({ guards: [`{relation: ${relation}}`] }));
    const facts = factsOf([
      parameterOf({ name: 'hpa.minReplicas', current: 5n, requested: 50n }),
      parameterOf({ current: 10n, requested: 10n }),
    ]);
    const decision = decideBy(set, facts);
    expect([decision.outcome, decision.verdicts[0]?.granted]).toEqual([outcome, granted]);
  });

  it('of quantities', () => {
    const relation = '{"<=": [{var: containers.requests.cpu}, {quantity: "1500m"}]}';
    const set = setOf(policy({ guards: [`{relation: ${relation}}`] }));
    const cpu = parameterOf({
      name: 'containers[web].requests.cpu',
      type: 'quantity',
      notation: 'DecimalSI',
      current: 1_000_000_000n,
      requested: 9_000_000_000n,
    });
    expect(decideBy(set, factsOf([cpu])).verdicts[0]?.granted).toBe(1_500_000_000n);
  });

  it.each([
    ['{"<=": [1]}', `: ${form}`],
    ['{"!=": [{var: hpa.minReplicas}, 1]}', `: ${form}`],
    ['{"<=": [1, 2]}', ': names no parameter'],
    [
      '{"<=": [{var: hpa.minReplica}, 2]}',
      '.<=[0]: `hpa.minReplica` is not a parameter (fix: did you mean `hpa.minReplicas`?)',
    ],
    ['{"<=": [{var: nothing}, 2]}', '.<=[0]: `nothing` is not a parameter'],
    ['{"<=": [{var: "hpa.*"}, 2]}', '.<=[0]: `hpa.*` is not a number that could be related'],
    [
      '{"<=": [{var: hpa.scaleTargetRef}, 2]}',
      '.<=[0]: `hpa.scaleTargetRef` is not a number that could be related',
    ],
    [
      '{"<=": [{var: hpa.minReplicas}, {var: containers.requests.cpu}]}',
      ': `hpa.minReplicas` and `containers.requests.cpu` are of different types',
    ],
    ['{"<=": [{"-": [{var: hpa.minReplicas}, 1]}, 2]}', `.<=[0]: ${form}`],
    ['{"<=": [{"+": [{var: hpa.minReplicas}]}, 2]}', `.<=[0]: ${form}`],
    ['{"<=": [{var: [hpa.minReplicas, 1]}, 2]}', `.<=[0]: ${form}`],
    ['{"<=": [{a: 1, b: 2}, {var: hpa.minReplicas}]}', `.<=[0]: ${form}`],
    ['{"<=": [null, {var: hpa.minReplicas}]}', `.<=[0]: ${form}`],
    [
      '{"<=": [{"+": [1, 2]}, {var: hpa.minReplicas}]}',
      '.<=[0]: may have one parameter and one literal, no more',
    ],
    [
      '{"<=": [{"*": [2, {"+": [1, {var: hpa.minReplicas}]}]}, 9]}',
      '.<=[0]: may have one parameter and one literal, no more',
    ],
    [
      '{"<=": [{"*": [2, {"*": [2, {var: hpa.minReplicas}]}]}, 9]}',
      '.<=[0]: may have one parameter and one literal, no more',
    ],
    [
      '{"<=": [{"*": [-2, {var: hpa.minReplicas}]}, 9]}',
      '.<=[0]: needs a factor above 0, with at most three decimals',
    ],
    [
      '{"<=": [{"*": [0.0001, {var: hpa.minReplicas}]}, 9]}',
      '.<=[0]: needs a factor above 0, with at most three decimals',
    ],
    [
      '{"<=": [{"*": [10000000000000, {var: hpa.minReplicas}]}, 9]}',
      '.<=[0]: needs a factor above 0, with at most three decimals',
    ],
    [
      '{"<=": [{"+": [{var: hpa.minReplicas}, {var: hpa.maxReplicas}]}, 9]}',
      '.<=[0]: may have one parameter and one literal, no more',
    ],
    [
      '{"<=": [{var: hpa.minReplicas}, x]}',
      '.<=[1]: `x` is no value of `hpa.minReplicas`, which is an integer, such as 4',
    ],
  ])('%s is refused', (relation, expected) => {
    expect(guardFaults(`{relation: ${relation}}`)).toEqual([
      `WrongRelation spec.guards[0].relation${expected}`,
    ]);
  });

  it('says itself as it was written', () => {
    const compiled = compileRelation(
      {
        '<=': [
          { '*': [2, { var: 'hpa.minReplicas' }] },
          { '+': [{ var: 'hpa.maxReplicas' }, { quantity: 3 }] },
        ],
      },
      [],
      parameterFinder([]),
    );
    expect(compiled.ok && compiled.relations[0]?.text).toBe('2 * hpa.minReplicas <= hpa.maxReplicas + 3');
  });

  it('a bug is not hidden as a mistake', () => {
    const logic = { '<=': [{ var: 'a' }, 1] };
    const broken = (): never => {
      throw new TypeError('broken');
    };
    expect(() => compileRelation(logic, [], broken)).toThrow('broken');
  });
});
