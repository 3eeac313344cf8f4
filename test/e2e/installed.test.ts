/** The real process with the arguments of the shipped Deployment, and with no rights but those of the shipped ClusterRole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeCertificates, writeCertificates } from '../../src/certificates.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/harness.ts';
import { freePort } from '../control-plane/processes.ts';
import { register } from './governed.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifests = join(root, 'webhook-manifests/base');
const secret = 'a-secret-path-of-the-test';

let plane: ControlPlane;
let server: ChildProcess;
let port: number;
let authority: string;
let processLog = '';
let exit: Promise<unknown[]>;

beforeAll(async () => {
  plane = await startControlPlane();
  await kubectl('apply', '--server-side', '-k', join(manifests, 'server'));
  await kubectl('apply', '--server-side', '-k', join(manifests, 'crds'));
  for (const name of ['hpa-bounds', 'replicas-step', 'quota-floor'])
    await kubectl('apply', '-f', join(root, 'policies', name, 'policy.yaml'));
  port = await freePort();
  await startServer();
  await waitUntilReady();
  for (const door of ['mutate', 'validate'] as const) {
    await register(plane, door, { url: `https://127.0.0.1:${port}/${door}/${secret}`, ca: authority });
  }
  await sleep(1_500);
});

afterAll(async () => {
  server?.kill('SIGKILL');
  await plane?.close();
});

async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl('admin', args);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** The Deployment's own arguments, with the paths, the port and the secret of this test. */
async function startServer(): Promise<void> {
  const pki = join(plane.folder, 'pki');
  const certificates = await makeCertificates({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
  await writeCertificates(pki, certificates);
  authority = certificates.ca.cert;
  await writeFile(join(plane.folder, 'path-secret'), secret);
  const deployment = parse(await readFile(join(manifests, 'server/deployment.yaml'), 'utf8'));
  const args: string[] = deployment.spec.template.spec.containers[0].args.map((argument: string) =>
    argument
      .replace('0.0.0.0:9443', `127.0.0.1:${port}`)
      .replace('/etc/flyball/tls', pki)
      .replace(
        '--client-ca=/etc/flyball/caller/ca.crt',
        `--path-secret-file=${join(plane.folder, 'path-secret')}`,
      )
      .replace('/var/log/flyball', plane.folder),
  );
  const kubeconfig = await serviceAccountKubeconfig();
  server = spawn(
    process.execPath,
    [join(root, 'src/main.ts'), ...args, `--kubeconfig=${kubeconfig}`, '--drain=200ms'],
    { stdio: ['ignore', 'inherit', 'pipe'] },
  );
  server.stderr?.on('data', (chunk) => {
    processLog += chunk;
  });
  exit = once(server, 'exit');
}

/** A token of the shipped ServiceAccount, bound by the shipped ClusterRoleBinding. */
async function serviceAccountKubeconfig(): Promise<string> {
  const token = (await kubectl('create', 'token', 'flyball', '-n', 'flyball-system')).trim();
  const path = join(plane.folder, 'flyball.kubeconfig');
  await cp(plane.kubeconfig('admin'), path);
  const config = parse(await readFile(path, 'utf8'));
  for (const { user } of config.users) {
    for (const key of Object.keys(user)) delete user[key];
    user.token = token;
  }
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

function readiness(): Promise<number | undefined> {
  return new Promise((resolve) => {
    const outgoing = get(
      { host: '127.0.0.1', port, path: '/readyz', ca: authority, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    outgoing.on('error', () => resolve(undefined));
  });
}

async function waitUntilReady(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await readiness()) === 200) return;
    await sleep(50);
  }
  throw new Error(`the server did not become ready: ${processLog}`);
}

it('follows policies and labels with the shipped rights alone', async () => {
  expect(processLog).not.toMatch(/forbidden/i);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const status = await kubectl(
      'get',
      'clusterguardrailpolicies',
      '-o',
      'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}',
    );
    if (status === 'True True True') break;
    await sleep(100);
  }
  expect(await kubectl('get', 'clusterguardrailpolicies')).toMatch(/hpa-bounds +Enforce .*True/);
});

it('clamps through the shipped policies, and logs the decision', async () => {
  const hpa = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { maxReplicas: 10, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  };
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
  expect((await plane.api('admin').request('POST', path, hpa)).status).toBe(201);
  const { stderr } = await plane.kubectl('rl', [
    'patch',
    'hpa',
    'web',
    '--type',
    'merge',
    '-p',
    '{"spec":{"maxReplicas":500}}',
  ]);
  const id = /flyball (d-[0-9a-f]{12}): hpa\.maxReplicas 500 -> 20/.exec(stderr)?.[1];
  expect(id, stderr).toBeDefined();
  const log = await readFile(join(plane.folder, 'decisions.jsonl'), 'utf8');
  const records = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records.find((record) => record.id === id)).toMatchObject({
    outcome: 'clamp',
    allowed: true,
    seen: 'mutate+validate',
  });
});

it('drains and ends well when it is told to', async () => {
  server.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(processLog).toContain('"stopping"');
});
