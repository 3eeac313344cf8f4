/** Policies as custom resources: applied, edited and broken with kubectl, in force within moments. */

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificates } from '../../src/certificates.ts';
import { type Cluster, loadCluster } from '../../src/kubernetes/client.ts';
import { type Running, serve } from '../../src/serve.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/harness.ts';
import { register } from './governed.ts';

const crds = fileURLToPath(new URL('../../webhook-manifests/base/crds', import.meta.url));
const hpaPath = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

let plane: ControlPlane;
let cluster: Cluster;
let running: Running;

beforeAll(async () => {
  plane = await startControlPlane();
  const applied = await plane.kubectl('admin', ['apply', '--server-side', '-k', crds]);
  expect(applied.code, applied.stderr).toBe(0);
  const loaded = await loadCluster({ kubeconfig: plane.kubeconfig('admin') });
  if (!loaded.ok) throw new Error(loaded.problem.why);
  cluster = loaded.cluster;
  const { ca, server } = await makeCertificates({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
  running = await serve(
    {
      host: '127.0.0.1',
      port: 0,
      certificates: { from: 'memory', certificates: server },
      caller: { usesClientCertificates: false, clientNames: new Set(), allowsAnyCaller: true },
      policies: { from: 'cluster', cluster, ownNamespace: 'flyball-system' },
      labels: undefined,
      exemptions: { namespaces: new Set(), breakGlassGroups: new Set(), governHpaController: false },
      history: { cluster },
      drainMilliseconds: 0,
    },
    { log: createLog('silent') },
  );
  for (const door of ['mutate', 'validate'] as const) {
    await register(plane, door, { url: `https://127.0.0.1:${running.port}/${door}`, ca: ca.cert });
  }
});

afterAll(async () => {
  await running?.stop();
  cluster?.close();
  await plane?.close();
});

function policy(name: string, guards: readonly object[]): string {
  const match = { resources: [{ group: 'autoscaling', kind: 'HorizontalPodAutoscaler' }] };
  return JSON.stringify({
    apiVersion: 'flyball.dev/v1alpha1',
    kind: 'GuardrailPolicy',
    metadata: { name, namespace: 'default' },
    spec: { match, guards },
  });
}

async function apply(document: string) {
  return plane.kubectl('admin', ['apply', '-f', '-'], { stdin: document });
}

/** What a dry run of 500 would store: shows what is in force. */
async function grantedMaximum(): Promise<number | undefined> {
  const hpa = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { maxReplicas: 500, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  };
  const { body } = await plane
    .api('rl')
    .request<{ spec?: { maxReplicas: number } }>('POST', hpaPath, hpa, { query: { dryRun: 'All' } });
  return body.spec?.maxReplicas;
}

async function eventually<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (JSON.stringify(await read()) === JSON.stringify(wanted)) return;
    await sleep(100);
  }
  expect(await read()).toEqual(wanted);
}

async function readyOf(name: string): Promise<string> {
  const path =
    '{.status.conditions[?(@.type=="Ready")].status} {.status.conditions[?(@.type=="Ready")].reason}';
  return (await plane.kubectl('admin', ['get', 'guardrailpolicy', name, '-o', `jsonpath=${path}`])).stdout;
}

it('is in force once it is applied, and says so', async () => {
  expect((await apply(policy('bounds', [{ parameter: 'hpa.maxReplicas', range: { max: 50 } }]))).code).toBe(
    0,
  );
  await eventually(grantedMaximum, 50);
  await eventually(() => readyOf('bounds'), 'True InForce');
});

it('is replaced by an edit', async () => {
  await apply(policy('bounds', [{ parameter: 'hpa.maxReplicas', range: { max: 40 } }]));
  await eventually(grantedMaximum, 40);
});

it('stays in force as it was where an edit is broken, and turns its condition', async () => {
  const broken = await apply(policy('bounds', [{ parameter: 'hpa.maxReplica', range: { max: 5 } }]));
  expect(broken.code, 'the schema of the CRD cannot know the catalogue').toBe(0);
  await eventually(() => readyOf('bounds'), 'False Invalid');
  expect(await grantedMaximum()).toBe(40);
  const { stdout } = await plane.kubectl('admin', [
    'get',
    'guardrailpolicy',
    'bounds',
    '-o',
    'jsonpath={.status.conditions[0].message}',
  ]);
  expect(stdout).toContain('did you mean `hpa.maxReplicas`');
});

it('of one tenant that is broken does not hold back those of others', async () => {
  await apply(policy('tighter', [{ parameter: 'hpa.maxReplicas', range: { max: 30 } }]));
  await eventually(grantedMaximum, 30);
  await eventually(() => readyOf('tighter'), 'True InForce');
});

it('is refused by the API server where its shape is wrong', async () => {
  const { code, stderr } = await apply(
    policy('shapeless', [{ parameter: 'hpa.maxReplicas', mode: 'Sometimes' }]),
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/unknown field|strict decoding/);
});

it('is gone when it is deleted', async () => {
  await plane.kubectl('admin', ['delete', 'guardrailpolicy', '--all']);
  await eventually(grantedMaximum, 500);
});
