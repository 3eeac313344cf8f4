/**
 * Policies and labels from a real API server: the adapters with exactly the rights of `neededRules`, while policies are
 * written, broken, mended and deleted, objects are relabelled, and the API server is restarted.
 */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Cluster, loadCluster } from '../../src/kubernetes/client.ts';
import type { Condition } from '../../src/kubernetes/condition.ts';
import type { PolicyDocument } from '../../src/kubernetes/documents.ts';
import { type LabelCaches, watchLabels } from '../../src/kubernetes/labels.ts';
import {
  type DocumentResult,
  type PolicySource,
  startPolicySource,
} from '../../src/kubernetes/policy-source.ts';
import { formatProblem } from '../../src/kubernetes/problem.ts';
import { neededRules } from '../../src/kubernetes/rbac.ts';
import { startReflector } from '../../src/kubernetes/reflector.ts';
import type { ApiObject } from '../control-plane/client.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/harness.ts';

const crds = new URL('../../webhook-manifests/base/crds/', import.meta.url);
const group = '/apis/flyball.dev/v1alpha1';
const policies = `${group}/namespaces/default/guardrailpolicies`;
const deployments = '/apis/apps/v1/namespaces/default/deployments';

let plane: ControlPlane;
let cluster: Cluster;
let source: PolicySource | undefined;
let labels: LabelCaches | undefined;
let notes: string[] = [];
/** What was handed over last, and what a consumer that keeps the last good set would have in force. */
let handed: readonly PolicyDocument[] = [];
let inForce: readonly PolicyDocument[] = [];

beforeAll(async () => {
  const guardian = { name: 'guardian', user: 'flyball', groups: [], rights: 'none' } as const;
  plane = await startControlPlane({ actors: [guardian] });
  await grant('flyball');
  const loaded = await loadCluster({ kubeconfig: plane.kubeconfig('guardian') });
  if (!loaded.ok) throw new Error(formatProblem(loaded.problem));
  cluster = loaded.cluster;
});

afterEach(async () => {
  await source?.stop();
  await labels?.stop();
  [source, labels, notes, handed, inForce] = [undefined, undefined, [], [], []];
});

afterAll(async () => {
  cluster?.close();
  await plane?.close();
});

async function grant(user: string): Promise<void> {
  const metadata = { name: 'flyball-test-guardian' };
  const apiGroup = 'rbac.authorization.k8s.io';
  await create(`/apis/${apiGroup}/v1/clusterroles`, { metadata, rules: neededRules });
  await create(`/apis/${apiGroup}/v1/clusterrolebindings`, {
    metadata,
    roleRef: { apiGroup, kind: 'ClusterRole', name: metadata.name },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  });
}

async function request(method: string, path: string, body?: unknown): Promise<ApiObject> {
  const { status, body: answer } = await plane.api('admin').request(method, path, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${answer.message}`);
  return answer;
}

const create = (path: string, body: unknown): Promise<ApiObject> => request('POST', path, body);

async function installCrds(): Promise<void> {
  const files = (await readdir(crds)).filter((file) => file !== 'kustomization.yaml');
  for (const file of files) {
    for (const document of parseAllDocuments(await readFile(new URL(file, crds), 'utf8')))
      await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', document.toJS());
  }
}

const policy = (name: string, max: number) => ({
  apiVersion: 'flyball.dev/v1alpha1',
  kind: 'GuardrailPolicy',
  metadata: { name },
  spec: {
    match: { resources: [{ group: 'autoscaling', kind: 'HorizontalPodAutoscaler' }] },
    guards: [{ parameter: 'hpa.maxReplicas', range: { min: 1, max } }],
  },
});

/** Stands in for the compiler: refuses what has a bound above 100, and then keeps the last set. */
function take(documents: readonly PolicyDocument[]): DocumentResult[] {
  handed = documents;
  const results = documents.map((document): DocumentResult => {
    const { name, namespace = '', generation } = document.metadata;
    const ok = !/"max":\d{3}/.test(JSON.stringify(document.spec));
    const problems = ok ? [] : ['spec.guards[0].range: is out of bounds'];
    return { kind: document.kind, namespace, name, generation, ok, problems };
  });
  if (results.every(({ ok }) => ok)) inForce = documents;
  return results;
}

function startSource(): void {
  const onNote = ({ message }: { message: string }): number => notes.push(message);
  source = startPolicySource({ cluster, onDocuments: take, onNote });
}

const namesOf = (documents: readonly PolicyDocument[]): readonly string[] =>
  documents.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);

/** The upper bound of each policy. */
const boundsOf = (documents: readonly PolicyDocument[]): readonly unknown[] =>
  documents.map(({ spec }) => (spec as { guards: { range: { max: unknown } }[] }).guards[0]?.range.max);

async function ready(name: string): Promise<Condition | undefined> {
  const { status } = (await request('GET', `${policies}/${name}`)) as {
    status?: { conditions?: Condition[] };
  };
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

async function until(what: string, isTrue: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}; notes: ${notes.join(' | ')}`);
    await sleep(50);
  }
}

const isReady = (name: string, status: string) => async (): Promise<boolean> =>
  (await ready(name))?.status === status;

// Before all others: CustomResourceDefinitions are there to stay.
it('keeps trying while the definitions are missing, says so once each, and goes on when they come', async () => {
  startSource();
  await sleep(3_000);
  expect(source?.isSynced()).toBe(false);
  expect(notes).toHaveLength(3);
  for (const note of notes) expect(note).toContain('install the CustomResourceDefinitions');
  await installCrds();
  await until('it is synced', () => source?.isSynced() === true, 60);
  expect(handed).toEqual([]);
});

describe('policies', () => {
  it('are seen, and their status says that they are in force', async () => {
    startSource();
    await until('synced', () => source?.isSynced() === true);
    await create(policies, policy('good', 10));
    await until('it came', () => namesOf(handed).includes('GuardrailPolicy default/good'));
    await until('its status is written', isReady('good', 'True'));
    const condition = await ready('good');
    expect(condition).toMatchObject({ reason: 'InForce', observedGeneration: 1 });
    const written = await request('GET', `${policies}/good`);
    await sleep(1_500);
    // A write of the status wakes nobody up to write again.
    expect((await request('GET', `${policies}/good`)).metadata?.['resourceVersion']).toBe(
      written.metadata?.['resourceVersion'],
    );
    expect(handed[0]?.metadata).toEqual({
      name: 'good',
      namespace: 'default',
      generation: 1,
      uid: written.metadata?.['uid'],
    });
  });

  it('that break turn Ready to False while the last good set stays in force; mended, they turn back', async () => {
    startSource();
    await until('in force', () => inForce.length === 1);
    await request('PATCH', `${policies}/good`, { spec: policy('good', 500).spec });
    await until('its status turned', isReady('good', 'False'));
    expect(await ready('good')).toMatchObject({
      reason: 'Invalid',
      message: 'spec.guards[0].range: is out of bounds',
      observedGeneration: 2,
    });
    expect([boundsOf(handed), boundsOf(inForce)]).toEqual([[500], [10]]);
    await request('PATCH', `${policies}/good`, { spec: policy('good', 20).spec });
    await until('its status turned back', isReady('good', 'True'));
    expect(boundsOf(inForce)).toEqual([20]);
  });

  it('that are deleted are gone; a namesake made at once is another document', async () => {
    startSource();
    await until('in force', () => inForce.length === 1);
    const [before] = handed;
    await request('DELETE', `${policies}/good`);
    await create(policies, policy('good', 30));
    await until('the namesake came', () => boundsOf(handed)[0] === 30);
    expect(handed).toHaveLength(1);
    expect(handed[0]?.metadata.uid).not.toBe(before?.metadata.uid);
    await until('its status is written', isReady('good', 'True'));
    await request('DELETE', `${policies}/good`);
    await until('it is gone', () => handed.length === 0);
  });

  it('of all three kinds come together', async () => {
    await create(policies, policy('tenant', 10));
    const wide = { ...policy('platform', 20), kind: 'ClusterGuardrailPolicy' };
    await create(`${group}/clusterguardrailpolicies`, wide);
    await create(`${group}/namespaces/default/guardrailexceptions`, {
      apiVersion: 'flyball.dev/v1alpha1',
      kind: 'GuardrailException',
      metadata: { name: 'sale' },
      spec: {
        policies: ['tenant'],
        guards: [{ parameter: 'hpa.maxReplicas', range: { max: 20 } }],
        owner: 'shop',
        reason: 'sale',
        ticket: 'SHOP-1',
        expires: '2100-01-01T00:00:00Z',
      },
    });
    startSource();
    await until('synced', () => source?.isSynced() === true);
    expect(namesOf(handed)).toEqual([
      'ClusterGuardrailPolicy /platform',
      'GuardrailException default/sale',
      'GuardrailPolicy default/tenant',
    ]);
    expect(handed.map(({ apiVersion }) => apiVersion)).toEqual(Array(3).fill('flyball.dev/v1alpha1'));
    await until('cluster-scoped ones have a status too', async () => {
      const { status } = await request('GET', `${group}/clusterguardrailpolicies/platform`);
      return JSON.stringify(status ?? {}).includes('"Ready"');
    });
  });
});

describe('a write of the status', () => {
  it('to an object that was changed or replaced meanwhile is refused by its version', async () => {
    const { metadata } = await create(policies, policy('replaced', 10));
    await request('DELETE', `${policies}/replaced`);
    await create(policies, policy('replaced', 20));
    const body = {
      metadata: { resourceVersion: metadata?.['resourceVersion'] },
      status: { observedGeneration: 7 },
    };
    const answer = await cluster.fetchJson('PATCH', `${policies}/replaced/status`, { body });
    expect(answer).toMatchObject({ ok: false, failure: { status: 409 } });
    expect((await request('GET', `${policies}/replaced`)).status).toBeUndefined();
  });

  it('is the only write that the rights allow', async () => {
    const body = { spec: { mode: 'Audit' } };
    const answer = await cluster.fetchJson('PATCH', `${policies}/replaced`, { body });
    expect(answer).toMatchObject({ ok: false, failure: { status: 403 } });
    await request('DELETE', `${policies}/replaced`);
  });
});

describe('labels', () => {
  const workload = (kind: string, name: string, app: string) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels: { app } },
    spec: {
      replicas: 1,
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: { pod: name } },
      template: { metadata: { labels: { pod: name } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  });

  it('of workloads and namespaces follow a relabelling and a deletion', async () => {
    await create(deployments, workload('Deployment', 'web', 'checkout'));
    await create('/apis/apps/v1/namespaces/default/statefulsets', workload('StatefulSet', 'db', 'ledger'));
    labels = watchLabels({ cluster, onNote: ({ message }) => notes.push(message) });
    const read = () => labels?.readLabels('Deployment', 'default', 'web')?.get('app');
    await until('synced', () => labels?.isSynced() === true);
    expect(read()).toBe('checkout');
    expect(labels.readLabels('StatefulSet', 'default', 'db')).toEqual(new Map([['app', 'ledger']]));
    expect(labels.readNamespaceLabels('default')?.get('kubernetes.io/metadata.name')).toBe('default');
    expect(labels.readLabels('Deployment', 'default', 'none')).toBeUndefined();
    await request('PATCH', `${deployments}/web`, { metadata: { labels: { app: 'search' } } });
    await request('PATCH', '/api/v1/namespaces/default', { metadata: { labels: { tier: 'gold' } } });
    await until('relabelled', () => read() === 'search');
    await until('relabelled', () => labels?.readNamespaceLabels('default')?.get('tier') === 'gold');
    await request('DELETE', `${deployments}/web`);
    await until('gone', () => labels?.readLabels('Deployment', 'default', 'web') === undefined);
    expect(notes).toEqual([]);
  });

  it('are asked for without specs: metadata is all that travels', async () => {
    await create(deployments, workload('Deployment', 'slim', 'checkout'));
    const seen: object[] = [];
    const path = '/apis/apps/v1/deployments';
    const onEvent = (event: { kind: string; object?: object }): void => {
      if (event.object !== undefined) seen.push(event.object);
    };
    const reflector = startReflector({ cluster, path, isMetadataOnly: true, onEvent });
    await until('listed', () => reflector.isSynced());
    await request('PATCH', `${deployments}/slim`, { metadata: { labels: { app: 'search' } } });
    await until('watched', () => seen.length >= 2);
    for (const object of seen) expect(Object.keys(object).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
    await reflector.stop();
  });
});

describe('an API server that crashes and comes back', () => {
  it('is followed again: what is served stays, what changed is seen', async () => {
    startSource();
    labels = watchLabels({ cluster, onNote: ({ message }) => notes.push(message) });
    await until('synced', () => source?.isSynced() === true && labels?.isSynced() === true);
    const before = handed.length;
    expect(before).toBeGreaterThan(0);
    await plane.restart('kube-apiserver');
    expect(source?.isSynced()).toBe(true);
    expect(inForce).toHaveLength(before);
    expect(labels.readNamespaceLabels('default')).toBeDefined();
    await create(policies, policy('after', 40));
    await until('the new policy came', () => handed.length === before + 1, 60);
    await until('its status is written', isReady('after', 'True'), 60);
    await request('PATCH', '/api/v1/namespaces/default', { metadata: { labels: { tier: 'silver' } } });
    await until('relabelled', () => labels?.readNamespaceLabels('default')?.get('tier') === 'silver', 60);
  });

  it('hangs: the silence is noticed, and the rest is as after a crash', async () => {
    const seen: string[] = [];
    let watches = 0;
    const counting: Cluster = {
      ...cluster,
      watchPath: (path, options) => {
        watches += 1;
        return cluster.watchPath(path, options);
      },
    };
    const onEvent = (event: { kind: string; name?: string }): number =>
      seen.push(`${event.kind} ${event.name}`);
    const path = `${group}/guardrailpolicies`;
    const reflector = startReflector({ cluster: counting, path, onEvent, idleSeconds: 1 });
    await until('listed', () => reflector.isSynced());
    plane.pause('kube-apiserver');
    await until('it gave up the first connection', () => watches >= 2);
    plane.resume('kube-apiserver');
    await create(policies, policy('thawed', 40));
    await until('it came', () => seen.includes('add thawed'), 30);
    await reflector.stop();
  });
});
