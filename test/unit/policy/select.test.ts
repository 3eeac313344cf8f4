import { describe, expect, it } from 'vitest';
import { serviceAccountOf } from '../../../src/policy/compile-match.ts';
import type { Query } from '../../../src/policy/set.ts';
import {
  decideBy,
  factsOf,
  faultsOf,
  parameterOf,
  policy,
  queryOf,
  selectedPolicies,
  setOf,
} from './sample.ts';

const labelled = (...sides: Record<string, string>[]): Partial<Query> => ({
  readLabels: () => sides.map((side) => new Map(Object.entries(side))),
});
const inNamespace = (labels: Record<string, string>): Partial<Query> => ({
  readNamespaceLabels: () => new Map(Object.entries(labels)),
});
const by = (user: string, ...groups: string[]): Partial<Query> => ({ actor: { user, groups } });
const scale = { group: 'apps', kind: 'Deployment', subresource: 'scale' };
const deployments = (subresources: string): string => `[{group: apps, kind: Deployment${subresources}}]`;

describe('a policy matches', () => {
  it.each<[string, Parameters<typeof policy>[0], Partial<Query>, boolean]>([
    ['its kind', {}, {}, true],
    ['not another one', {}, { kind: 'Deployment' }, false],
    ['not another group', {}, { group: 'apps' }, false],
    ['its own namespace', { namespace: 'shop' }, {}, true],
    ['not another one', { namespace: 'shop' }, { namespace: 'shop2' }, false],
    ['namespaces by name', { match: 'namespaces: [a, shop, shop]' }, {}, true],
    ['and not others', { match: 'namespaces: [a]' }, {}, false],
    ['namespaces by prefix', { match: 'namespaces: [a, sh*]' }, {}, true],
    ['and not others', { match: 'namespaces: [a*]' }, {}, false],
    ['names', { match: 'names: [web, web]' }, {}, true],
    ['and not others', { match: 'names: [we]' }, {}, false],
    ['names by prefix', { match: 'names: [we*]' }, {}, true],
    ['and not others', { match: 'names: [wo*]' }, {}, false],
    ['every door', { resources: deployments('') }, scale, true],
    ['one door', { resources: deployments(', subresources: [scale]') }, scale, true],
    ['and not others', { resources: deployments(', subresources: [""]') }, scale, false],
    [
      'the object itself',
      { resources: deployments(', subresources: [""]') },
      { ...scale, subresource: '' },
      true,
    ],
    [
      'doors of one kind given twice',
      {
        resources:
          '[{group: apps, kind: Deployment, subresources: [""]}, {group: apps, kind: Deployment, subresources: [scale]}]',
      },
      scale,
      true,
    ],
    [
      'all of them, where one entry says so',
      { resources: '[{group: apps, kind: Deployment}, {group: apps, kind: Deployment, subresources: [""]}]' },
      scale,
      true,
    ],
    ['operations', { match: 'operations: [CREATE]' }, { operation: 'CREATE' }, true],
    ['and not others', { match: 'operations: [CREATE]' }, {}, false],
    ['users', { match: 'actors: {include: [{user: alice}]}' }, {}, true],
    ['and not others', { match: 'actors: {include: [{user: bob}]}' }, {}, false],
    ['users by prefix', { match: 'actors: {include: [{user: al*}]}' }, {}, true],
    ['groups', { match: 'actors: {include: [{group: a}, {group: b}]}' }, by('x', 'a', 'b'), true],
    ['and not others', { match: 'actors: {include: [{group: b}]}' }, by('x', 'a'), false],
    [
      'service accounts',
      { match: 'actors: {include: [{serviceAccount: optimizers/rl}]}' },
      by('system:serviceaccount:optimizers:rl'),
      true,
    ],
    ['and not users', { match: 'actors: {include: [{serviceAccount: optimizers/*}]}' }, by('rl'), false],
    [
      'service accounts by prefix',
      { match: 'actors: {include: [{serviceAccount: optimizers/*}]}' },
      by('system:serviceaccount:optimizers:x'),
      true,
    ],
    [
      'all that an entry gives',
      { match: 'actors: {include: [{user: alice, group: a}]}' },
      by('alice', 'b'),
      false,
    ],
    [
      'field managers',
      { match: 'actors: {include: [{fieldManager: rl}]}' },
      { actor: { user: 'x', groups: [], fieldManager: 'rl' } },
      true,
    ],
    ['and not their absence', { match: 'actors: {include: [{fieldManager: "*"}]}' }, {}, false],
    ['not who is excluded', { match: 'actors: {exclude: [{group: sre}]}' }, by('alice', 'sre'), false],
    ['but others', { match: 'actors: {exclude: [{group: sre}]}' }, by('alice', 'dev'), true],
    [
      'not who is both',
      { match: 'actors: {include: [{user: alice}], exclude: [{group: sre}]}' },
      by('alice', 'sre'),
      false,
    ],
    ['labels', { match: 'labels: {matchLabels: {a: b}}' }, labelled({ a: 'b' }), true],
    ['and not others', { match: 'labels: {matchLabels: {a: b}}' }, labelled({ a: 'c' }), false],
    ['all of them', { match: 'labels: {matchLabels: {a: b, c: d}}' }, labelled({ a: 'b' }), false],
    [
      'stored labels, whatever is proposed',
      { match: 'labels: {matchLabels: {a: b}}' },
      labelled({ a: 'x' }, { a: 'b' }),
      true,
    ],
    [
      'proposed labels, whatever is stored',
      { match: 'labels: {matchLabels: {a: b}}' },
      labelled({ a: 'b' }, {}),
      true,
    ],
    [
      'In',
      { match: 'labels: {matchExpressions: [{key: a, operator: In, values: [b]}]}' },
      labelled({ a: 'b' }),
      true,
    ],
    [
      'not In',
      { match: 'labels: {matchExpressions: [{key: a, operator: In, values: [""]}]}' },
      labelled({}),
      false,
    ],
    [
      'NotIn',
      { match: 'labels: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}' },
      labelled({}),
      true,
    ],
    [
      'not NotIn',
      { match: 'labels: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}' },
      labelled({ a: 'b' }),
      false,
    ],
    [
      'NotIn of another value',
      { match: 'labels: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}' },
      labelled({ a: 'c' }),
      true,
    ],
    [
      'Exists',
      { match: 'labels: {matchExpressions: [{key: a, operator: Exists}]}' },
      labelled({ a: '' }),
      true,
    ],
    [
      'DoesNotExist',
      { match: 'labels: {matchExpressions: [{key: a, operator: DoesNotExist}]}' },
      labelled({ a: '' }),
      false,
    ],
    [
      'an object without sides as one without labels',
      { match: 'labels: {matchExpressions: [{key: a, operator: DoesNotExist}]}' },
      labelled(),
      true,
    ],
    [
      'labels of the prototype are none',
      { match: 'labels: {matchExpressions: [{key: constructor, operator: Exists}]}' },
      labelled({}),
      false,
    ],
    [
      'namespaces by label',
      { match: 'namespaceSelector: {matchLabels: {t: u}}' },
      inNamespace({ t: 'u' }),
      true,
    ],
    ['and not others', { match: 'namespaceSelector: {matchLabels: {t: u}}' }, inNamespace({}), false],
    [
      'cluster-scoped objects, which have none',
      { match: 'namespaceSelector: {matchLabels: {t: u}}' },
      { namespace: '' },
      true,
    ],
  ])('%s: %j', (_, text, query, isMatched) => {
    expect(selectedPolicies(setOf(policy(text)), query)).toEqual(
      isMatched ? [text?.namespace === undefined ? 'p' : 'shop/p'] : [],
    );
  });

  it.each([
    ['names: [a*b]', 'spec.match.names: `a*b` has a `*` that is not at its end'],
    ['namespaces: ["*a"]', 'spec.match.namespaces: `*a` has a `*` that is not at its end'],
    [
      'actors: {include: [{user: "*a*"}]}',
      'spec.match.actors.include[0]: `*a*` has a `*` that is not at its end',
    ],
    [
      'labels: {matchExpressions: [{key: a, operator: In}]}',
      'spec.match.labels.matchExpressions[0]: `In` needs `values`',
    ],
    [
      'namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}',
      'spec.match.namespaceSelector.matchExpressions[0]: `Exists` takes no `values`',
    ],
  ])('%s is refused', (match, expected) => {
    expect(faultsOf(policy({ match }))).toEqual([`WrongValue ${expected}`]);
  });

  it.each([
    ['system:serviceaccount:a:b', 'a/b'],
    ['alice', undefined],
  ])('the service account of %s is %s', (user, expected) => {
    expect(serviceAccountOf(user)).toBe(expected);
  });
});

describe('a condition', () => {
  const web = '{"==": [{label: [tier, none]}, web]}';
  const decide = (
    match: string,
    of: Parameters<typeof factsOf>[1],
    operation: 'CREATE' | 'UPDATE' = 'UPDATE',
    subresource = '',
  ): string => {
    const facts = factsOf([parameterOf({ current: 5n, requested: 50n })], of);
    const { change } = facts;
    const target = { ...change.target, subresource };
    const decision = decideBy(setOf(policy({ match })), {
      ...facts,
      change: { ...change, operation, target },
    });
    return decision.errors[0]?.message ?? decision.outcome;
  };
  const tier = (value: string): object => ({ metadata: { labels: { tier: value } } });
  const proposed = (value: string) => ({ object: tier(value), labels: new Map([['tier', value]]) });

  it('decides whether the policy has a say', () => {
    expect(decide(`when: ${web}`, { ...proposed('web') })).toBe('clamp');
    expect(decide(`when: ${web}`, { ...proposed('batch') })).toBe('admit');
  });

  it('on metadata is asked of the stored object too: relabelling is no way out', () => {
    expect(decide(`when: ${web}`, { ...proposed('batch'), oldObject: tier('web') })).toBe('clamp');
    expect(
      decide('when: {"==": [{var: object.metadata.labels.tier}, web]}', {
        ...proposed('batch'),
        oldObject: tier('web'),
      }),
    ).toBe('clamp');
    expect(decide(`when: ${web}`, { ...proposed('batch'), oldObject: tier('web') }, 'CREATE')).toBe('admit');
    expect(decide(`when: ${web}`, { ...proposed('batch'), oldObject: undefined })).toBe('admit');
    expect(decide(`when: ${web}`, { ...proposed('batch'), oldObject: {} })).toBe('admit');
  });

  it('of a subresource knows the labels of its parent', () => {
    expect(decide(`when: ${web}`, { ...proposed('batch'), oldObject: tier('web') }, 'UPDATE', 'scale')).toBe(
      'admit',
    );
  });

  it('that cannot be evaluated is a third outcome', () => {
    expect(decide('when: {"<": [{var: object.a}, 2]}', {})).toBe(
      'match.when: `object.a` is missing, and has no default',
    );
    expect(decide('when: {"==": [{label: x}, y]}', {})).toBe(
      'match.when: `label x` is missing, and has no default',
    );
  });

  it('is checked when the policy is loaded', () => {
    expect(faultsOf(policy({ match: 'when: {"+": [1, 2]}' }))).toEqual([
      'WrongLogic spec.match.when.+: does not give true or false',
    ]);
  });
});

describe('what cannot be known now', () => {
  it.each([
    ['labels: {matchLabels: {a: b}}', 'FactsStale: the labels of the object are not known'],
    [
      'labels: {matchExpressions: [{key: a, operator: Exists}]}',
      'FactsStale: the labels of the object are not known',
    ],
    ['namespaceSelector: {matchLabels: {a: b}}', 'FactsStale: the labels of namespace `shop` are not known'],
  ])('%s is an error, never "no match"', (match, message) => {
    const set = setOf(
      policy({ match, name: 'p' }),
      policy({ match, name: 'q', spec: 'failurePolicy: Ignore' }),
      policy({ match, name: 'r', spec: 'mode: Audit' }),
      policy({ match: `${match}, names: [other]`, name: 's' }),
    );
    const query = queryOf({ readLabels: () => undefined, readNamespaceLabels: () => undefined });
    const { guards, errors } = set.select(query);
    expect(guards).toEqual([]);
    expect(errors).toEqual(
      [
        ['p', 'Fail'],
        ['q', 'Ignore'],
        ['r', 'Ignore'],
      ].map(([id, failurePolicy]) => ({
        policy: id,
        position: 'match',
        parameter: '',
        failurePolicy,
        message,
      })),
    );
  });

  it('is not asked for where no policy needs it', () => {
    const fail = (): never => {
      throw new Error('asked');
    };
    expect(selectedPolicies(setOf(policy()), { readLabels: fail, readNamespaceLabels: fail })).toEqual(['p']);
  });
});

describe('the set', () => {
  const texts = [
    policy({ name: 'b' }),
    policy({ name: 'a', match: 'labels: {matchLabels: {app: x}}' }),
    policy({ name: 'c', match: 'names: [web]' }),
    policy({ name: 'a', namespace: 'shop' }),
    policy({ name: 'd', match: 'actors: {include: [{user: alice}, {group: devs}]}' }),
    policy({ name: 'e', match: 'actors: {include: [{user: zoe}, {fieldManager: f}]}' }),
    policy({ name: 'other', match: 'labels: {matchLabels: {app: y}}' }),
  ];
  const query = { ...labelled({ app: 'x', zone: 'z' }, { app: 'x' }), ...by('alice', 'devs') };

  it('selects in one order, whatever order the documents had', () => {
    const expected = ['a', 'b', 'c', 'd', 'shop/a'];
    expect(selectedPolicies(setOf(...texts), query)).toEqual(expected);
    expect(selectedPolicies(setOf(...[...texts].reverse()), query)).toEqual(expected);
    expect(setOf(...texts).size).toBe(7);
  });

  it('looks at few of many', () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      policy({ name: `p${index}`, match: `actors: {include: [{user: u${index}}]}` }),
    );
    const set = setOf(...many);
    let reads = 0;
    const readLabels = (): Map<string, string>[] => {
      reads += 1;
      return [new Map()];
    };
    expect(selectedPolicies(set, { ...by('u7'), readLabels })).toEqual(['p7']);
    expect(reads).toBe(0);
  });

  it('knows nothing of a kind without policies', () => {
    expect(setOf(...texts).select(queryOf({ kind: 'Pod' }))).toEqual({
      guards: [],
      parameters: [],
      errors: [],
    });
  });
});
