import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceAccount } from './actors.ts';
import { warningTexts } from './client.ts';
import { type ControlPlane, startControlPlane } from './harness.ts';
import { installPodMetrics, markPodsRunning, setPodUsage } from './pods.ts';
import { isAlive } from './processes.ts';
import { parseQuantities } from './quantity.ts';

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const autoscalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
const labels = { app: 'web' };
const container = { name: 'web', image: 'web:1', resources: { requests: { cpu: '100m' } } };

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  },
};

const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: {
    minReplicas: 2,
    maxReplicas: 10,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      },
    ],
  },
};

interface Workload {
  readonly metadata: {
    readonly managedFields: readonly { readonly manager: string; readonly operation: string }[];
  };
  readonly spec: { readonly replicas: number };
}

let plane: ControlPlane;

beforeAll(async () => {
  const extra = serviceAccount('keda', 'keda', 'keda-operator');
  plane = await startControlPlane({ controllers: true, actors: [extra] });
});

afterAll(() => plane?.close());

const storedReplicas = async () =>
  (await plane.etcdGet<Workload>('/registry/deployments/default/web'))?.spec.replicas ?? 0;

describe('clients', () => {
  it('kubectl and the API server agree on the version', async () => {
    const { code, stdout } = await plane.kubectl('sre', ['version', '-o', 'json']);
    const { clientVersion, serverVersion } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(clientVersion.gitVersion).toMatch(/^v1\.\d+\.\d+/);
    expect(clientVersion).toMatchObject({ major: serverVersion.major, minor: serverVersion.minor });
  });

  it.each([
    ['rl', 'system:serviceaccount:optimizers:rl', 'system:serviceaccounts:optimizers'],
    ['gitops', 'system:serviceaccount:argocd:argocd-application-controller', 'system:serviceaccounts:argocd'],
    ['sre', 'alice', 'sre-oncall'],
    [
      'hpa',
      'system:serviceaccount:kube-system:horizontal-pod-autoscaler',
      'system:serviceaccounts:kube-system',
    ],
    ['keda', 'system:serviceaccount:keda:keda-operator', 'system:serviceaccounts:keda'],
    ['admin', 'admin', 'system:masters'],
  ])('`%s` is known as %s', async (actor, user, group) => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = await plane
      .api(actor)
      .request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', body);
    const groups = expect.arrayContaining([group, 'system:authenticated']);
    expect(answer.body.status).toMatchObject({ userInfo: { username: user, groups } });
  });

  it('an unknown actor is named in the error', () => {
    expect(() => plane.api('nobody')).toThrow('no actor `nobody`; there are admin, rl,');
  });

  it('kubectl reports a failure as a result', async () => {
    const { code, stderr } = await plane.kubectl('rl', ['get', 'secrets']);
    expect(code).toBe(1);
    expect(stderr).toContain('Forbidden');
  });

  it('kubectl reads its standard input', async () => {
    const stdin = JSON.stringify({ ...deployment, metadata: { name: 'dry' } });
    const { stdout } = await plane.kubectl('rl', ['apply', '--dry-run=server', '-f', '-'], { stdin });
    expect(stdout).toBe('deployment.apps/dry created (server dry run)\n');
  });

  it('reads warnings', async () => {
    const spec = { containers: [{ ...container, env: [{ name: 'A' }, { name: 'A' }] }] };
    const body = {
      ...deployment,
      metadata: { name: 'warn' },
      spec: { ...deployment.spec, template: { metadata: { labels }, spec } },
    };
    const answer = await plane.api('rl').request('POST', deployments, body, { query: { dryRun: 'All' } });
    expect(answer.status).toBe(201);
    expect(answer.warnings).toEqual([expect.stringContaining('hides previous definition')]);
    expect(warningTexts('299 - "a \\"b\\" \\\\", 299 x "c"')).toEqual(['a "b" \\', 'c']);
  });
});

describe('the loop with the real HPA controller', () => {
  it('stores what an optimizer creates, as JSON', async () => {
    const rl = plane.api('rl');
    expect(await rl.request('POST', deployments, deployment)).toMatchObject({ status: 201 });
    expect(await rl.request('POST', autoscalers, autoscaler)).toMatchObject({ status: 201 });
    expect(await storedReplicas()).toBe(2);
    expect(await plane.etcdGet('/registry/deployments/default/none')).toBeUndefined();
  });

  it('scales as pod metrics demand', async () => {
    await installPodMetrics(plane);
    await until(async () => {
      for (const pod of await markPodsRunning(plane, 'default', 'app=web'))
        await setPodUsage(plane, 'default', pod, '90m');
      return (await storedReplicas()) >= 4;
    });
    const stored = await plane.etcdGet<Workload>('/registry/deployments/default/web');
    expect(stored?.spec.replicas).toBeGreaterThanOrEqual(4);
  }, 60_000);
});

describe('failures', () => {
  it('a paused etcd holds a write, and a resumed one lets it through', async () => {
    const patch = { metadata: { labels: { paused: 'once' } } };
    plane.pause('etcd');
    const write = plane.api('sre').request('PATCH', `${deployments}/web`, patch);
    const first = await Promise.race([write, sleep(500, 'held')]);
    plane.resume('etcd');
    expect(first).toBe('held');
    expect(await write).toMatchObject({ status: 200 });
  });

  it.each(['etcd', 'kube-apiserver'] as const)('objects outlive a crash of %s', async (name) => {
    const before = plane.pids().get(name);
    await plane.restart(name);
    expect(plane.pids().get(name)).not.toBe(before);
    await until(async () => (await plane.api('sre').request('GET', `${deployments}/web`)).status === 200);
  });

  it('a server that cannot start says why, and leaves nothing', async () => {
    const failing = startControlPlane({ apiServerFlags: ['--no-such-flag'] });
    await expect(failing).rejects.toThrow(
      /`kube-apiserver` ended with code 1; its log ends:[\s\S]*no-such-flag/,
    );
  });

  it('no server outlives a test process that is killed', async () => {
    const { folder, pids } = await startAndKill();
    expect(pids).toHaveLength(2);
    await until(() => Promise.resolve(!pids.some(isAlive) && !existsSync(folder)));
  });

  it('close ends every server and removes the folder', async () => {
    const pids = [...plane.pids().values()];
    expect(pids).toHaveLength(3);
    await plane.close();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(plane.folder)).toBe(false);
    await plane.close();
  });
});

/** Only what this folder builds has the parser; downloaded binaries do not. */
it.skipIf(process.env['KUBEBUILDER_ASSETS'])('Kubernetes parses quantities', async () => {
  expect(await parseQuantities(['1500m', '1Ki', '0.1n', 'x"'])).toEqual([
    { in: '1500m', ok: true, canonical: '1500m', nano: '1500000000', format: 'DecimalSI' },
    { in: '1Ki', ok: true, canonical: '1Ki', nano: '1024000000000', format: 'BinarySI' },
    { in: '0.1n', ok: true, canonical: '1n', nano: '1', format: 'DecimalSI' },
    { in: 'x"', ok: false, error: expect.stringContaining('must match') },
  ]);
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(200);
}

/** Starts a control plane in a process of its own, pauses its etcd, and kills that process as no handler can see. */
async function startAndKill(): Promise<{ folder: string; pids: number[] }> {
  const script = `
    const { startControlPlane } = await import(${JSON.stringify(new URL('harness.ts', import.meta.url).href)});
    const plane = await startControlPlane();
    plane.pause('etcd');
    console.log(JSON.stringify({ folder: plane.folder, pids: [...plane.pids().values()] }));
    setInterval(() => {}, 1_000);`;
  const argv = ['--input-type=module', '--eval', script];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  child.kill('SIGKILL');
  return JSON.parse(line);
}
