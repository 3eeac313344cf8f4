import { describe, expect, it } from 'vitest';
import { compilePath } from '../../../src/policy/compile-path.ts';
import type { ParameterSpec } from '../../../src/policy/schema.ts';
import type { CustomParameter } from '../../../src/policy/set.ts';
import { faultsOf, policy, queryOf, setOf } from './sample.ts';

function compileCustom(path: string, of: Partial<ParameterSpec> = {}): CustomParameter {
  const compiled = compilePath({ name: 'a.b', path, type: 'integer', ...of }, []);
  if (!compiled.ok) throw new Error(compiled.finding.why);
  return compiled.parameter;
}

const object = {
  spec: {
    'a/b~c': 3,
    containers: [
      { name: 'web', image: 'w', args: ['x', 'y'] },
      { name: 'db', image: 'd' },
    ],
  },
};

describe('a path', () => {
  it.each([
    ['$.spec.containers[0].image', { path: '/spec/containers/0/image', value: 'w' }],
    ['$.spec.containers[-1].image', { path: '/spec/containers/1/image', value: 'd' }],
    ["$.spec['a/b~c']", { path: '/spec/a~1b~0c', value: 3 }],
    ["$.spec.containers[?@.name == 'db'].image", { path: '/spec/containers/1/image', value: 'd' }],
    ["$.spec.containers[?@.name == 'db' && !@.args].image", { path: '/spec/containers/1/image', value: 'd' }],
    ['$.spec.containers[?length(@.args) > 1].image', { path: '/spec/containers/0/image', value: 'w' }],
    ['$.spec.none', undefined],
    ['$.spec.constructor', undefined],
    ['$.spec.containers[*].image', { error: '`$.spec.containers[*].image` finds more than one value' }],
  ])('%s', (path, expected) => {
    expect(compileCustom(path).locate(object)).toEqual(expected);
  });

  it('finds nothing where there is no object', () => {
    expect(compileCustom('$.spec.a').locate(undefined)).toBeUndefined();
  });

  it.each([
    ['spec.a', /^is not an RFC 9535 path that policies may use: /],
    ['$.a[?match(@.b, "(a+)+$")]', /no such function 'match'/],
    ['$.a[?search(@.b, "(a+)+$")]', /no such function 'search'/],
    ['$..image', /^may not search descendants \(`\.\.`\)$/],
    ['$.a[?@..b]', /^may not search within a filter/],
    ['$.a[?@.b[*]]', /^may not search within a filter/],
    ['$.a[?count(@.b[*]) > 1]', /^may not search within a filter/],
    ['$.a[?$.a[?@.b == 1]]', /^may not search within a filter/],
    ['$.a[?!(@.b[1:2] || @.c)]', /^may not search within a filter/],
  ])('%s is refused', (path, expected) => {
    const compiled = compilePath({ name: 'a.b', path, type: 'integer' }, []);
    expect(compiled.ok ? '' : compiled.finding.why).toMatch(expected);
  });

  it('what is not said has a default', () => {
    expect(compileCustom('$.a').definition).toEqual({
      name: 'a.b',
      type: 'integer',
      capacity: 'none',
      integration: 'parametric',
      description: '$.a',
    });
    const spec = { capacity: 'more', integration: 'restrictive', description: 'd' } as const;
    expect(compileCustom('$.a', spec).definition).toMatchObject(spec);
  });
});

describe('a policy’s own parameters', () => {
  const own = (...parameters: string[]): string =>
    policy({
      resources: '[{group: argoproj.io, kind: Rollout}]',
      spec: `parameters: [${parameters.join(', ')}]`,
      guards: ['{parameter: rollout.weight, range: {max: 9}}'],
    });

  it('are selected with the policy, and can be bounded', () => {
    const set = setOf(own('{name: rollout.weight, path: $.spec.weight, type: integer}'));
    const { guards, parameters } = set.select(queryOf({ group: 'argoproj.io', kind: 'Rollout' }));
    expect(guards.map((guard) => guard.parameters)).toEqual([['rollout.weight']]);
    expect(parameters.map(({ definition }) => definition.name)).toEqual(['rollout.weight']);
  });

  it.each([
    [
      own(
        '{name: hpa.maxReplicas, path: $.a, type: integer}',
        '{name: rollout.weight, path: $.a, type: integer}',
      ),
      ['DuplicateName spec.parameters[0].name: `hpa.maxReplicas` is a name of the catalogue'],
    ],
    [
      own(
        '{name: rollout.weight, path: $.a, type: integer}',
        '{name: rollout.weight, path: $.b, type: integer}',
      ),
      ['DuplicateName spec.parameters[1].name: `rollout.weight` is defined twice'],
    ],
    [
      own('{name: rollout.weight, path: $..a, type: integer}', '{name: rollout.b, path: $.a, type: integer}'),
      [
        'UnknownParameter spec.guards[0].parameter: `rollout.weight` is not a parameter',
        'WrongPath spec.parameters[0].path: may not search descendants (`..`)',
      ],
    ],
    [
      own('{name: weight, path: $.a, type: integer}'),
      [
        'WrongValue spec.parameters[0].name: has not the form that is wanted (fix: the name that guards use: `rollout.maxSurge`)',
      ],
    ],
  ])('%#', (text, expected) => {
    expect(
      faultsOf(text)
        .map((fault) => fault.replace(/ \(fix: did you.*/, ''))
        .sort(),
    ).toEqual(expected);
  });

  it('one name for two places is refused, to whoever comes second; the platform comes first', () => {
    const define = (path: string): string =>
      `parameters: [{name: rollout.weight, path: ${path}, type: integer, description: x${path.length}}]`;
    const guards = ['{parameter: rollout.weight, range: {max: 9}}'];
    const tenant = (namespace: string, path: string, name = 'p'): string =>
      policy({ namespace, name, guards, spec: define(path) });
    const platform = (path: string, name = 'p'): string => policy({ name, guards, spec: define(path) });
    const together = (...texts: string[]): string[] => faultsOf(texts.join('\n---\n'));
    expect(together(tenant('shop', '$.a'), tenant('team', '$.b'))).toEqual([]);
    expect(together(tenant('shop', '$.a'), platform('$.a'))).toEqual([]);
    expect(together(tenant('shop', '$.a'), tenant('shop', '$.bb', 'q'))).toEqual([
      'DuplicateName spec.parameters[0].name: `rollout.weight` is another parameter in policy `shop/p`',
    ]);
    const taken =
      'DuplicateName spec.parameters[0].name: `rollout.weight` is another parameter in policy `p`';
    expect(together(tenant('shop', '$.a'), platform('$.bb'))).toEqual([taken]);
    expect(together(platform('$.bb', 'q'), platform('$.a'))).toEqual([taken]);
  });
});
