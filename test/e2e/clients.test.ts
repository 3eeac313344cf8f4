/** What clients see: the answers that docs/clients.md gives were read here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Governed, startGoverned } from './governed.ts';

const hpaPath = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: clamped}
spec:
  match:
    resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]
    labels: {matchLabels: {tier: clamp}}
  guards: [{parameter: hpa.maxReplicas, range: {max: 50}, step: {increase: 40, decrease: 40}}]
---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: throttled}
spec:
  match:
    resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]
    labels: {matchLabels: {tier: throttle}}
  guards: [{parameter: hpa.maxReplicas, range: {max: 50}, onViolation: Throttle}]
---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: retried}
spec:
  match:
    resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]
    labels: {matchLabels: {tier: retry}}
  guards: [{parameter: hpa.maxReplicas, range: {max: 50}, onViolation: Throttle, retryAfterSeconds: 1}]
`;

interface Autoscaler {
  readonly metadata: { readonly resourceVersion: string; readonly managedFields: readonly ManagedFields[] };
  readonly spec: { readonly maxReplicas: number };
}

interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly fieldsV1: { readonly 'f:spec'?: Readonly<Record<string, unknown>> };
}

let governed: Governed;

beforeAll(async () => {
  governed = await startGoverned({ policies });
});

afterAll(() => governed?.close());

function hpa(name: string, tier: string, maxReplicas: number) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, labels: { tier } },
    spec: {
      minReplicas: 1,
      maxReplicas,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    },
  };
}

async function create(name: string, tier: string): Promise<void> {
  const { status } = await governed.plane.api('admin').request('POST', hpaPath, hpa(name, tier, 10));
  expect(status).toBe(201);
  governed.records.length = 0;
}

function patchWithKubectl(name: string, maxReplicas: number) {
  const patch = JSON.stringify({ spec: { maxReplicas } });
  return governed.plane.kubectl('rl', ['patch', 'hpa', name, '--type', 'merge', '-p', patch]);
}

/** In etcd an object has no resourceVersion: the API server reads it from the key's revision. */
async function versionOf(name: string): Promise<string> {
  const { body } = await governed.plane.api('admin').request<Autoscaler>('GET', `${hpaPath}/${name}`);
  return body.metadata.resourceVersion;
}

async function stored(name: string): Promise<Autoscaler> {
  const object = await governed.plane.etcdGet<Autoscaler>(
    `/registry/horizontalpodautoscalers/default/${name}`,
  );
  if (object === undefined) throw new Error(`etcd holds no ${name}`);
  return object;
}

/** Refusals, as the webhook itself counts them. */
async function requestsOfValidate(): Promise<number> {
  const metrics = await governed.fetchMetrics();
  return Number(
    /flyball_admission_duration_seconds_count\{webhook="validate",outcome="refuse"\} (\d+)/.exec(
      metrics,
    )?.[1] ?? 0,
  );
}

describe('a throttle', () => {
  it('without retryAfterSeconds is refused at once, as TooManyRequests', async () => {
    await create('plain', 'throttle');
    const { code, stderr, milliseconds } = await patchWithKubectl('plain', 500);
    console.log(
      `429 without retryAfterSeconds: kubectl took ${Math.round(milliseconds)} ms: ${stderr.trim()}`,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error from server \(TooManyRequests\): .*hpa\.maxReplicas: 10 now, 500 asked, throttle, 50 would pass/,
    );
    expect(governed.records).toHaveLength(1);
    expect((await stored('plain')).spec.maxReplicas).toBe(10);
  });

  it('with retryAfterSeconds makes the client sleep and send the same body again, ten times', async () => {
    await create('patient', 'retry');
    const before = await requestsOfValidate();
    const { code, stderr, milliseconds } = await patchWithKubectl('patient', 500);
    console.log(
      `429 with retryAfterSeconds 1: kubectl took ${Math.round(milliseconds)} ms: ${stderr.trim()}`,
    );
    expect(code).toBe(1);
    expect(await requestsOfValidate()).toBe(before + 11);
    expect(governed.records).toHaveLength(1);
    expect(milliseconds).toBeGreaterThan(9_000);
    expect((await stored('patient')).spec.maxReplicas).toBe(10);
  });
});

describe('server-side apply, as Argo CD does it', () => {
  const apply = (maxReplicas: number) =>
    governed.plane
      .api('gitops')
      .request<Autoscaler>(
        'PATCH',
        `${hpaPath}/applied`,
        JSON.stringify(hpa('applied', 'clamp', maxReplicas)),
        {
          contentType: 'application/apply-patch+yaml',
          query: { fieldManager: 'argocd-controller' },
        },
      );

  it('is clamped, stays the owner of the field and has no conflict', async () => {
    expect((await apply(10)).status).toBe(201);
    governed.records.length = 0;
    const { status, body, warnings } = await apply(700);
    expect(status).toBe(200);
    expect(body.spec.maxReplicas).toBe(50);
    expect(warnings).toEqual([
      expect.stringMatching(/^flyball d-[0-9a-f]{12}: hpa\.maxReplicas 700 -> 50: /),
    ]);
    const { spec, metadata } = await stored('applied');
    expect(spec.maxReplicas).toBe(50);
    const owners = metadata.managedFields.filter(({ fieldsV1 }) =>
      Object.hasOwn(fieldsV1['f:spec'] ?? {}, 'f:maxReplicas'),
    );
    expect(owners.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      'argocd-controller Apply',
    ]);
  });

  it('asks again at each sync, is clamped to what is stored, and is recorded once', async () => {
    governed.records.length = 0;
    await apply(700);
    const before = await versionOf('applied');
    for (let sync = 0; sync < 3; sync += 1) {
      const { status, body } = await apply(700);
      expect([status, body.spec.maxReplicas]).toEqual([200, 50]);
    }
    expect(governed.records).toHaveLength(1);
    expect(await versionOf('applied')).toBe(before);
  });
});

describe('two patches in flight', () => {
  it('cannot add up to more than one step, whichever comes first', async () => {
    await create('raced', 'clamp');
    const { plane } = governed;
    const patch = (maxReplicas: number) =>
      plane.api('rl').request<Autoscaler>('PATCH', `${hpaPath}/raced`, { spec: { maxReplicas } });
    // From 10, a step of 40 and a maximum of 50: no interleaving of the two may store anything above 50.
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all([patch(500), patch(450), patch(10)]);
      expect(answers.map(({ status }) => status).every((status) => status === 200 || status === 409)).toBe(
        true,
      );
      expect((await stored('raced')).spec.maxReplicas).toBeLessThanOrEqual(50);
    }
  });

  it('decides each write against the stored object that the write must still meet', async () => {
    await create('stepped', 'clamp');
    const { plane } = governed;
    const put = async (maxReplicas: number, resourceVersion: string) =>
      plane.api('rl').request('PUT', `${hpaPath}/stepped`, {
        ...hpa('stepped', 'clamp', maxReplicas),
        metadata: { name: 'stepped', labels: { tier: 'clamp' }, resourceVersion },
      });
    const resourceVersion = await versionOf('stepped');
    const answers = await Promise.all([put(12, resourceVersion), put(14, resourceVersion)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});
