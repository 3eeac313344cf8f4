/** Beside the real HPA, Deployment and quota controllers: what they do while their bounds, or they themselves, are governed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPodMetrics, markPodsRunning, setPodUsage } from '../control-plane/pods.ts';
import { metricOf, paths, quotaOf } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';

const boundOf = (onViolation: string, max: number): string => `---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: replicas-${onViolation.toLowerCase()}}
spec:
  match:
    resources: [{group: apps, kind: Deployment}]
    labels: {matchLabels: {tier: ${onViolation.toLowerCase()}}}
  guards: [{parameter: deployment.replicas, range: {max: ${max}}, onViolation: ${onViolation}}]
`;
const quotaPolicy = `---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: quotas}
spec:
  match: {resources: [{group: "", kind: ResourceQuota}]}
  guards:
    - {parameters: [quota.hard, quota.status.hard], step: {decrease: 50%}}
    - {parameter: "quota.status.hard[services]", choice: unchanged, onViolation: Deny}
`;
const hpaPolicy = `---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: autoscalers}
spec:
  match: {resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]}
  guards: [{parameter: hpa.maxReplicas, range: {max: 8}}]
`;

const deployments = paths.deployments('default');
const hpas = paths.hpas('default');
const controller = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';

const workloadOf = (name: string, tier: string): object => {
  const labels = { app: name };
  const containers = [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '100m' } } }];
  return {
    metadata: { name, labels: { tier } },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
};
const autoscalerOf = (name: string, maxReplicas: number): object => ({
  metadata: { name },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 2,
    maxReplicas,
    metrics: [metricOf('cpu', 50)],
  },
});

async function make({ plane }: Governed, path: string, object: object): Promise<void> {
  const { status, body } = await plane.api('admin').request('POST', path, object);
  expect([status, body.message]).toEqual([201, undefined]);
}

async function fetchReplicas({ plane }: Governed, name: string): Promise<number> {
  const stored = await plane.etcdGet<{ spec: { replicas: number } }>(`/registry/deployments/default/${name}`);
  return stored?.spec.replicas ?? 0;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface Status {
  readonly currentReplicas?: number;
  readonly desiredReplicas: number;
  readonly conditions?: readonly Condition[];
}

async function fetchStatus({ plane }: Governed, name: string): Promise<Status | undefined> {
  const key = `/registry/horizontalpodautoscalers/default/${name}`;
  return (await plane.etcdGet<{ status: Status }>(key))?.status;
}

async function fetchCondition(
  governed: Governed,
  name: string,
  type: string,
): Promise<Condition | undefined> {
  const status = await fetchStatus(governed, name);
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Plays kubelet and metrics server: every pod runs, at twice what it requests, until the condition holds. */
async function loadUntil({ plane }: Governed, app: string, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    for (const pod of await markPodsRunning(plane, 'default', `app=${app}`))
      await setPodUsage(plane, 'default', pod, '200m');
    await sleep(100);
  }
}

describe('bounded through the HPA object', () => {
  let governed: Governed;
  beforeAll(async () => {
    governed = await startGoverned({
      controllers: true,
      policies: `${boundOf('Clamp', 3)}${quotaPolicy}${hpaPolicy}`.slice(4),
    });
    await installPodMetrics(governed.plane);
  });
  afterAll(() => governed?.close());

  it('the HPA controller scales past what bounds everybody else, up to its own bound', async () => {
    await make(governed, deployments, workloadOf('web', 'clamp'));
    await make(governed, hpas, autoscalerOf('web', 4));
    await loadUntil(governed, 'web', async () => (await fetchReplicas(governed, 'web')) === 4);
  });

  it('is stopped where the optimizer, who asks for 500, is clamped', async () => {
    governed.records.length = 0;
    const answer = await governed.plane
      .api('rl')
      .request('PATCH', `${hpas}/web`, { spec: { maxReplicas: 500 } });
    expect(answer.warnings).toEqual([
      expect.stringMatching(/hpa.maxReplicas 500 -> 8: range of autoscalers$/),
    ]);
    await loadUntil(governed, 'web', async () => (await fetchReplicas(governed, 'web')) > 4);
    const until = Date.now() + 3_000;
    await loadUntil(governed, 'web', async () => Date.now() > until);
    expect(await fetchReplicas(governed, 'web')).toBe(8);
    expect(await fetchCondition(governed, 'web', 'ScalingLimited')).toMatchObject({
      status: 'True',
      reason: 'TooManyReplicas',
    });
    expect(await fetchCondition(governed, 'web', 'AbleToScale')).toMatchObject({ status: 'True' });
    expect(governed.records.map(({ actor, outcome }) => [actor.user, outcome])).toEqual([
      ['system:serviceaccount:optimizers:rl', 'clamp'],
    ]);
  });

  it('while anybody else is clamped at the same door', async () => {
    await make(governed, deployments, workloadOf('idle', 'clamp'));
    const { status } = await governed.plane
      .api('rl')
      .request('PATCH', `${deployments}/idle`, { spec: { replicas: 20 } });
    expect([status, await fetchReplicas(governed, 'idle')]).toEqual([200, 3]);
  });

  it('the quota controller reports, and puts right what a stranger wrote within its bounds', async () => {
    const quotas = paths.quotas('team');
    await make(governed, '/api/v1/namespaces', { metadata: { name: 'team' } });
    await make(governed, quotas, quotaOf('all', { pods: '20', services: '4' }));
    const fetchHard = async (): Promise<unknown> => {
      const stored = await governed.plane.etcdGet<{ status: { hard?: object } }>(
        '/registry/resourcequotas/team/all',
      );
      return stored?.status.hard;
    };
    const isReported = async (): Promise<boolean> =>
      JSON.stringify(await fetchHard()) === '{"pods":"20","services":"4"}';
    while (!(await isReported())) await sleep(50);
    const rl = governed.plane.api('rl');
    const denied = await rl.request('PATCH', `${quotas}/all/status`, { status: { hard: { services: '0' } } });
    expect(denied.status).toBe(403);
    const clamped = await rl.request('PATCH', `${quotas}/all/status`, { status: { hard: { pods: '0' } } });
    expect(clamped.warnings).toEqual([
      expect.stringMatching(/quota.status.hard\[pods\] 0 -> 10: step of quotas$/),
    ]);
    while (!(await isReported())) await sleep(50);
  });
});

describe('governed at /scale as well', () => {
  let governed: Governed;
  beforeAll(async () => {
    governed = await startGoverned({
      controllers: true,
      policies: `${boundOf('Clamp', 3)}${boundOf('Deny', 3)}`.slice(4),
      exemptions: { governHpaController: true },
      withoutConditions: ['not-the-hpa-controllers-scaling'],
    });
    await installPodMetrics(governed.plane);
  });
  afterAll(() => governed?.close());

  const start = async (name: string): Promise<void> => {
    await make(governed, deployments, workloadOf(name, name));
    await make(governed, hpas, autoscalerOf(name, 10));
  };
  const recordsOf = (name: string) =>
    governed.records.filter(({ target, actor }) => target.name === name && actor.user === controller);
  const countEvents = async (name: string, reason: string, message: RegExp): Promise<number> => {
    const query = { fieldSelector: `involvedObject.name=${name},reason=${reason}` };
    const path = '/api/v1/namespaces/default/events';
    const { body } = await governed.plane
      .api('admin')
      .request<{ items: readonly { message: string; count: number }[] }>('GET', path, undefined, { query });
    const found = body.items.filter((event) => message.test(event.message));
    return found.reduce((sum, { count }) => sum + count, 0);
  };

  it('a clamp is not noticed: it reports a success at each sync, for ever', async () => {
    await start('clamp');
    const isRepeated = async () => (await countEvents('clamp', 'SuccessfulRescale', /^New size: 6;/)) >= 3;
    await loadUntil(governed, 'clamp', isRepeated);
    expect(await fetchReplicas(governed, 'clamp')).toBe(3);
    expect(await fetchStatus(governed, 'clamp')).toMatchObject({ currentReplicas: 3, desiredReplicas: 6 });
    expect(await fetchCondition(governed, 'clamp', 'AbleToScale')).toMatchObject({
      status: 'True',
      reason: 'SucceededRescale',
      message: 'the HPA controller was able to update the target scale to 6',
    });
    const told = recordsOf('clamp').map(({ seen, verdicts: [verdict] }) => [
      seen,
      verdict?.current,
      verdict?.requested,
      verdict?.granted,
    ]);
    // The second is what it stands by from then on: recorded once.
    expect(told).toEqual([
      ['mutate+validate', '2', '4', '3'],
      ['mutate', '3', '6', '3'],
    ]);
  });

  it('a denial is: it says so in a condition and an event, and asks again', async () => {
    await start('deny');
    const message =
      /flyball d-\w+: deployment.replicas: 2 now, 4 asked, deny, 3 would pass: range of replicas-deny: at most 3/;
    const isRepeated = async () => (await countEvents('deny', 'FailedRescale', message)) >= 2;
    await loadUntil(governed, 'deny', isRepeated);
    expect(await fetchReplicas(governed, 'deny')).toBe(2);
    expect(await fetchCondition(governed, 'deny', 'AbleToScale')).toMatchObject({
      status: 'False',
      reason: 'FailedUpdateScale',
      message: expect.stringMatching(message),
    });
    expect(new Set(recordsOf('deny').map(({ outcome }) => outcome))).toEqual(new Set(['deny']));
  });
});
