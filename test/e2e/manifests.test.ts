import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ApiObject } from '../control-plane/client.ts';
import type { ControlPlane } from '../control-plane/harness.ts';
import { hpaNamed } from './governed-objects.ts';
import {
  type Installation,
  pathSecret,
  renderWithBundle,
  startInstallation,
} from './manifest-installation.ts';

const hpas = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

let installation: Installation;
let folder: string;
let plane: ControlPlane;

beforeAll(async () => {
  installation = await startInstallation();
  ({ folder, plane } = installation);
});

afterAll(() => installation?.close());

interface PodTemplate {
  readonly spec: { readonly template: { readonly spec: Readonly<Record<string, unknown>> } };
}

describe('what kustomize renders', () => {
  it.each([
    ['dev', ['Deployment', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']],
    ['cert-manager', ['Certificate', 'Certificate', 'Certificate', 'Issuer', 'Issuer']],
    ['secret-path', ['Secret', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount']],
  ])('overlay %s is whole', async (overlay, kinds) => {
    const rendered = (await render(`overlays/${overlay}`)).map(({ kind }) => kind);
    for (const kind of kinds) expect(rendered).toContain(kind);
    expect(rendered.filter((kind) => kind === 'CustomResourceDefinition')).toHaveLength(4);
    expect(rendered).not.toContain('ConfigMap');
  });

  it('creates nothing in other namespaces, and the webhooks last', async () => {
    const objects = await render('base');
    const places = new Set(objects.flatMap(({ metadata }) => metadata?.['namespace'] ?? []));
    expect([...places]).toEqual(['flyball-system']);
    expect(objects.slice(-2).map(({ kind }) => kind)).toEqual([
      'MutatingWebhookConfiguration',
      'ValidatingWebhookConfiguration',
    ]);
  });

  it('puts the secret into both paths and into the Secret that the pod mounts', async () => {
    const objects = await render('overlays/secret-path');
    const stored = objects.find(({ kind }) => kind === 'Secret') as ApiObject & { data: object };
    const [[key, value] = []] = Object.entries(stored.data);
    expect([key, Buffer.from(`${value}`, 'base64').toString()]).toEqual(['path-secret', pathSecret]);
    const shown = JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'));
    expect(shown).toContain(`"secretName":"${stored.metadata?.['name']}"`);
    expect(shown).toContain('--path-secret-file=/etc/flyball/caller/path-secret');
    expect(shown).not.toContain('--client-');
    expect(JSON.stringify(objects)).toContain(`"path":"/validate/${pathSecret}"`);
    expect(JSON.stringify(objects)).toContain(`"path":"/mutate/${pathSecret}"`);
  });

  it('asks cert-manager to write the caBundle', async () => {
    const objects = await render('overlays/cert-manager');
    const annotated = objects.filter(({ kind }) => kind?.endsWith('WebhookConfiguration'));
    expect(annotated.map(({ metadata }) => metadata?.['annotations'])).toEqual([
      { 'cert-manager.io/inject-ca-from': 'flyball-system/flyball-tls' },
      { 'cert-manager.io/inject-ca-from': 'flyball-system/flyball-tls' },
    ]);
  });

  it('fails closed where it decides, and open where it only helps; selects by no label of the object', async () => {
    const objects = await render('base');
    const webhooks = objects.flatMap((object) => webhooksOf(object));
    expect(webhooks).toMatchObject([
      { failurePolicy: 'Ignore', sideEffects: 'None', timeoutSeconds: 2, reinvocationPolicy: 'IfNeeded' },
      { failurePolicy: 'Fail', sideEffects: 'NoneOnDryRun', timeoutSeconds: 5, matchPolicy: 'Equivalent' },
    ]);
    for (const one of webhooks) expect(one).not.toHaveProperty('objectSelector');
  });
});

describe('installing', () => {
  it('the server first, without a warning', async () => {
    const applied = await plane.kubectl('admin', applyArgs('-k', join(folder, 'base/server')));
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    const names = [
      'guardrailpolicies',
      'clusterguardrailpolicies',
      'guardrailexceptions',
      'guardrailledgers',
    ];
    const crds = names.map((name) => `crd/${name}.flyball.dev`);
    const waited = await plane.kubectl('admin', ['wait', '--for=condition=Established', ...crds]);
    expect(waited.code).toBe(0);
  });

  it.each([
    'namespace/flyball-system',
    'serviceaccount/flyball',
    'deployment/flyball',
    'service/flyball',
    'poddisruptionbudget/flyball',
    'networkpolicy/flyball',
    'clusterrole/flyball',
    'clusterrole/flyball-viewer',
    'clusterrole/flyball-policy-editor',
    'clusterrole/flyball-exception-editor',
    'clusterrole/flyball-cluster-policy-editor',
    'clusterrolebinding/flyball',
    'role/flyball-ledger',
    'rolebinding/flyball-ledger',
    'flowschema/flyball-ledger',
  ])('%s is there', async (name) => {
    expect((await plane.kubectl('admin', ['-n', 'flyball-system', 'get', name])).code).toBe(0);
  });

  it('the API server takes every starter policy as it is', async () => {
    const policies = new URL('../../policies/', import.meta.url).pathname;
    const folders = (await readdir(policies, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const files = folders.flatMap(({ name }) => ['-f', join(policies, name, 'policy.yaml')]);
    const applied = await plane.kubectl('admin', applyArgs(...files));
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await plane.kubectl('admin', ['get', 'clusterguardrailpolicies', '-o', 'name']);
    expect(stdout.trim().split('\n')).toHaveLength(folders.length);
  });

  it('the pod meets the restricted profile that its namespace enforces', async () => {
    const path = '/apis/apps/v1/namespaces/flyball-system/deployments/flyball';
    const { body } = await plane.api('admin').request<PodTemplate>('GET', path);
    const pod = { ...body.spec.template, metadata: { name: 'flyball-0' } };
    const dryRun = { query: { dryRun: 'All' } };
    const inOwn = '/api/v1/namespaces/flyball-system/pods';
    const made = await plane.api('admin').request('POST', inOwn, pod, dryRun);
    expect(made).toMatchObject({ status: 201, body: { spec: { priority: 2_000_000_000 } } });
    const { securityContext: _, ...rest } = body.spec.template.spec;
    const careless = { ...pod, spec: rest };
    const refused = await plane.api('admin').request('POST', inOwn, careless, dryRun);
    expect(refused.body.message).toContain('violates PodSecurity "restricted:latest"');
  });

  it('then the webhooks, which compile, and a second time nothing changes', async () => {
    const stdin = await renderWithBundle(installation, 'base/webhooks');
    const applied = await plane.kubectl('admin', applyArgs('-f', '-'), { stdin });
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    const again = await plane.kubectl('admin', ['diff', '--server-side', '-f', '-'], { stdin });
    expect(again).toMatchObject({ code: 0, stdout: '' });
  });

  it('the whole overlay over it, as an upgrade would', async () => {
    const stdin = await renderWithBundle(installation, 'overlays/dev');
    const applied = await plane.kubectl('admin', applyArgs('-f', '-'), { stdin });
    expect(applied).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('what the server may do', () => {
  it.each([
    ['yes', 'list', 'guardrailpolicies.flyball.dev', '-A'],
    ['yes', 'watch', 'clusterguardrailpolicies.flyball.dev', '-A'],
    ['no', 'get', 'guardrailexceptions.flyball.dev', '-A'],
    ['yes', 'patch', 'guardrailpolicies.flyball.dev/status', '-A'],
    ['no', 'update', 'guardrailexceptions.flyball.dev/status', '-A'],
    ['yes', 'list', 'namespaces', '-A'],
    ['yes', 'watch', 'deployments.apps', '-A'],
    ['yes', 'list', 'statefulsets.apps', '-A'],
    ['no', 'patch', 'guardrailpolicies.flyball.dev', '-A'],
    ['no', 'create', 'guardrailexceptions.flyball.dev', '-A'],
    ['no', 'delete', 'clusterguardrailpolicies.flyball.dev', '-A'],
    ['no', 'get', 'secrets', '-n=flyball-system'],
    ['no', 'list', 'secrets', '-A'],
    ['no', 'list', 'configmaps', '-A'],
    ['no', 'patch', 'deployments.apps', '-A'],
    ['no', 'update', 'deployments.apps/scale', '-A'],
    ['no', 'update', 'namespaces', '-A'],
    ['no', 'list', 'pods', '-A'],
    ['yes', 'list', 'horizontalpodautoscalers.autoscaling', '-A'],
    ['yes', 'watch', 'resourcequotas', '-A'],
    ['yes', 'watch', 'poddisruptionbudgets.policy', '-A'],
    ['no', 'patch', 'horizontalpodautoscalers.autoscaling', '-A'],
    ['no', 'patch', 'validatingwebhookconfigurations.admissionregistration.k8s.io', '-A'],
    ['no', 'impersonate', 'users', '-A'],
    ['no', 'create', 'pods/exec', '-n=flyball-system'],
    ['no', '*', '*', '-A'],
  ])('%s: %s %s', async (answer, verb, resource, where) => {
    const user = 'system:serviceaccount:flyball-system:flyball';
    const [type = '', subresource = ''] = resource.split('/');
    const asked = ['auth', 'can-i', verb, type, `--subresource=${subresource}`, where, '--as', user];
    expect((await plane.kubectl('admin', asked)).stdout.trim()).toBe(answer);
  });
});

describe('uninstalling', () => {
  const createHpa = () => plane.api('rl').request('POST', hpas, hpaNamed('web'));

  it('matters in its order: webhooks without a server refuse what they guard', async () => {
    await until(async () => (await createHpa()).status === 500);
    const { body } = await createHpa();
    expect(body.message).toContain('failed calling webhook "validate.flyball.dev"');
  });

  it('takes the webhooks first, and the cluster can be written to again', async () => {
    const first = ['delete', '-k', join(folder, 'base/webhooks')];
    expect((await plane.kubectl('admin', first)).code).toBe(0);
    await until(async () => (await createHpa()).status === 201);
  });

  it('then the rest, of which nothing is left', async () => {
    const rest = ['delete', '--wait=false', '-k', join(folder, 'base/server')];
    expect((await plane.kubectl('admin', rest)).code).toBe(0);
    const kinds = 'clusterroles,clusterrolebindings,customresourcedefinitions';
    const ours = async () => {
      const { stdout } = await plane.kubectl('admin', ['get', kinds, '-o', 'name']);
      return stdout.split('\n').filter((name) => /flyball(?!-test)/.test(name));
    };
    await until(async () => (await ours()).length === 0);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(100);
}

async function render(path: string): Promise<ApiObject[]> {
  const { code, stdout, stderr } = await plane.kubectl('admin', ['kustomize', join(folder, path)]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return parseAllDocuments(stdout).map((document) => document.toJS() as ApiObject);
}

function webhooksOf(object: ApiObject): readonly object[] {
  return 'webhooks' in object && Array.isArray(object.webhooks) ? object.webhooks : [];
}

function applyArgs(...rest: readonly string[]): readonly string[] {
  return ['apply', '--server-side', ...rest];
}
