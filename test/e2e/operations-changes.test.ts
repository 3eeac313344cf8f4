/** What counts as a change, what is clamped along with it, and what is left alone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../control-plane/client.ts';
import { containerOf, deploymentOf, hpaOf, metricOf, paths, type Spec } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';
import { stepsOf } from './steps.ts';

const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: bounds}
spec:
  match:
    resources:
      - {group: autoscaling, kind: HorizontalPodAutoscaler}
      - {group: apps, kind: Deployment}
    actors: {include: [{serviceAccount: optimizers/rl}]}
  guards:
    - {parameter: hpa.maxReplicas, range: {max: 50}}
    - {parameter: containers.limits.memory, range: {max: 1Gi}}
---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: pinned}
spec:
  match:
    resources:
      - {group: autoscaling, kind: HorizontalPodAutoscaler}
      - {group: apps, kind: Deployment}
    labels: {matchLabels: {pinned: "yes"}}
    actors: {include: [{serviceAccount: optimizers/rl}]}
  guards:
    - {parameters: [hpa.*, deployment.*, containers.*, pod.*], ownership: {allow: []}, onViolation: Deny}
`;

const pinned = { pinned: 'yes' };
const hpas = paths.hpas('default');
const deployments = paths.deployments('default');
const keyOf = { hpa: 'horizontalpodautoscalers/default', deployment: 'deployments/default' } as const;

interface Workload {
  readonly metadata: { readonly labels?: object };
  readonly spec: Spec & {
    readonly template: { readonly spec: { readonly containers: readonly ReturnType<typeof containerOf>[] } };
  };
}
interface Autoscaler {
  readonly metadata: { readonly labels?: object };
  readonly spec: Spec;
}

let governed: Governed;
beforeAll(async () => {
  governed = await startGoverned({ policies });
});
afterAll(() => governed?.close());
beforeEach(() => {
  governed.records.length = 0;
});

const { make } = stepsOf(() => governed);

const patch = (path: string, body: object): Promise<ApiAnswer<unknown>> =>
  governed.plane.api('rl').request('PATCH', path, body);

const fetchHpa = (name: string) => governed.plane.etcdGet<Autoscaler>(`/registry/${keyOf.hpa}/${name}`);
const fetchDeployment = (name: string) =>
  governed.plane.etcdGet<Workload>(`/registry/${keyOf.deployment}/${name}`);

function expectUntouched({ status, warnings }: ApiAnswer<unknown>): void {
  expect([status, warnings, governed.records]).toEqual([200, [], []]);
}

describe('coupled knobs are clamped together, so that the API server takes the result', () => {
  it('minReplicas follows a clamped maxReplicas', async () => {
    await make(hpas, hpaOf('coupled'));
    const { status, warnings } = await patch(`${hpas}/coupled`, {
      spec: { minReplicas: 100, maxReplicas: 500 },
    });
    expect([status, warnings]).toEqual([
      200,
      [
        expect.stringMatching(/: hpa.maxReplicas 500 -> 50: range of bounds$/),
        expect.stringMatching(/: hpa.minReplicas 100 -> 50: /),
      ],
    ]);
    expect((await fetchHpa('coupled'))?.spec).toMatchObject({ minReplicas: 50, maxReplicas: 50 });
  });

  it('a new object is coupled as well', async () => {
    const { status } = await governed.plane
      .api('rl')
      .request('POST', hpas, hpaOf('new', { minReplicas: 60, maxReplicas: 70 }));
    expect(status).toBe(201);
    expect((await fetchHpa('new'))?.spec).toMatchObject({ minReplicas: 50, maxReplicas: 50 });
  });

  it('requests follow clamped limits, of that container alone', async () => {
    await make(deployments, deploymentOf('sized', [containerOf('web', '64Mi'), containerOf('side', '32Mi')]));
    const containers = [containerOf('web', '4Gi'), containerOf('side', '48Mi')];
    const { status } = await patch(`${deployments}/sized`, { spec: { template: { spec: { containers } } } });
    expect(status).toBe(200);
    const stored = (await fetchDeployment('sized'))?.spec.template.spec.containers;
    expect(stored?.map(({ name, resources }) => [name, resources])).toEqual([
      ['web', { requests: { memory: '1Gi' }, limits: { memory: '1Gi' } }],
      ['side', { requests: { memory: '48Mi' }, limits: { memory: '48Mi' } }],
    ]);
  });
});

describe('no change', () => {
  it('containers in another order', async () => {
    const containers = [containerOf('web', '64Mi'), containerOf('side', '32Mi')];
    await make(deployments, deploymentOf('turned', containers, pinned));
    const template = { spec: { containers: containers.toReversed() } };
    expectUntouched(await patch(`${deployments}/turned`, { spec: { template } }));
    const stored = (await fetchDeployment('turned'))?.spec.template.spec.containers;
    expect(stored?.map(({ name }) => name)).toEqual(['side', 'web']);
  });

  it('metrics in another order', async () => {
    await make(hpas, hpaOf('turned', {}, pinned));
    const metrics = [metricOf('cpu', 50), metricOf('memory', 70)];
    expectUntouched(await patch(`${hpas}/turned`, { spec: { metrics } }));
    expect((await fetchHpa('turned'))?.spec).toMatchObject({ metrics });
  });

  it('the same amount in other words', async () => {
    await make(deployments, deploymentOf('worded', [containerOf('web', '1Gi')], pinned));
    const containers = [containerOf('web', '1024Mi')];
    expectUntouched(await patch(`${deployments}/worded`, { spec: { template: { spec: { containers } } } }));
  });

  it('metrics in another order with another value are one', async () => {
    await make(hpas, hpaOf('swapped', {}, pinned));
    const metrics = [metricOf('cpu', 70), metricOf('memory', 50)];
    const { status } = await patch(`${hpas}/swapped`, { spec: { metrics } });
    expect(status).toBe(403);
    const [record] = governed.records;
    expect(record?.verdicts.map(({ parameter, outcome }) => [parameter, outcome])).toEqual([
      ['hpa.metrics.cpu.averageUtilization', 'deny'],
      ['hpa.metrics.memory.averageUtilization', 'deny'],
    ]);
  });
});

describe('what stands outside a policy already', () => {
  it('is left alone by an edit of a label', async () => {
    await make(hpas, hpaOf('labelled', { maxReplicas: 500 }));
    expectUntouched(await patch(`${hpas}/labelled`, { metadata: { labels: { team: 'a' } } }));
    const stored = await fetchHpa('labelled');
    expect(stored?.metadata.labels).toEqual({ team: 'a' });
    expect(stored?.spec).toMatchObject({ maxReplicas: 500 });
  });

  it('is left alone by a change of something else', async () => {
    await make(hpas, hpaOf('other', { maxReplicas: 500 }));
    const { status, warnings } = await patch(`${hpas}/other`, { spec: { minReplicas: 3 } });
    expect([status, warnings]).toEqual([200, []]);
    expect((await fetchHpa('other'))?.spec).toMatchObject({ minReplicas: 3, maxReplicas: 500 });
  });

  it('is brought inside once it is moved itself', async () => {
    await make(hpas, hpaOf('moved', { maxReplicas: 500 }));
    await patch(`${hpas}/moved`, { spec: { maxReplicas: 400 } });
    expect((await fetchHpa('moved'))?.spec).toMatchObject({ maxReplicas: 50 });
  });
});

describe('labels by which policies match', () => {
  it('the stored ones count: taking one off does not free the same request', async () => {
    await make(hpas, hpaOf('unpinned', {}, pinned));
    const { status } = await patch(`${hpas}/unpinned`, {
      metadata: { labels: { pinned: null } },
      spec: { minReplicas: 5 },
    });
    expect(status).toBe(403);
  });
});

it('kube-system is exempt', async () => {
  const path = paths.hpas('kube-system');
  await make(path, hpaOf('system'));
  expectUntouched(await patch(`${path}/system`, { spec: { maxReplicas: 500 } }));
  const stored = await governed.plane.etcdGet<Autoscaler>(
    '/registry/horizontalpodautoscalers/kube-system/system',
  );
  expect(stored?.spec).toMatchObject({ maxReplicas: 500 });
});
