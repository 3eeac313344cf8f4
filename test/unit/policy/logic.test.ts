import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/core/facts.ts';
import { describe as describeValue, registerOperators } from '../../../src/policy/logic/operators.ts';
import { compileLogic, evaluateCondition, evaluateLogic } from '../../../src/policy/logic.ts';
import { factsOf, parameterOf } from './sample.ts';

const facts: Facts = factsOf(
  [
    parameterOf({ current: 10n, requested: 20n }),
    parameterOf({
      name: 'quota.hard[requests.cpu]',
      type: 'quantity',
      current: 2_500_000_000n,
      requested: 5n,
    }),
    parameterOf({ name: 'wait', type: 'duration', current: 90_500n }),
    parameterOf({ name: 'containers[web].image', type: 'choice', current: 'a', requested: 'b' }),
    parameterOf({ name: 'containers[db].image', type: 'choice', current: 'c', requested: 'c' }),
  ],
  {
    object: {
      spec: { replicas: 3, paused: false, list: ['x', 'y'], nothing: null, cpu: '500m' },
      metadata: { labels: { tier: 'web' }, annotations: { 'a.b/c': 'note' } },
    },
    oldObject: { kind: 'Secret', data: { token: 's3cret' }, spec: { replicas: 2 } },
    labels: new Map([['app', 'checkout']]),
  },
);

/** Any result will do: what a whole expression must give is another test. */
function compile(expression: unknown) {
  const isCondition = /^\{"(and|or|!|!!|[=!<>]=*|in)"/.test(JSON.stringify(expression));
  return compileLogic(expression, ['w'], {
    result: isCondition ? 'truth' : 'number',
    checkParameter: (name) =>
      name === 'unknown' ? { why: '`unknown` is not a parameter', fix: 'did you mean `known`?' } : undefined,
  });
}

function evaluate(expression: unknown): unknown {
  const compiled = compile(expression);
  if (!compiled.ok)
    return compiled.findings.map(
      ({ path, why, fix }) => `${path.join('.')}: ${why}${fix === undefined ? '' : ` (${fix})`}`,
    )[0];
  const result = evaluateLogic(compiled.program, facts);
  return result.ok ? result.value : `error: ${result.error}`;
}

const replicas = { var: 'object.spec.replicas' };

describe('facts', () => {
  it.each([
    [{ var: 'object.spec.replicas' }, 3],
    [{ var: 'oldObject.spec.replicas' }, 2],
    [{ var: 'object.spec.paused' }, false],
    [{ var: 'object.spec.list.1' }, 'y'],
    [{ var: 'parameters.hpa.maxReplicas.current' }, 10],
    [{ var: 'parameters.hpa.maxReplicas.requested' }, 20],
    [{ var: 'parameters.quota.hard[requests.cpu].current' }, 2_500_000_000n],
    [{ var: 'parameters.wait.current' }, 90.5],
    [{ var: 'parameters.containers[web].image.requested' }, 'b'],
    [{ var: 'actor.user' }, 'alice'],
    [{ var: 'namespace' }, 'shop'],
    [{ var: 'name' }, 'web'],
    [{ var: 'operation' }, 'UPDATE'],
    [{ var: 'now' }, facts.now],
    [{ label: 'app' }, 'checkout'],
    [{ annotation: 'a.b/c' }, 'note'],
    [{ label: ['none', 'fallback'] }, 'fallback'],
    [{ var: ['object.spec.none', 7] }, 7],
    [{ var: ['object.spec.none', false] }, false],
  ])('%j is %s', (expression, expected) => {
    expect(evaluate(expression)).toBe(expected);
  });

  it.each([
    [{ var: 'object.spec.none' }, 'error: `object.spec.none` is missing, and has no default'],
    [{ var: 'object.spec.nothing' }, 'error: `object.spec.nothing` is missing, and has no default'],
    [{ var: 'object.spec' }, 'error: `object.spec` is not a text, a number, true or false'],
    [{ var: 'object.constructor.name' }, 'error: `object.constructor.name` is missing, and has no default'],
    [{ var: 'object.__proto__.x' }, 'error: `object.__proto__.x` is missing, and has no default'],
    [{ var: 'object.spec.list.length' }, 'error: `object.spec.list.length` is missing, and has no default'],
    [{ var: 'oldObject.data.token' }, 'error: `oldObject.data.token` the data of a Secret is never read'],
    [{ var: 'oldObject.stringData.a' }, 'error: `oldObject.stringData.a` the data of a Secret is never read'],
    [
      { var: 'parameters.wait.requested' },
      'error: `parameters.wait.requested` is missing, and has no default',
    ],
    [{ var: 'parameters.none.current' }, 'error: `parameters.none.current` is missing, and has no default'],
    [
      { var: 'parameters.containers.image.current' },
      'error: `parameters.containers.image.current` names 2 instances (name one: `containers[web].image`)',
    ],
    [{ label: 'constructor' }, 'error: `label constructor` is missing, and has no default'],
  ])('%j: %s', (expression, expected) => {
    expect(evaluate(expression)).toBe(expected);
  });

  it('a bound prefers the instance that it is computed for', () => {
    const compiled = compile({ var: 'parameters.containers.image.current' });
    const owner = parameterOf({ name: 'containers[db].limits.cpu' });
    expect(compiled.ok && evaluateLogic(compiled.program, facts, owner)).toMatchObject({ value: 'c' });
    expect(compiled.ok && evaluateLogic(compiled.program, facts, parameterOf()).ok).toBe(false);
  });
});

describe('operators', () => {
  it.each([
    [{ '<': [replicas, 4] }, true],
    [{ '<': [1, replicas, 3] }, false],
    [{ '<=': [1, replicas, 3] }, true],
    [{ '>': [replicas, 3] }, false],
    [{ '>=': [replicas, 3] }, true],
    [{ '==': [replicas, 3] }, true],
    [{ '===': ['a', 'b'] }, false],
    [{ '!=': [replicas, 3] }, false],
    [{ '!==': [true, false] }, true],
    [{ '!': [{ '<': [1, 2] }] }, false],
    [{ '!': { '<': [1, 2] } }, false],
    [{ '!!': [true] }, true],
    [{ and: [true, false, { var: 'object.none' }] }, false],
    [{ and: [true, true] }, true],
    [{ or: [true, { var: 'object.none' }] }, true],
    [{ or: [false, false] }, false],
    [{ if: [{ '<': [1, 2] }, 4, { var: 'object.none' }] }, 4],
    [{ if: [false, 4, false, 5, 6] }, 6],
    [{ in: ['devs', { var: 'actor.groups' }] }, true],
    [{ in: ['x', ['a', 'b']] }, false],
    [{ '+': [1, 2, 3] }, 6],
    [{ '-': [1, 2] }, -1],
    [{ '*': [2, 3] }, 6],
    [{ '/': [3, 2] }, 1.5],
    [{ '%': [7, 4] }, 3],
    [{ min: [3, 1, 2] }, 1],
    [{ max: [3, 1, 4] }, 4],
    [{ quantity: '1500m' }, 1_500_000_000n],
    [{ quantity: 2 }, 2_000_000_000n],
    [{ quantity: { var: 'object.spec.cpu' } }, 500_000_000n],
    [{ quantity: { quantity: { quantity: '1' } } }, 1_000_000_000n],
    [{ '+': [{ quantity: '1' }, { quantity: '1' }] }, 2_000_000_000n],
    [{ '-': [{ quantity: '1' }, { quantity: '1' }] }, 0n],
    [{ '*': [2, { quantity: '1' }] }, 2_000_000_000n],
    [{ '*': [{ quantity: '1' }, 1.5] }, 1_500_000_000n],
    [{ '/': [{ quantity: '1' }, 2] }, 500_000_000n],
    [{ '/': [{ quantity: '3' }, { quantity: '2' }] }, 1.5],
    [{ '<': [{ quantity: '1' }, { quantity: '1Ki' }] }, true],
    [{ '==': [{ quantity: '1' }, { quantity: '1000m' }] }, true],
  ])('%j is %s', (expression, expected) => {
    expect(evaluate(expression)).toBe(expected);
  });

  it.each([
    [{ '<': ['10', '9'] }, 'the text `10` is not a number'],
    [
      { '<': [replicas, { quantity: '1' }] },
      'the number 3 cannot be compared with a quantity (write a quantity as {quantity: "1Gi"})',
    ],
    [{ '==': [replicas, '3'] }, 'the number 3 cannot be compared with the text `3`'],
    [{ '==': [{ var: 'actor.groups' }, { var: 'actor.groups' }] }, 'a list cannot be compared with a list'],
    [{ in: ['a', 'abc'] }, 'the text `abc` is not a list'],
    [{ in: [1, ['1']] }, 'the number 1 cannot be compared with the text `1`'],
    [{ '/': [1, 0] }, 'the result is not a finite number'],
    [{ '%': [1, 0] }, 'the result is not a finite number'],
    [{ '/': [{ quantity: '1' }, 0] }, 'a quantity and the number 0 do not go together'],
    [{ '/': [{ quantity: '1' }, 1e300] }, 'a quantity and the number 1e+300 do not go together'],
    [{ '/': [1, { quantity: '1' }] }, 'the number 1 and a quantity do not go together'],
    [{ '/': [{ quantity: '1' }, { quantity: '0' }] }, 'the result is not a finite number'],
    [{ '*': [{ quantity: '1' }, { quantity: '1' }] }, 'a quantity and a quantity do not go together'],
    [{ '*': [{ quantity: '1' }, 1e300] }, 'a quantity and the number 1e+300 do not go together'],
    [{ '+': [1, { quantity: '1' }] }, 'the number 1 and a quantity do not go together'],
    [{ '-': [1, { quantity: '1' }] }, 'the number 1 and a quantity do not go together'],
    [{ '%': [1, { quantity: '1' }] }, 'the number 1 and a quantity do not go together'],
    [{ '+': ['a', 1] }, 'the text `a` is not a number'],
    [{ and: [true, 1] }, 'the number 1 is not true or false'],
    [{ if: ['yes', 1, 2] }, 'the text `yes` is not true or false'],
    [{ '!': ['yes'] }, 'the text `yes` is not true or false'],
    [{ quantity: { var: 'actor.user' } }, 'the text `alice` is not a quantity'],
    [{ quantity: { '<': [1, 2] } }, 'true is not a quantity'],
  ])('%j: %s', (expression, expected) => {
    expect(evaluate(expression)).toBe(`error: ${expected}`);
  });

  it('are added once', () => {
    registerOperators();
    registerOperators();
    expect(evaluate({ '+': [1, 1] })).toBe(2);
    expect(describeValue(false)).toBe('false');
  });
});

describe('what is refused when a policy is loaded', () => {
  let deep: unknown = true;
  for (let depth = 0; depth < 17; depth += 1) deep = { '!': [deep] };
  const forms =
    '`object.…`, `oldObject.…`, `parameters.<name>.current`, `parameters.<name>.requested`, `actor.user`, `actor.groups`, `namespace`, `name`, `operation`, `now`';

  it.each([
    [
      'two operators are a literal to JSON Logic, and true',
      { '<': [1, 2], '>': [1, 2] },
      'w: must have exactly one operator (join conditions with `and`)',
    ],
    ['none at all', {}, 'w: must have exactly one operator (join conditions with `and`)'],
    ['none', { and: [{}] }, 'w.and.0: must have exactly one operator (join conditions with `and`)'],
    [
      'an operator that prints',
      { log: [1] },
      'w.log: is not an operator that policies may use (did you mean `or`?)',
    ],
    ['one that loops', { reduce: [1] }, 'w.reduce: is not an operator that policies may use'],
    [
      'a misspelled one',
      { and: [{ lable: 'a' }] },
      'w.and.0.lable: is not an operator that policies may use (did you mean `label`?)',
    ],
    ['one of the prototype', { constructor: [1] }, 'w.constructor: is not an operator that policies may use'],
    ['too few arguments', { '<': [1] }, 'w.<: cannot have 1 arguments'],
    ['too many', { '!': [true, false] }, 'w.!: cannot have 2 arguments'],
    ['an if without an else', { if: [true, 1, false, 2] }, 'w.if: cannot have 4 arguments'],
    ['depth', deep, `w${'.!.0'.repeat(16)}: is nested deeper than 16 levels`],
    [
      'size',
      { '+': Array.from({ length: 32 }, () => ({ '+': Array.from({ length: 32 }, () => 1) })) },
      'w.+.7.+.23: has more than 256 parts',
    ],
    [
      'a list anywhere',
      { '==': [[1], 1] },
      'w.==.0: is a list: one may stand only as the second argument of `in`',
    ],
    ['a list of more than scalars', { in: [1, [[1]]] }, 'w.in.1.0: must be a text, a number, true or false'],
    ['a long list', { in: [1, Array.from({ length: 65 }, () => 1)] }, 'w.in.1: has more than 64 items'],
    ['a long text', { '==': ['x'.repeat(257), 'y'] }, 'w.==.0: is too long a text'],
    ['null', { '==': [null, 1] }, 'w.==.0: is not a value'],
    [
      'a computed name of a fact',
      { var: { var: 'name' } },
      'w.var: takes a literal name, and a default if need be',
    ],
    ['three arguments', { var: ['name', 1, 2] }, 'w.var: takes a literal name, and a default if need be'],
    [
      'a default that is no scalar',
      { var: ['name', [1]] },
      'w.var: takes a text, a number, true or false as its default',
    ],
    ['everything', { var: '' }, `w.var: \`\` is not a fact (use one of ${forms})`],
    ['another root', { var: 'missing' }, `w.var: \`missing\` is not a fact (use one of ${forms})`],
    ['an empty key', { var: 'object.a..b' }, `w.var: \`object.a..b\` is not a fact (use one of ${forms})`],
    [
      'the field manager, which clients choose',
      { var: 'actor.fieldManager' },
      `w.var: \`actor.fieldManager\` is not a fact (use one of ${forms})`,
    ],
    ['a long name', { var: `object.${'x'.repeat(512)}` }, 'w.var: the name of a fact is too long'],
    [
      'an unknown parameter',
      { var: 'parameters.unknown.current' },
      'w.var: `unknown` is not a parameter (did you mean `known`?)',
    ],
    [
      'a copy of the whole object',
      { annotation: 'kubectl.kubernetes.io/last-applied-configuration' },
      'w.annotation: the annotation `kubectl.kubernetes.io/last-applied-configuration` may hold secrets and is never read',
    ],
    [
      'a quantity that is none',
      { quantity: '1Ki5' },
      'w.quantity: `1Ki5` has no known suffix (use one of n u m k M G T P E Ki Mi Gi Ti Pi Ei)',
    ],
    ['two quantities', { quantity: ['1', '2'] }, 'w.quantity: takes one argument'],
  ])('%s', (_, expression, expected) => {
    expect(evaluate(expression)).toBe(expected);
  });

  it.each([
    [{ '+': [1, 1] }, 'truth', 'does not give true or false'],
    [{ quantity: '1' }, 'truth', 'does not give true or false'],
    [{ '<': [1, 1] }, 'number', 'does not give a value to compare with'],
    [{ if: [true, 1, 2] }, 'truth', undefined],
    [{ label: 'a' }, 'number', undefined],
  ] as const)('%j as a %s: %s', (expression, result, why) => {
    const compiled = compileLogic(expression, [], { result, checkParameter: () => undefined });
    expect(compiled.ok ? undefined : compiled.findings[0]?.why).toBe(why);
  });
});

describe('what is recorded', () => {
  it('the facts that were read, and no others, shortened', () => {
    const long = { ...facts, labels: new Map([['app', 'x'.repeat(300)]]) };
    const compiled = compile({
      or: [
        { '==': [{ label: 'app' }, 'y'] },
        { '<': [{ quantity: '1' }, { var: 'parameters.quota.hard.current' }] },
        { '==': [{ var: 'name' }, 'z'] },
      ],
    });
    const result = compiled.ok ? evaluateCondition(compiled.program, long) : compiled;
    expect(result).toEqual({
      ok: true,
      value: true,
      used: new Map([
        ['label app', 'x'.repeat(128)],
        ['parameters.quota.hard.current', '2500m'],
      ]),
    });
  });

  it('a condition that gives no truth is an error; a bug is not hidden as one', () => {
    const compiled = compile({ if: [true, 1, 2] });
    if (!compiled.ok) throw new Error('compiles');
    expect(evaluateCondition(compiled.program, facts)).toEqual({
      ok: false,
      error: 'the number 1 is not true or false',
    });
    expect(() => evaluateCondition({ rule: { nonsense: [] }, references: [] }, facts)).toThrow('nonsense');
  });
});
