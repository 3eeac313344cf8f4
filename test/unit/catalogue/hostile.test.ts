/** Objects that no API server would store, from callers that are none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, longestText } from '../../../src/catalogue/canonical.ts';
import { catalogue, kindOf } from '../../../src/catalogue/catalogue.ts';
import { readChange } from '../../../src/catalogue/read-change.ts';

const doors = catalogue.flatMap((kind) => kind.doors.map(({ subresource }) => ({ kind, subresource })));

function errorOf(group: string, kindName: string, object: unknown): string {
  const read = kindOf(group, kindName)?.read(object, '');
  return read === undefined || read.ok ? 'was read' : read.error;
}

const hpaError = (object: unknown) => errorOf('autoscaling', 'HorizontalPodAutoscaler', object);
const podError = (object: unknown) => errorOf('', 'Pod', object);
const quotaError = (object: unknown) => errorOf('', 'ResourceQuota', object);
const many = (count: number, item: (index: number) => unknown) =>
  Array.from({ length: count }, (_, i) => item(i));

describe('a governed field that cannot be read is an error that names it', () => {
  it.each([
    ['an object that is a text', hpaError('x'), '`/` is not an object'],
    ['a spec that is a list', hpaError({ spec: [] }), '`/spec` is not an object'],
    ['a number as text', hpaError({ spec: { maxReplicas: 'ten' } }), '`/spec/maxReplicas` is not an integer'],
    ['a fraction', hpaError({ spec: { maxReplicas: 1.5 } }), '`/spec/maxReplicas` is not an integer'],
    [
      'a number beyond 2^53',
      hpaError({ spec: { maxReplicas: 2 ** 53 } }),
      '`/spec/maxReplicas` is not an integer',
    ],
    [
      'infinity',
      hpaError({ spec: { maxReplicas: JSON.parse('1e999') } }),
      '`/spec/maxReplicas` is not an integer',
    ],
    ['metrics that are a map', hpaError({ spec: { metrics: {} } }), '`/spec/metrics` is not a list'],
    [
      'a metric of no type',
      hpaError({ spec: { metrics: [{}] } }),
      '`/spec/metrics/0` is a metric of no known type',
    ],
    ['a metric that is null', hpaError({ spec: { metrics: [null] } }), '`/spec/metrics/0` is not an object'],
    [
      'a policy of no type',
      hpaError({ spec: { behavior: { scaleUp: { policies: [{ type: 'Nodes', value: 1 }] } } } }),
      '`/spec/behavior/scaleUp/policies/0` has no known `type` (Pods or Percent)',
    ],
    [
      'a target that spoofs another',
      hpaError({ spec: { scaleTargetRef: { apiVersion: 'v1', kind: 'Deployment.apps', name: 'web' } } }),
      '`/spec/scaleTargetRef` has no readable `apiVersion`, `kind` and `name`',
    ],
    [
      'a container without a name',
      podError({ spec: { containers: [{}] } }),
      '`/spec/containers/0/name` is not a name',
    ],
    [
      '100,000 containers',
      podError({ spec: { containers: many(100_000, () => 0) } }),
      '`/spec/containers` has more than 1024 elements',
    ],
    [
      'a quantity 1e999',
      quotaError({ spec: { hard: { pods: '1e999' } } }),
      '`/spec/hard/pods` `1e999` is out of range',
    ],
    ['a quantity -0', quotaError({ spec: { hard: { pods: '-0' } } }), '`/spec/hard/pods` `-0` is minus zero'],
    [
      'a quantity 1Ki5',
      quotaError({ spec: { hard: { pods: '1Ki5' } } }),
      expect.stringContaining('`/spec/hard/pods` `1Ki5`'),
    ],
    [
      'a quantity that is a list',
      quotaError({ spec: { hard: { pods: [1] } } }),
      '`/spec/hard/pods` is not a quantity',
    ],
    [
      'the text of absence',
      podError({ spec: { schedulerName: '(none)' } }),
      expect.stringContaining('stands for an absent field'),
    ],
    [
      'a long text',
      podError({ spec: { schedulerName: 'x'.repeat(longestText + 1) } }),
      `\`/spec/schedulerName\` is longer than ${longestText} characters`,
    ],
    [
      'a long structure',
      podError({ spec: { affinity: { x: 'x'.repeat(longestText + 1) } } }),
      `\`/spec/affinity\` is deeper than 32 levels or longer than ${longestText} characters`,
    ],
    [
      'too many knobs',
      podError({
        spec: { containers: many(1024, (i) => ({ name: `c${i}`, resources: { requests: { cpu: 1 } } })) },
      }),
      'the object has more than 1024 governed fields',
    ],
    [
      'too many keys',
      quotaError({
        spec: { hard: Object.fromEntries(many(2000, (i) => [`k${i}`, '1']) as [string, string][]) },
      }),
      '`/spec/hard` has more than 1024 members',
    ],
    [
      'a name too long',
      quotaError({ spec: { hard: { ['k'.repeat(600)]: '1' } } }),
      expect.stringContaining('has no name of its own'),
    ],
  ])('%s', (_, error, expected) => {
    expect(error).toEqual(expected);
  });
});

describe('names of the language', () => {
  const hostile = JSON.parse('{"spec": {"hard": {"__proto__": "1", "constructor": "2", "toString": "3"}}}');

  it('are keys like any other', () => {
    const read = kindOf('', 'ResourceQuota')?.read(hostile, '');
    expect(read?.ok && read.readings.map(({ name, path }) => `${name} ${path}`)).toEqual([
      'quota.hard[__proto__] /spec/hard/__proto__',
      'quota.hard[constructor] /spec/hard/constructor',
      'quota.hard[toString] /spec/hard/toString',
    ]);
  });

  it('are never found by inheritance', () => {
    const spec = Object.create({ maxReplicas: 5 }) as object;
    const read = kindOf('autoscaling', 'HorizontalPodAutoscaler')?.read({ spec }, '');
    expect(read?.ok && read.readings.map(({ name }) => name)).toEqual(['hpa.scaleTargetRef']);
    expect(kindOf('constructor', '__proto__')).toBeUndefined();
  });
});

describe('objects that cannot be converted to text or number', () => {
  const trap = { toString: 1, valueOf: 1 };

  it.each([
    [
      'apiVersion',
      hpaError({ spec: { scaleTargetRef: { apiVersion: trap, kind: 'Deployment', name: 'web' } } }),
    ],
    ['name', hpaError({ spec: { scaleTargetRef: { apiVersion: 'v1', kind: 'Deployment', name: trap } } })],
    [
      'periodSeconds',
      hpaError({
        spec: {
          behavior: {
            scaleUp: {
              policies: [
                { type: 'Pods', value: 1, periodSeconds: trap },
                { type: 'Pods', value: 1, periodSeconds: 5 },
              ],
            },
          },
        },
      }),
    ],
    ['maxReplicas', hpaError({ spec: { maxReplicas: trap } })],
    ['quantity', quotaError({ spec: { hard: { pods: trap } } })],
    ['container name', podError({ spec: { containers: [{ name: trap }] } })],
  ])('%s', (_, error) => {
    expect(error).toMatch(/^`\/spec\//);
  });
});

describe('canonical JSON', () => {
  it('has one text for equal structures, in plain ASCII', () => {
    const text = '{"__proto__":1,"a":[true,null,"\\u00e9\\n"],"b":{}}';
    expect(canonicalJson(JSON.parse('{"b":{},"a":[true,null,"é\\n"],"__proto__":1}'))).toEqual({
      ok: true,
      value: text,
    });
  });

  it('survives any depth and any width', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(canonicalJson(deep)).toMatchObject({ ok: false });
    expect(canonicalJson(many(1_000_000, () => 0))).toMatchObject({ ok: false });
    expect(
      canonicalJson(Object.fromEntries(many(longestText, (i) => [`${i}`, 0]) as [string, number][])),
    ).toMatchObject({ ok: false });
    expect(canonicalJson({ ['k'.repeat(longestText + 1)]: 0 })).toMatchObject({ ok: false });
  });
});

/** Words that lead into the readers, so that random objects get deep. */
const words = [
  'spec',
  'status',
  'hard',
  'metadata',
  'annotations',
  'metrics',
  'resource',
  'target',
  'name',
  'behavior',
  'scaleUp',
  'policies',
  'type',
  'template',
  'containers',
  'resources',
  'requests',
  'cpu',
  'triggers',
  'threshold',
  'scaleTargetRef',
  'replicas',
  'minAvailable',
  'containerPolicies',
  'resourcePolicy',
  'containerName',
  '__proto__',
  'advanced',
];
const leaf = fc.oneof(
  fc.constant({ toString: 1, valueOf: 1 }),
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.string(),
  fc.constantFrom('Pods', '1', '50%', 'cpu'),
);
const anything = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium' },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...words), tie('tree'), { maxKeys: 6 }),
  ),
})).tree;

it('never throws, whatever the object is', () => {
  fc.assert(
    fc.property(fc.constantFrom(...doors), anything, anything, ({ kind, subresource }, object, oldObject) => {
      const target = { group: kind.group, kind: kind.kind, namespace: 'shop', name: 'it', subresource };
      const actor = { user: 'tuner', groups: [] };
      for (const operation of ['CREATE', 'UPDATE', 'DELETE'] as const) {
        const read = readChange({
          target,
          actor,
          operation,
          dryRun: false,
          kind,
          object,
          oldObject,
          custom: [],
        });
        expect(read.ok ? 'read' : read.error).toEqual(expect.any(String));
      }
    }),
    { numRuns: 500 },
  );
});
