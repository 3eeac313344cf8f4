import { describe, expect, it } from 'vitest';
import { loadText, policy, problemsOf } from './sample.ts';

const known = '`GuardrailPolicy`, `ClusterGuardrailPolicy`, `GuardrailException`';

describe('the head of a document', () => {
  it.each([
    ['a list', '- a', ['WrongValue 1:1: document: must be a mapping with `apiVersion` and `kind`']],
    ['a text', 'a', ['WrongValue 1:1: document: must be a mapping with `apiVersion` and `kind`']],
    [
      'no apiVersion',
      'kind: GuardrailPolicy',
      ['MissingField 1:1: document: `apiVersion` is missing (fix: write `apiVersion: flyball.dev/v1alpha1`)'],
    ],
    [
      'another apiVersion',
      'apiVersion: flyball.dev/v1\nkind: GuardrailPolicy',
      [
        'UnknownApiVersion 1:13: apiVersion: `flyball.dev/v1` is not an apiVersion that this version reads (fix: write `flyball.dev/v1alpha1`)',
      ],
    ],
    [
      'no kind',
      'apiVersion: flyball.dev/v1alpha1',
      [`MissingField 1:1: document: \`kind\` is missing (${known})`],
    ],
    [
      'a misspelled kind',
      'apiVersion: flyball.dev/v1alpha1\nkind: GuardRailPolicy',
      [
        'UnknownKind 2:7: kind: `GuardRailPolicy` is not a kind that this version reads (fix: did you mean `GuardrailPolicy`?)',
      ],
    ],
    [
      'another kind',
      'apiVersion: flyball.dev/v1alpha1\nkind: Objective',
      [
        `UnknownKind 2:7: kind: \`Objective\` is not a kind that this version reads (fix: use one of ${known})`,
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });
});

describe('the form of a document', () => {
  it.each([
    [
      'an unknown field',
      policy({ guards: ['{parameter: hpa.maxReplicas, rnage: {max: 9}}'] }),
      ['UnknownField 7:36: spec.guards[0].rnage: is not a field here (fix: did you mean `range`?)'],
    ],
    [
      'a rule that is not built is not accepted in silence',
      policy({ guards: ['{parameter: hpa.maxReplicas, range: {max: 9}, budget: {decrease: 5m}}'] }),
      ['UnknownField 7:53: spec.guards[0].budget: is not a field here'],
    ],
    [
      'a misspelled required field is one mistake',
      policy().replace('  guards:', '  gaurds:'),
      ['UnknownField 6:3: spec.gaurds: is not a field here (fix: did you mean `guards`?)'],
    ],
    [
      'a missing field',
      policy().replace(/ {2}guards:[\s\S]*/, ''),
      ['MissingField 5:3: spec: `guards` or `budgets` is missing'],
    ],
    [
      'two mistakes are two problems',
      policy({ spec: 'mode: Enforced\n  failurePolicy: Never' }),
      [
        'WrongValue 8:9: spec.mode: must be one of `Enforce`, `Warn`, `Audit` (fix: did you mean `Enforce`?)',
        'WrongValue 9:18: spec.failurePolicy: must be one of `Fail`, `Ignore`',
      ],
    ],
    [
      'an enum of another type',
      policy({ spec: 'mode: 3' }),
      ['WrongValue 8:9: spec.mode: must be a text (fix: write it in quotes: "3")'],
    ],
    [
      'a fraction that is not in quotes',
      policy({ guards: ['{parameter: hpa.maxReplicas, range: {max: 0.5}}'] }),
      [
        'WrongValue 7:49: spec.guards[0].range.max: must be a whole number or a text or a mapping (fix: write it in quotes: "0.5")',
      ],
    ],
    [
      'an empty list',
      policy({ resources: '[]' }),
      ['WrongValue 5:22: spec.match.resources: must not have fewer than 1 items'],
    ],
    [
      'a text where a list is wanted',
      policy({ resources: 'hpa' }),
      ['WrongValue 5:22: spec.match.resources: must be a list'],
    ],
    [
      'a choice that is neither a list nor `unchanged`',
      policy({ guards: ['{parameter: hpa.scaleTargetRef, choice: fixed}'] }),
      [
        'WrongValue 7:47: spec.guards[0].choice: has not the form that is wanted (fix: the values that are allowed, or `unchanged`)',
      ],
    ],
    [
      'a retry that hangs clients for long',
      policy({
        guards: [
          '{parameter: hpa.maxReplicas, range: {max: 9}, onViolation: Throttle, retryAfterSeconds: 60}',
        ],
      }),
      ['WrongValue 7:95: spec.guards[0].retryAfterSeconds: must be <= 5'],
    ],
    [
      'a namespaced policy has no say in other namespaces',
      policy({ namespace: 'shop', match: 'namespaces: [a]' }),
      [
        'UnknownField 5:77: spec.match.namespaces: is not a field here (fix: a GuardrailPolicy governs its own namespace: use a ClusterGuardrailPolicy)',
      ],
    ],
    [
      'a namespaced policy needs its namespace',
      policy({ kind: 'GuardrailPolicy' }),
      ['MissingField 3:11: metadata: `namespace` is missing'],
    ],
    [
      'a name in a key with a slash keeps its path',
      policy({ match: 'labels: {matchLabels: {"a/b~c": 1}}' }),
      [
        'WrongValue 5:109: spec.match.labels.matchLabels.a/b~c: must be a text (fix: write it in quotes: "1")',
      ],
    ],
    [
      'who is excluded by a field manager excludes himself',
      policy({ match: 'actors: {exclude: [{fieldManager: x}]}' }),
      ['UnknownField 5:97: spec.match.actors.exclude[0].fieldManager: is not a field here'],
    ],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it('what the cluster adds is no mistake', () => {
    const text = policy().replace('{name: p}', '{name: p, uid: x, managedFields: [], labels: {a: b}}');
    expect(problemsOf(`${text}\nstatus: {observedGeneration: 1, conditions: []}`)).toEqual([]);
  });

  it.each([
    ['2026-11-30T00:00:00Z', true],
    ['2026-11-30T00:00:00.5+02:00', true],
    ['2026-11-30T00:00:00', false],
    ['2026-13-30T00:00:00Z', false],
    ['tomorrow', false],
  ])('the end of an exception %s: %s', (expires, isValid) => {
    const text = `apiVersion: flyball.dev/v1alpha1
kind: GuardrailException
metadata: {name: e, namespace: shop}
spec: {policies: [p], guards: [{parameter: hpa.maxReplicas, range: {max: 9}}], owner: o, reason: r, ticket: t, expires: "${expires}"}`;
    expect(problemsOf(text)).toEqual(
      isValid
        ? []
        : [
            'WrongValue 4:121: spec.expires: has not the form that is wanted (fix: when it ends, RFC 3339: `2026-11-30T00:00:00Z`)',
          ],
    );
  });
});

describe('the name of a document', () => {
  it.each([
    [policy({ spec: 'x: 1' }), 'ClusterGuardrailPolicy p'],
    [policy({ namespace: 'shop', spec: 'x: 1' }), 'GuardrailPolicy shop/p'],
    [policy().replace(/metadata.*/, 'metadata: {}'), 'ClusterGuardrailPolicy (no name)'],
    [policy().replace(/metadata.*/, 'x: y'), 'ClusterGuardrailPolicy (no name)'],
    ['a: b', 'document'],
  ])('%#', (text, name) => {
    expect(loadText(text).problems[0]?.document).toBe(name);
  });
});

describe('the hash', () => {
  const [one, two] = [policy({ name: 'a' }), policy({ name: 'b', namespace: 'shop' })];
  const hash = (text: string): string | undefined => loadText(text).set?.hash;

  it('does not depend on the order of documents, fields, or on what decides nothing', () => {
    const expected = hash(`${one}\n---\n${two}`);
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
    expect(hash(`${two}\n---\n${one}`)).toBe(expected);
    const [api = '', kind = '', ...rest] = one.split('\n');
    expect(hash(`${two}\n---\n${[kind, api, ...rest].join('\n')}\nstatus: {guards: 1}`)).toBe(expected);
    expect(hash(`${two}\n---\n${one}\n  mode: Enforce`)).toBe(expected);
  });

  it('depends on every value', () => {
    expect(hash(one)).not.toBe(hash(one.replace('max: 9', 'max: 10')));
    expect(hash(one)).not.toBe(hash(one.replace('max: 9', 'max: "9"')));
    expect(hash(one)).not.toBe(hash(one.replace('name: p', 'name: q').replace('name: a', 'name: q')));
    expect(hash(policy({ spec: 'parameters: [{name: a.b, path: $.a, type: choice}]' }))).toMatch(
      /^[0-9a-f]{64}$/,
    );
  });
});
