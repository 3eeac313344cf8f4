/** History on a real API server: what landed is charged once, by whichever door, and outlives objects and restarts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deploymentOf, hpaOf, paths } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';
import { stepsOf } from './steps.ts';

const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: rates}
spec:
  match: {resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]}
  guards:
    - parameter: hpa.maxReplicas
      rate: {change: 12, changes: 3, within: 10m}
      onViolation: Throttle
---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: doors}
spec:
  match: {resources: [{group: apps, kind: Deployment}]}
  guards:
    - parameter: deployment.replicas
      rate: {change: 4, within: 10m}
`;

const hpas = paths.hpas('default');
const deployments = paths.deployments('default');
const minute = 60_000;

let governed: Governed;
let folder: string;
let now = Date.parse('2026-01-05T10:00:00Z');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flyball-ledger-'));
  governed = await startGoverned({
    policies,
    readNow: () => now,
    history: { folder: join(folder, 'ledger') },
  });
});
afterAll(async () => {
  await governed?.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  governed.records.length = 0;
});

const { make, patchAs } = stepsOf(() => governed);
const ask = (name: string, maxReplicas: number) =>
  patchAs('rl', `${hpas}/${name}`, { spec: { maxReplicas } });

describe('a rate', () => {
  it('counts what landed, in a sliding window, to the millisecond', async () => {
    await make(hpas, hpaOf('rated', { maxReplicas: 10 }));
    const start = now;
    expect((await ask('rated', 16)).status).toBe(200);
    // A movement counts from when it was seen to have landed: by the watch, or by the next request.
    await sleep(300);
    now += minute;
    expect((await ask('rated', 22)).status).toBe(200);
    await sleep(300);
    const refused = await ask('rated', 25);
    expect([refused.status, refused.body.message]).toEqual([429, expect.stringContaining('rate of rates')]);
    expect(refused.body.message).toContain(
      `time lifts this at ${new Date(start + 10 * minute).toISOString()}`,
    );
    now = start + 10 * minute - 1;
    expect((await ask('rated', 25)).status).toBe(429);
    now = start + 10 * minute;
    expect((await ask('rated', 25)).status).toBe(200);
  });

  it('is not charged by dry runs, refusals, repeats and conflicts', async () => {
    await make(hpas, hpaOf('spared', { maxReplicas: 10 }));
    const api = governed.plane.api('rl');
    for (let time = 0; time < 5; time += 1) {
      const { status } = await api.request(
        'PATCH',
        `${hpas}/spared`,
        { spec: { maxReplicas: 22 } },
        { query: { dryRun: 'All' } },
      );
      expect(status).toBe(200);
      expect((await ask('spared', 500)).status).toBe(429);
    }
    const racing = await Promise.all([16, 16, 16, 16].map((maxReplicas) => ask('spared', maxReplicas)));
    expect(racing.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await ask('spared', 22)).status).toBe(200);
    expect((await ask('spared', 23)).status).toBe(429);
  });

  it('outlives the object: to delete and to make anew is a movement', async () => {
    await make(hpas, hpaOf('reborn', { maxReplicas: 10 }));
    expect((await ask('reborn', 22)).status).toBe(200);
    await sleep(300);
    const api = governed.plane.api('rl');
    expect((await api.request('DELETE', `${hpas}/reborn`)).status).toBe(200);
    await sleep(300);
    const anew = await api.request<{ message?: string }>('POST', hpas, hpaOf('reborn', { maxReplicas: 40 }));
    expect([anew.status, anew.body.message]).toEqual([429, expect.stringContaining('rate of rates')]);
    expect((await api.request('POST', hpas, hpaOf('reborn', { maxReplicas: 22 }))).status).toBe(201);
  });

  it('is one for all doors of a workload', async () => {
    await make(deployments, deploymentOf('doors'));
    const scaled = await governed.plane.kubectl('rl', ['scale', 'deployment', 'doors', '--replicas=5']);
    expect(scaled.code, scaled.stderr).toBe(0);
    const patched = await governed.plane
      .api('rl')
      .request<{ spec: { replicas: number } }>('PATCH', `${deployments}/doors`, { spec: { replicas: 9 } });
    // 4 in 10 minutes, of which 3 went through /scale.
    expect([patched.status, patched.body.spec.replicas]).toEqual([200, 6]);
  });
});

describe('a change that landed without us', () => {
  it('is observed, charged and counted as a bypass', async () => {
    await make(hpas, hpaOf('bypassed', { maxReplicas: 10 }));
    expect((await ask('bypassed', 12)).status).toBe(200);
    await sleep(300);
    const stored = await governed.plane.etcdGet<{ spec: { maxReplicas: number } }>(
      '/registry/horizontalpodautoscalers/default/bypassed',
    );
    expect(stored?.spec.maxReplicas).toBe(12);
    // kube-system is exempt, and so is what the namespace's name says: here the webhooks are taken away for a moment.
    const before = await bypasses();
    await withoutWebhooks(() => patchAs('admin', `${hpas}/bypassed`, { spec: { maxReplicas: 21 } }));
    await sleep(500);
    expect(await bypasses()).toBe(before + 1);
    expect((await ask('bypassed', 23)).status).toBe(429);
    expect((await ask('bypassed', 22)).status).toBe(200);
  });
});

async function bypasses(): Promise<number> {
  return Number(/^flyball_bypasses_total (\d+)$/m.exec(await governed.fetchMetrics())?.[1] ?? 0);
}

async function withoutWebhooks(act: () => Promise<unknown>): Promise<void> {
  const api = governed.plane.api('admin');
  const group = '/apis/admissionregistration.k8s.io/v1';
  const collections = [`${group}/mutatingwebhookconfigurations`, `${group}/validatingwebhookconfigurations`];
  const saved = await Promise.all(
    collections.map(async (path) => (await api.request<{ metadata: object }>('GET', `${path}/flyball`)).body),
  );
  for (const path of collections) await api.request('DELETE', `${path}/flyball`);
  await sleep(1_500);
  await act();
  for (const [index, body] of saved.entries()) {
    await api.request('POST', String(collections[index]), { ...body, metadata: { name: 'flyball' } });
  }
  await sleep(1_500);
}
