import { describe, expect, it } from 'vitest';
import { catalogue, kindOf } from '../../../src/catalogue/catalogue.ts';
import { couplingsOf } from '../../../src/catalogue/couplings.ts';
import { define } from '../../../src/catalogue/define.ts';
import type { Kind } from '../../../src/catalogue/kind.ts';
import { type LocatedParameter, nowhere, readChange } from '../../../src/catalogue/read-change.ts';
import type { Change, Operation } from '../../../src/core/change.ts';
import { isChanged, type Parameter } from '../../../src/core/parameter.ts';
import type { CustomParameter } from '../../../src/policy/set.ts';
import * as objects from './objects.ts';

interface Request {
  readonly kind?: Kind | undefined;
  readonly operation?: Operation;
  readonly subresource?: string;
  readonly object?: unknown;
  readonly oldObject?: unknown;
  readonly custom?: readonly LocatedParameter[];
}

function result({ kind, operation = 'UPDATE', subresource = '', object, oldObject, custom = [] }: Request) {
  const target = {
    group: kind?.group ?? '',
    kind: kind?.kind ?? 'Thing',
    namespace: 'shop',
    name: 'it',
    subresource,
  };
  const actor = { user: 'tuner', groups: [] };
  return readChange({ target, actor, operation, dryRun: false, kind, object, oldObject, custom });
}

function change(request: Request): Change {
  const read = result(request);
  if (!read.ok) throw new Error(read.error);
  return read.change;
}

function moved(request: Request): Record<string, Pick<Parameter, 'path' | 'current' | 'requested'>> {
  return Object.fromEntries(
    change(request)
      .parameters.filter(isChanged)
      .map(({ name, path, current, requested }) => [
        name,
        {
          path,
          ...(current === undefined ? {} : { current }),
          ...(requested === undefined ? {} : { requested }),
        },
      ]),
  );
}

const hpa = kindOf('autoscaling', 'HorizontalPodAutoscaler');
const deployment = kindOf('apps', 'Deployment');
const pod = kindOf('', 'Pod');
const quota = kindOf('', 'ResourceQuota');

/** Changes one place of a copy. */
function edit<T>(object: T, by: (copy: Record<string, Record<string, unknown>>) => void): T {
  const copy = structuredClone(object);
  by(copy as Record<string, Record<string, unknown>>);
  return copy;
}

describe('UPDATE', () => {
  it.each([
    ['0', 'BinarySI'],
    ['1G', 'DecimalSI'],
    ['2Gi', 'BinarySI'],
  ])(
    'writes a quantity as it is proposed, and as it is stored where `%s` does not say',
    (memory, notation) => {
      const hard = (value: string) => ({ spec: { hard: { 'requests.memory': value } } });
      const { parameters } = change({ kind: quota, oldObject: hard('1Gi'), object: hard(memory) });
      expect(parameters.find(({ name }) => name === 'quota.hard[requests.memory]')?.notation).toBe(notation);
    },
  );

  it('shows the stored and the proposed value, and nothing else as changed', () => {
    const object = edit(objects.hpaV2, ({ spec = {} }) => {
      spec['maxReplicas'] = 500;
    });
    expect(moved({ kind: hpa, oldObject: objects.hpaV2, object })).toEqual({
      'hpa.maxReplicas': { path: '/spec/maxReplicas', current: 10n, requested: 500n },
    });
  });

  it('reads version 1 and 2 as the same change', () => {
    const v2 = (averageUtilization: number) => ({
      spec: {
        ...objects.hpaV2.spec,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization } } }],
        behavior: undefined,
      },
    });
    const v1 = (targetCPUUtilizationPercentage: number) => ({
      spec: { ...objects.hpaV1.spec, targetCPUUtilizationPercentage },
    });
    const strip = (request: Request) => change(request).parameters.map(({ path: _, ...rest }) => rest);
    expect(strip({ kind: hpa, oldObject: v1(60), object: v1(90) })).toEqual(
      strip({ kind: hpa, oldObject: v2(60), object: v2(90) }),
    );
  });

  it('gives a removed number the path at which it can be added again', () => {
    const object = edit(objects.hpaV2, ({ spec = {} }) => {
      delete spec['minReplicas'];
    });
    expect(moved({ kind: hpa, oldObject: objects.hpaV2, object })).toEqual({
      'hpa.minReplicas': { path: '/spec/minReplicas', current: 2n },
    });
  });

  it('follows a container that moved in the list', () => {
    const [web, proxy] = objects.podSpec.containers;
    const shrunk = { ...web, resources: { ...web?.resources, limits: { cpu: 2, memory: '2Gi' } } };
    const oldObject = { spec: { containers: [proxy, web] } };
    const moves = moved({ kind: pod, oldObject, object: { spec: { containers: [proxy, shrunk] } } });
    expect(moves).toEqual({
      'containers[web].limits[nvidia.com/gpu]': {
        path: '/spec/containers/1/resources/limits/nvidia.com~1gpu',
        current: 1_000_000_000n,
      },
    });
    const turned = moved({ kind: pod, oldObject, object: { spec: { containers: [shrunk, proxy] } } });
    expect(turned['containers[web].limits[nvidia.com/gpu]']?.path).toBe(nowhere);
  });

  it('has no path for what belongs to a removed element or a removed parent', () => {
    const [web, proxy] = objects.podSpec.containers;
    const moves = moved({
      kind: pod,
      oldObject: { spec: { containers: [web, proxy] } },
      object: { spec: { containers: [proxy] } },
    });
    expect(moves['containers[web].image']).toEqual({
      path: nowhere,
      current: 'registry.example/web:1',
      requested: '(none)',
    });
    expect(new Set(Object.values(moves).map(({ path }) => path))).toEqual(new Set([nowhere]));
    const removed = moved({
      kind: pod,
      oldObject: { spec: { containers: [web] } },
      object: { spec: { containers: [{ ...web, resources: undefined }] } },
    });
    expect(removed['containers[web].requests.cpu']?.path).toBe(nowhere);
    const emptied = moved({ kind: hpa, oldObject: objects.hpaV2, object: {} });
    expect(emptied['hpa.maxReplicas']).toEqual({ path: nowhere, current: 10n });
    expect(emptied['hpa.scaleTargetRef']).toMatchObject({ requested: '(none)' });
  });

  it('writes a choice as it was stored', () => {
    const object = edit(objects.pod, ({ spec = {} }) => {
      delete spec['nodeSelector'];
    });
    const parameter = change({ kind: pod, oldObject: objects.pod, object }).parameters.find(
      ({ name }) => name === 'pod.nodeSelector',
    );
    expect(parameter).toMatchObject({
      notation: 'json',
      path: '/spec/nodeSelector',
      current: '{"disk":"ssd","zone":"a"}',
      requested: '(none)',
    });
  });

  it('takes an empty map, an empty text and no field for one choice', () => {
    const spec = { ...objects.podSpec, tolerations: undefined, priorityClassName: '', affinity: {} };
    expect(moved({ kind: pod, oldObject: objects.pod, object: { spec } })).toEqual({});
  });

  it('reads a scale as the workload', () => {
    const scale = (replicas?: number) => ({
      kind: 'Scale',
      spec: replicas === undefined ? {} : { replicas },
    });
    expect(moved({ kind: deployment, subresource: 'scale', oldObject: scale(20), object: scale() })).toEqual({
      'deployment.replicas': { path: '/spec/replicas', current: 20n, requested: 0n },
    });
  });

  it('needs both objects', () => {
    expect(result({ kind: hpa, object: objects.hpaV2 })).toEqual({
      ok: false,
      error: 'stored object: `/` is missing',
    });
    expect(result({ kind: hpa, oldObject: objects.hpaV2 })).toEqual({
      ok: false,
      error: 'proposed object: `/` is missing',
    });
  });
});

describe('existence', () => {
  it('is a change of CREATE, with no other current value', () => {
    const { parameters } = change({ kind: hpa, operation: 'CREATE', object: objects.hpaV1 });
    expect(parameters[0]).toMatchObject({ name: 'hpa.exists', current: 'absent', requested: 'present' });
    expect(parameters.slice(1).filter((parameter) => 'current' in parameter)).toEqual([]);
  });

  it('is the only change of DELETE, for which the object is not even read', () => {
    const { parameters } = change({ kind: quota, operation: 'DELETE', oldObject: 'unreadable' });
    expect(parameters).toEqual([
      {
        name: 'quota.exists',
        type: 'choice',
        path: nowhere,
        notation: 'text',
        quantum: 1n,
        capacity: 'none',
        integration: 'substitutive',
        current: 'present',
        requested: 'absent',
      },
    ]);
  });

  it('is no knob of a pod, of a subresource, of an update, or of an unknown kind', () => {
    const names = (request: Request) => change(request).parameters.map(({ name }) => name);
    expect(names({ kind: pod, operation: 'DELETE' })).toEqual([]);
    expect(names({ operation: 'DELETE' })).toEqual([]);
    expect(
      names({ kind: pod, operation: 'CREATE', subresource: 'binding', object: objects.binding }),
    ).toEqual(['pod.binding.node']);
    expect(names({ kind: quota, oldObject: objects.quota, object: objects.quota })).not.toContain(
      'quota.exists',
    );
  });

  it('is defined for every kind that policies may protect from deletion', () => {
    const existing = catalogue.flatMap(({ definitions }) =>
      definitions.filter(({ name }) => name.endsWith('.exists')).map(({ name }) => name),
    );
    expect(existing.sort()).toEqual([
      'deployment.exists',
      'hpa.exists',
      'pdb.exists',
      'quota.exists',
      'scaledobject.exists',
      'statefulset.exists',
      'vpa.exists',
    ]);
  });
});

describe('anchors', () => {
  const withAnchor = (value?: string) => ({
    metadata: {
      annotations: {
        other: 'x',
        ...(value === undefined ? {} : { 'flyball.dev/anchor.hpa.maxReplicas': value }),
      },
    },
  });

  it('are choices, by key', () => {
    expect(moved({ oldObject: withAnchor('10'), object: withAnchor('99') })).toEqual({
      'annotations[flyball.dev/anchor.hpa.maxReplicas]': {
        path: '/metadata/annotations/flyball.dev~1anchor.hpa.maxReplicas',
        current: '10',
        requested: '99',
      },
    });
  });

  it('may not appear or vanish unseen', () => {
    const name = 'annotations[flyball.dev/anchor.hpa.maxReplicas]';
    expect(moved({ oldObject: withAnchor(), object: withAnchor('99') })[name]).toMatchObject({
      current: '(none)',
    });
    expect(moved({ oldObject: withAnchor('10'), object: withAnchor() })[name]).toMatchObject({
      current: '10',
      requested: '(none)',
    });
  });
});

describe('custom parameters', () => {
  const custom: CustomParameter = {
    definition: define('thing.size', ['integer', 'restrictive', 'more'], 'size of a thing'),
    locate: (object) => {
      const { size } = object as { readonly size?: unknown };
      return size === undefined ? undefined : { path: '/size', value: size };
    },
  };

  it('are read for any kind', () => {
    expect(moved({ oldObject: { size: 1 }, object: { size: 2 }, custom: [custom] })).toEqual({
      'thing.size': { path: '/size', current: 1n, requested: 2n },
    });
    expect(moved({ oldObject: { size: 1 }, object: {}, custom: [custom] })).toEqual({
      'thing.size': { path: '/size', current: 1n },
    });
  });

  it('fail where they cannot be found or read', () => {
    const ambiguous = { ...custom, locate: () => ({ error: 'is not unique' }) };
    expect(result({ operation: 'CREATE', object: {}, custom: [ambiguous] })).toEqual({
      ok: false,
      error: 'proposed object: `thing.size`: is not unique',
    });
    expect(result({ operation: 'CREATE', object: { size: {} }, custom: [custom] })).toEqual({
      ok: false,
      error: 'proposed object: `/size` is not an integer',
    });
  });

  it('count once where two policies define one alike, and fail where they differ', () => {
    const elsewhere = { ...custom, locate: () => ({ path: '/width', value: 3 }) };
    const create = { operation: 'CREATE', object: { size: 1 } } as const;
    expect(change({ ...create, custom: [custom, custom] }).parameters).toHaveLength(1);
    expect(result({ ...create, custom: [custom, elsewhere] })).toEqual({
      ok: false,
      error: 'proposed object: `thing.size` names both `/size` and `/width`',
    });
  });
});

describe('couplings', () => {
  it('relate instances of one object', () => {
    const { parameters } = change({ kind: pod, operation: 'CREATE', object: objects.pod });
    const pairs = couplingsOf(pod, parameters).map(({ left, right }) => [left.parameter, right.parameter]);
    expect(pairs).toEqual([
      ['containers[web].requests.cpu', 'containers[web].limits.cpu'],
      ['containers[web].requests.memory', 'containers[web].limits.memory'],
    ]);
  });

  it('relate the bounds of an autoscaler, and nothing of a quota or an unknown kind', () => {
    const { parameters } = change({ kind: hpa, operation: 'CREATE', object: objects.hpaV1 });
    expect(couplingsOf(hpa, parameters)).toMatchObject([
      {
        left: { parameter: 'hpa.minReplicas' },
        right: { parameter: 'hpa.maxReplicas' },
        gap: 0n,
        isCoupling: true,
      },
    ]);
    expect(couplingsOf(quota, parameters)).toEqual([]);
    expect(couplingsOf(undefined, parameters)).toEqual([]);
  });

  it('keep the idle count of a ScaledObject below its minimum', () => {
    const kind = kindOf('keda.sh', 'ScaledObject');
    const { parameters } = change({ kind, operation: 'CREATE', object: objects.scaledObject });
    expect(
      couplingsOf(kind, parameters)
        .map(({ text, gap }) => `${text}, gap ${gap}`)
        .sort(),
    ).toEqual([
      'scaledobject.idleReplicaCount < scaledobject.minReplicaCount, gap 1',
      'scaledobject.minReplicaCount <= scaledobject.maxReplicaCount, gap 0',
    ]);
  });
});
