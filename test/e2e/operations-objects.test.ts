/** Deletion, quotas and their status, beside the real namespace controller. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serviceAccount } from '../control-plane/actors.ts';
import { budgetOf, hpaOf, paths, quotaOf } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';
import { stepsOf } from './steps.ts';

const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: kept}
spec:
  match:
    resources:
      - {group: autoscaling, kind: HorizontalPodAutoscaler}
      - {group: "", kind: ResourceQuota}
      - {group: policy, kind: PodDisruptionBudget}
  guards:
    - {parameters: [hpa.exists, quota.exists, pdb.exists], choice: [present], onViolation: Deny}
---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: quotas}
spec:
  match: {resources: [{group: "", kind: ResourceQuota}]}
  guards:
    - {parameters: [quota.hard, quota.status.hard], step: {decrease: 50%}}
    - {parameter: "quota.hard[count/deployments.apps]", range: {max: 100}}
    - {parameter: "quota.status.hard[requests.cpu]", choice: unchanged, onViolation: Deny}
`;

const quotaController = serviceAccount('quota-controller', 'kube-system', 'resourcequota-controller');

let governed: Governed;
beforeAll(async () => {
  governed = await startGoverned({
    policies,
    actors: [quotaController],
    controllers: ['namespace-controller'],
  });
});
afterAll(() => governed?.close());
beforeEach(() => {
  governed.records.length = 0;
});

const { make, patchAs, fetchStored, expectRefused } = stepsOf(() => governed);

describe('deletion', () => {
  it.each([
    ['hpa.exists', 'horizontalpodautoscalers', paths.hpas('default'), hpaOf('kept')],
    ['quota.exists', 'resourcequotas', paths.quotas('default'), quotaOf('kept', { pods: '10' })],
    ['pdb.exists', 'poddisruptionbudgets', paths.budgets('default'), budgetOf('kept', { maxUnavailable: 1 })],
  ])('%s keeps an object, whoever asks', async (parameter, resource, path, object) => {
    await make(path, object);
    for (const actor of ['rl', 'admin']) {
      governed.records.length = 0;
      const answer = await governed.plane.api(actor).request('DELETE', `${path}/kept`);
      expectRefused(answer, { status: 403, parameter });
      expect(governed.records[0]?.explanation[1]).toContain(
        `${parameter}: present now, absent asked, deny, only the current value would pass`,
      );
    }
    const collection = await governed.plane.api('rl').request('DELETE', path);
    expect(collection.status).toBe(403);
    expect(await fetchStored(`${resource}/default/kept`)).toBeDefined();
  });

  it('of a namespace takes what is kept along', async () => {
    const admin = governed.plane.api('admin');
    await admin.request('POST', '/api/v1/namespaces', { metadata: { name: 'doomed' } });
    await make(paths.hpas('doomed'), hpaOf('kept'));
    await make(paths.quotas('doomed'), quotaOf('kept', { pods: '10' }));
    await make(paths.budgets('doomed'), budgetOf('kept', { maxUnavailable: 1 }));
    await admin.request('DELETE', '/api/v1/namespaces/doomed');
    while ((await admin.request('GET', '/api/v1/namespaces/doomed')).status !== 404) await sleep(100);
    expect(await fetchStored('resourcequotas/doomed/kept')).toBeUndefined();
    expect(governed.records).toEqual([]);
  });
});

describe('quotas', () => {
  // Of their own: what they enforce would hold back the objects of other tests.
  const quotas = paths.quotas('quotas');
  beforeAll(() => make('/api/v1/namespaces', { metadata: { name: 'quotas' } }));
  const hard = { pods: '20', 'count/deployments.apps': '20', 'requests.cpu': '8' };

  it('a key with a slash is patched in its place', async () => {
    await make(quotas, quotaOf('slash', hard));
    const { warnings } = await patchAs('rl', `${quotas}/slash`, {
      spec: { hard: { 'count/deployments.apps': '900', 'requests.cpu': '500m' } },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/: quota.hard\[count\/deployments.apps\] 900 -> 100: range of quotas$/),
      expect.stringMatching(/: quota.hard\[requests.cpu\] 500m -> 4: step of quotas$/),
    ]);
    expect((await fetchStored('resourcequotas/quotas/slash'))?.spec['hard']).toEqual({
      pods: '20',
      'count/deployments.apps': '100',
      'requests.cpu': '4',
    });
  });

  it('its status is what is enforced: a stranger’s is bounded, the quota controller’s is not', async () => {
    await make(quotas, quotaOf('status', hard));
    const path = `${quotas}/status/status`;
    const report = await patchAs('quota-controller', path, { status: { hard, used: { pods: '3' } } });
    expect([report.status, governed.records]).toEqual([200, []]);

    const clamped = await patchAs('rl', path, { status: { hard: { pods: '1' } } });
    expect(clamped.warnings).toEqual([
      expect.stringMatching(/: quota.status.hard\[pods\] 1 -> 10: step of quotas$/),
    ]);
    governed.records.length = 0;
    const denied = await patchAs('rl', path, { status: { hard: { 'requests.cpu': '900' } } });
    expectRefused(denied, { status: 403, parameter: 'quota.status.hard[requests.cpu]' });
    const stored = await fetchStored('resourcequotas/quotas/status');
    expect(stored?.status['hard']).toEqual({ ...hard, pods: '10' });

    const emptied = await patchAs('quota-controller', path, { status: { hard: { pods: '1' } } });
    expect([emptied.status, emptied.warnings]).toEqual([200, []]);
  });

  it('usage is nobody’s knob', async () => {
    await make(quotas, quotaOf('used', hard));
    const { status, warnings } = await patchAs('rl', `${quotas}/used/status`, {
      status: { used: { pods: '7' } },
    });
    expect([status, warnings, governed.records]).toEqual([200, [], []]);
  });
});
