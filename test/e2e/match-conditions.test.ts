import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientName } from '../../src/certificates.ts';
import type { ApiAnswer, ApiObject } from '../control-plane/client.ts';
import type { ControlPlane } from '../control-plane/harness.ts';
import {
  bindingOf,
  budget,
  deploymentNamed,
  hpaNamed,
  podNamed,
  quotaNamed,
  scaledObject,
  scaledObjectDefinition,
} from './governed-objects.ts';
import { type Installation, renderWithBundle, startInstallation } from './manifest-installation.ts';
import type { RecordingWebhook } from './recording-webhook.ts';

const registration = '/apis/admissionregistration.k8s.io/v1';
const configurations = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'];
const hpas = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const quotas = '/api/v1/namespaces/default/resourcequotas';
const pods = '/api/v1/namespaces/default/pods';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const scaledObjects = '/apis/keda.sh/v1alpha1/namespaces/default/scaledobjects';

let installation: Installation;
let webhook: RecordingWebhook;
let plane: ControlPlane;

beforeAll(async () => {
  installation = await startInstallation();
  ({ webhook, plane } = installation);
  const stdin = await renderWithBundle(installation, 'base');
  await plane.kubectl('admin', ['apply', '--server-side', '-f', '-'], { stdin });
  for (const kind of configurations) await callByUrl(kind);
  await untilCalled();
  await installFixtures();
});

afterAll(() => installation?.close());

/**
 * Each call once: where its cache is behind, the API server reviews a write, finds the conflict, and reviews it again.
 */
function seen(): readonly (readonly string[])[] {
  const calls = new Map(webhook.take().map(({ door, what }) => [`${door} ${what}`, [door, what]]));
  return [...calls.values()];
}

type Act = (actor: string) => Promise<ApiAnswer<ApiObject>>;

const patch =
  (path: string, body: object): Act =>
  (actor) =>
    plane.api(actor).request('PATCH', path, body);
const post =
  (path: string, body: object): Act =>
  (actor) =>
    plane.api(actor).request('POST', path, body);
const remove =
  (path: string): Act =>
  (actor) =>
    plane.api(actor).request('DELETE', path);

describe('what reaches the webhook', () => {
  beforeEach(() => {
    webhook.take();
  });

  it('proves itself by the API server’s client certificate', async () => {
    await plane.api('rl').request('POST', hpas, hpaNamed('certified'));
    expect(webhook.take().map(({ caller, path }) => [caller, path])).toEqual([
      [clientName, '/mutate'],
      [clientName, '/validate'],
    ]);
  });

  it.each<[name: string, actor: string, act: Act, what: string]>([
    [
      'a new bound',
      'rl',
      patch(`${hpas}/web`, { spec: { maxReplicas: 11 } }),
      'UPDATE horizontalpodautoscalers',
    ],
    [
      'a label',
      'rl',
      patch(`${hpas}/web`, { metadata: { labels: { a: 'b' } } }),
      'UPDATE horizontalpodautoscalers',
    ],
    [
      'an annotation',
      'rl',
      patch(`${hpas}/web`, { metadata: { annotations: { a: 'b' } } }),
      'UPDATE horizontalpodautoscalers',
    ],
    [
      'the last label',
      'rl',
      patch(`${hpas}/web`, { metadata: { labels: null } }),
      'UPDATE horizontalpodautoscalers',
    ],
    [
      'an old version',
      'rl',
      patch(`${hpas.replace('v2', 'v1')}/web`, { spec: { targetCPUUtilizationPercentage: 42 } }),
      'UPDATE horizontalpodautoscalers',
    ],
    ['a new Deployment', 'rl', post(deployments, deploymentNamed('new')), 'CREATE deployments'],
    ['replicas', 'rl', patch(`${deployments}/web`, { spec: { replicas: 3 } }), 'UPDATE deployments'],
    [
      'a scale',
      'rl',
      patch(`${deployments}/web/scale`, { spec: { replicas: 4 } }),
      'UPDATE deployments/scale',
    ],
    [
      'a scale to 0',
      'gitops',
      patch(`${deployments}/web/scale`, { spec: { replicas: 0 } }),
      'UPDATE deployments/scale',
    ],
    [
      'the HPA controller beyond scaling',
      'hpa',
      patch(`${deployments}/web`, { spec: { replicas: 7 } }),
      'UPDATE deployments',
    ],
    ['a quota', 'rl', patch(`${quotas}/all`, { spec: { hard: { pods: '9' } } }), 'UPDATE resourcequotas'],
    [
      'a quota behind its spec',
      'rl',
      patch(`${quotas}/all/status`, { status: { hard: { pods: '1' } } }),
      'UPDATE resourcequotas/status',
    ],
    ['a resize', 'rl', patch(`${pods}/web/resize`, podNamed('web', '2')), 'UPDATE pods/resize'],
    ['a disruption budget', 'rl', post(budgets, budget), 'CREATE poddisruptionbudgets'],
    ['a ScaledObject', 'rl', post(scaledObjects, scaledObject), 'CREATE scaledobjects'],
    [
      'a pause',
      'rl',
      patch(`${scaledObjects}/web`, { metadata: { annotations: { 'autoscaling.keda.sh/paused': 'true' } } }),
      'UPDATE scaledobjects',
    ],
    [
      'an owner',
      'rl',
      patch(`${hpas}/last`, {
        metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: '1' }] },
      }),
      'UPDATE horizontalpodautoscalers',
    ],
  ])('%s, at both doors', async (_name, actor, act, what) => {
    await expectDone(act(actor));
    expect(seen()).toEqual([
      ['mutate', what],
      ['validate', what],
    ]);
  });

  it.each([
    [`${hpas}/web`, 'UPDATE horizontalpodautoscalers/status'],
    [`${deployments}/web`, 'UPDATE deployments/status'],
    [`${budgets}/web`, 'UPDATE poddisruptionbudgets/status'],
  ])('an annotation that comes in by the status: %s', async (path, what) => {
    const annotations = { 'flyball.dev/anchor.hpa.maxReplicas': '999' };
    await expectDone(patch(`${path}/status`, { metadata: { annotations } })('rl'));
    expect(seen()).toEqual([
      ['mutate', what],
      ['validate', what],
    ]);
    const stored = await plane.api('rl').request('GET', path);
    expect(stored.body.metadata).toMatchObject({ annotations });
  });

  it('an old version arrives as the one that is known', async () => {
    const old = hpas.replace('v2', 'v1');
    await expectDone(patch(`${old}/web`, { spec: { targetCPUUtilizationPercentage: 44 } })('rl'));
    expect(new Set(webhook.take().map(({ version }) => version))).toEqual(new Set(['v2']));
  });

  it('a dry run, as one', async () => {
    const [path, body] = [`${hpas}/web`, { spec: { maxReplicas: 19 } }];
    await plane.api('rl').request('PATCH', path, body, { query: { dryRun: 'All' } });
    expect(webhook.take().map(({ door, dryRun }) => [door, dryRun])).toEqual([
      ['mutate', true],
      ['validate', true],
    ]);
  });

  it.each<[name: string, actor: string, act: Act, what: string]>([
    ['a removed HPA', 'rl', remove(`${hpas}/certified`), 'DELETE horizontalpodautoscalers'],
    ['a removed quota', 'rl', remove(`${quotas}/spare`), 'DELETE resourcequotas'],
    ['a removed Deployment', 'rl', remove(`${deployments}/new`), 'DELETE deployments'],
    [
      'another scheduler’s binding',
      'rl',
      post(`${pods}/web/binding`, bindingOf('web')),
      'CREATE pods/binding',
    ],
    [
      'the older way to bind',
      'admin',
      post('/api/v1/namespaces/default/bindings', bindingOf('second')),
      'CREATE bindings',
    ],
  ])('%s, at the last door alone', async (_name, actor, act, what) => {
    await act(actor);
    expect(seen()).toEqual([['validate', what]]);
  });

  it('each of a whole collection that is removed', async () => {
    for (const name of ['one', 'two']) await expectDone(post(hpas, hpaNamed(name, { of: 'these' }))('rl'));
    webhook.take();
    const query = { labelSelector: 'of=these' };
    await plane.api('rl').request('DELETE', hpas, undefined, { query });
    const call = ['validate', 'DELETE horizontalpodautoscalers'];
    expect(webhook.take().map(({ door, what }) => [door, what])).toEqual([call, call]);
  });

  it('objects of a megabyte, for which the conditions have budget enough', async () => {
    const env = Array.from({ length: 100 }, (_, index) => ({ name: `V${index}`, value: 'x'.repeat(10_000) }));
    const annotations = { large: 'y'.repeat(200_000) };
    await expectDone(post(deployments, deploymentNamed('large', { env, annotations }))('rl'));
    webhook.take();
    const again = patch(`${deployments}/large`, { spec: { replicas: 5 } });
    await expectDone(again('rl'));
    expect(seen()).toHaveLength(2);
    await until(async () => {
      await expectDone(again('rl'));
      return seen().length === 0;
    });
  });
});

describe('what does not', () => {
  // A write that changes nothing is only seen as one once the API server's cache has caught up with the one before.
  beforeEach(async () => {
    await sleep(200);
    webhook.take();
  });

  it.each<[name: string, actor: string, act: Act]>([
    [
      'a write that changes nothing',
      'rl',
      patch(`${hpas}/web`, { spec: { scaleTargetRef: { name: 'web' } } }),
    ],
    ['a finalizer', 'rl', patch(`${hpas}/web`, { metadata: { finalizers: ['flyball.dev/test'] } })],
    [
      'a heartbeat of an HPA',
      'hpa',
      patch(`${hpas}/web/status`, { status: { currentReplicas: 3, desiredReplicas: 3 } }),
    ],
    [
      'a heartbeat of a Deployment',
      'rl',
      patch(`${deployments}/web/status`, { status: { observedGeneration: 9 } }),
    ],
    ['a scale to what is', 'rl', patch(`${deployments}/web/scale`, { spec: { replicas: 7 } })],
    ['the HPA controller’s scaling', 'hpa', patch(`${deployments}/web/scale`, { spec: { replicas: 6 } })],
    [
      'a count of what a quota is used',
      'rl',
      patch(`${quotas}/all/status`, { status: { used: { pods: '4' } } }),
    ],
    [
      'the quota controller’s report',
      'quota-controller',
      patch(`${quotas}/all/status`, { status: { hard: { pods: '9' } } }),
    ],
    ['a pod under a quota', 'rl', post(pods, podNamed('counted'))],
    ['the default scheduler’s binding', 'scheduler', post(`${pods}/counted/binding`, bindingOf('counted'))],
    ['kube-system', 'rl', post(hpas.replace('default', 'kube-system'), hpaNamed('web'))],
    ['our own namespace', 'rl', post(hpas.replace('default', 'flyball-system'), hpaNamed('web'))],
    ['what goes with its namespace', 'namespace-controller', remove(`${hpas}/condemned`)],
    [
      'kinds that are not governed',
      'rl',
      post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'web' } }),
    ],
  ])('%s', async (_name, actor, act) => {
    await expectDone(act(actor));
    expect(webhook.take()).toEqual([]);
  });
});

describe('without a webhook', () => {
  beforeAll(() => webhook.close());

  it('what it guards cannot be changed', async () => {
    const refused = await patch(`${hpas}/web`, { spec: { maxReplicas: 12 } })('rl');
    expect(refused.status).toBe(500);
    expect(refused.body.message).toContain('failed calling webhook "validate.flyball.dev"');
  });

  it.each<[name: string, actor: string, act: Act]>([
    ['the HPA controller scales', 'hpa', patch(`${deployments}/web/scale`, { spec: { replicas: 8 } })],
    [
      'heartbeats go on',
      'hpa',
      patch(`${hpas}/web/status`, { status: { currentReplicas: 8, desiredReplicas: 8 } }),
    ],
    ['pods start', 'scheduler', post(`${pods}/late/binding`, bindingOf('late'))],
    [
      'our own Deployment can be mended',
      'admin',
      patch('/apis/apps/v1/namespaces/flyball-system/deployments/flyball', { spec: { replicas: 3 } }),
    ],
    ['namespaces are emptied', 'namespace-controller', remove(`${hpas}/last`)],
  ])('%s', async (_name, actor, act) => {
    await expectDone(act(actor));
  });

  it('the off switch opens the cluster again', async () => {
    const off = { webhooks: [{ name: 'validate.flyball.dev', failurePolicy: 'Ignore' }] };
    const args = ['patch', 'validatingwebhookconfiguration/flyball', '-p', JSON.stringify(off)];
    expect((await plane.kubectl('admin', args)).code).toBe(0);
    await until(async () => (await post(hpas, hpaNamed('switched'))('rl')).status < 300);
    const on = { webhooks: [{ name: 'validate.flyball.dev', failurePolicy: 'Fail' }] };
    await plane.kubectl('admin', ['patch', args[1] ?? '', '-p', JSON.stringify(on)]);
    await until(
      async () =>
        (await patch(`${hpas}/switched`, { metadata: { labels: { n: `${Date.now()}` } } })('rl')).status ===
        500,
    );
  });
});

async function expectDone(acted: Promise<ApiAnswer<ApiObject>>): Promise<void> {
  const { status, body } = await acted;
  expect(status, body.message).toBeLessThan(300);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(100);
}

/** The server of the manifests does not run here; the test's own answers in its place. */
async function callByUrl(kind: string): Promise<void> {
  const door = kind.startsWith('mutating') ? 'mutate' : 'validate';
  const caBundle = (await readFile(join(installation.folder, 'pki/ca.crt'))).toString('base64');
  const value = { url: `https://127.0.0.1:${webhook.port}/${door}`, caBundle };
  const operations = [{ op: 'replace', path: '/webhooks/0/clientConfig', value }];
  const options = { contentType: 'application/json-patch+json' };
  const path = `${registration}/${kind}/flyball`;
  const { status } = await plane.api('admin').request('PATCH', path, operations, options);
  expect(status).toBe(200);
}

/** The API server takes a moment to see a changed configuration. */
async function untilCalled(): Promise<void> {
  const doors = new Set<string>();
  await until(async () => {
    await plane.api('rl').request('POST', hpas, hpaNamed('probe'), { query: { dryRun: 'All' } });
    for (const { door } of webhook.take()) doors.add(door);
    return doors.size === 2;
  });
}

async function installFixtures(): Promise<void> {
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await expectDone(post(definitions, scaledObjectDefinition)('admin'));
  for (const name of ['web', 'condemned', 'last']) await expectDone(post(hpas, hpaNamed(name))('sre'));
  await expectDone(post(deployments, deploymentNamed('web'))('sre'));
  for (const name of ['web', 'second', 'late']) await expectDone(post(pods, podNamed(name))('sre'));
  for (const name of ['all', 'spare']) await installQuota(name);
  await until(async () => (await plane.api('sre').request('GET', scaledObjects)).status === 200);
}

/** No quota controller runs here; quota admission refuses every pod until the status says what is used. */
async function installQuota(name: string): Promise<void> {
  await expectDone(post(quotas, quotaNamed(name))('sre'));
  const status = { hard: { pods: '20' }, used: { pods: '3' } };
  await expectDone(patch(`${quotas}/${name}/status`, { status })('sre'));
}
