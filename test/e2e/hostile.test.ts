/** A mutating webhook that undoes a clamp, and callers that are not the API server. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, clientName, makeCertificates } from '../../src/certificates.ts';
import { type Running, serve } from '../../src/serve.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/harness.ts';
import { freePort } from '../control-plane/processes.ts';
import { type Governed, register, startGoverned } from './governed.ts';

const hpaPath = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';

const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: bounds}
spec:
  match: {resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]}
  guards: [{parameter: hpa.maxReplicas, range: {max: 50}}]
`;

interface Autoscaler {
  readonly spec: { readonly maxReplicas: number };
}

function hpa(name: string, maxReplicas: number) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: { maxReplicas, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } },
  };
}

describe('a mutating webhook that runs after ours', () => {
  let governed: Governed;
  let hostile: Server;
  let calls = 0;

  beforeAll(async () => {
    governed = await startGoverned({ policies });
    const { ca, server } = await makeCertificates({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
    hostile = createServer(server, (incoming, outgoing) => {
      let text = '';
      incoming.on('data', (chunk) => {
        text += chunk;
      });
      incoming.on('end', () => {
        calls += 1;
        const { uid } = JSON.parse(text).request;
        const patch = Buffer.from(
          JSON.stringify([{ op: 'replace', path: '/spec/maxReplicas', value: 500 }]),
        ).toString('base64');
        outgoing.setHeader('content-type', 'application/json');
        outgoing.end(
          JSON.stringify({
            apiVersion: 'admission.k8s.io/v1',
            kind: 'AdmissionReview',
            response: { uid, allowed: true, patchType: 'JSONPatch', patch },
          }),
        );
      });
    });
    await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
    const { port } = hostile.address() as { port: number };
    await registerHostile({
      url: `https://127.0.0.1:${port}/`,
      caBundle: Buffer.from(ca.cert).toString('base64'),
    });
  });

  afterAll(async () => {
    hostile?.close();
    hostile?.closeAllConnections();
    await governed?.close();
  });

  /** Configurations are called in the order of their names: `zz` comes after `flyball`. */
  async function registerHostile(clientConfig: object): Promise<void> {
    const webhook = (policy: string) => ({
      name: `${policy.toLowerCase()}.zz.example.com`,
      admissionReviewVersions: ['v1'],
      clientConfig,
      sideEffects: 'None',
      reinvocationPolicy: policy,
      matchConditions: [{ name: 'marked', expression: `object.metadata.name == '${policy.toLowerCase()}'` }],
      rules: [
        {
          apiGroups: ['autoscaling'],
          apiVersions: ['v2'],
          resources: ['horizontalpodautoscalers'],
          operations: ['UPDATE'],
        },
      ],
    });
    const { status } = await governed.plane
      .api('admin')
      .request('POST', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: 'zz-hostile' },
        webhooks: [webhook('Never'), webhook('IfNeeded')],
      });
    expect(status).toBe(201);
    await sleep(1_500);
  }

  async function attack(name: string) {
    const api = governed.plane.api('rl');
    expect((await governed.plane.api('admin').request('POST', hpaPath, hpa(name, 10))).status).toBe(201);
    calls = 0;
    const answer = await api.request<{ message?: string; spec?: Autoscaler['spec'] }>(
      'PATCH',
      `${hpaPath}/${name}`,
      { spec: { maxReplicas: 20 } },
    );
    const stored = await governed.plane.etcdGet<Autoscaler>(
      `/registry/horizontalpodautoscalers/default/${name}`,
    );
    return { answer, stored: stored?.spec.maxReplicas };
  }

  it('is clamped in turn where it has its say once, since ours is called again', async () => {
    const { answer, stored } = await attack('never');
    expect(calls).toBe(1);
    expect([answer.status, stored]).toEqual([200, 50]);
  });

  it('is refused by /validate where it insists', async () => {
    const { answer, stored } = await attack('ifneeded');
    expect(calls).toBe(2);
    expect(answer.status).toBe(403);
    expect(answer.body.message).toMatch(
      /hpa\.maxReplicas: 10 now, 500 asked, deny, 50 would pass: range of bounds/,
    );
    expect(stored).toBe(10);
  });
});

describe('a caller', () => {
  let plane: ControlPlane;
  let running: Running;
  let certificates: Certificates;
  let folder: string;

  beforeAll(async () => {
    const port = await freePort();
    certificates = await makeCertificates({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
    folder = await mkdtemp(join(tmpdir(), 'flyball-admission-'));
    const admissionConfig = await writeAdmissionConfiguration(folder, `127.0.0.1:${port}`, certificates);
    plane = await startControlPlane({ admissionConfig });
    const path = join(folder, 'policies');
    await mkdir(path);
    await writeFile(join(path, 'bounds.yaml'), policies);
    const { server, ca } = certificates;
    running = await serve(
      {
        host: '127.0.0.1',
        port,
        certificates: { from: 'memory', certificates: { ...server, clientCa: ca.cert } },
        caller: { usesClientCertificates: true, clientNames: new Set([clientName]), allowsAnyCaller: false },
        policies: { from: 'folder', path, ownNamespace: 'flyball-system' },
        labels: undefined,
        exemptions: { namespaces: new Set(), breakGlassGroups: new Set(), governHpaController: false },
        history: {},
        drainMilliseconds: 0,
      },
      { log: createLog('silent') },
    );
    for (const door of ['mutate', 'validate'] as const)
      await register(plane, door, { url: `https://127.0.0.1:${port}/${door}`, ca: ca.cert });
    await sleep(1_500);
  });

  afterAll(async () => {
    await running?.stop();
    await plane?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('that is the API server proves it by its client certificate', async () => {
    const { status, body, warnings } = await plane
      .api('rl')
      .request<Autoscaler>('POST', hpaPath, hpa('web', 500));
    expect([status, body.spec.maxReplicas]).toEqual([201, 50]);
    expect(warnings).toHaveLength(1);
  });

  it('without a certificate is turned away, and learns nothing of policies', async () => {
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: running.port,
          path: '/validate',
          method: 'POST',
          ca: certificates.ca.cert,
          agent: false,
        },
        (incoming) => {
          let text = '';
          incoming.on('data', (chunk) => {
            text += chunk;
          });
          incoming.on('end', () => resolve({ status: incoming.statusCode, text }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end('{}');
    });
    expect(answer.status).toBe(403);
    expect(answer.text).not.toContain('bounds');
  });
});

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#authenticate-apiservers */
async function writeAdmissionConfiguration(
  folder: string,
  host: string,
  { client }: Certificates,
): Promise<string> {
  const encode = (pem: string): string => Buffer.from(pem).toString('base64');
  const user = { 'client-certificate-data': encode(client.cert), 'client-key-data': encode(client.key) };
  const kubeConfigFile = join(folder, 'kubeconfig');
  await writeFile(
    kubeConfigFile,
    JSON.stringify({ apiVersion: 'v1', kind: 'Config', users: [{ name: host, user }] }),
    { mode: 0o600 },
  );
  const apiVersion = 'apiserver.config.k8s.io/v1';
  const configuration = { apiVersion, kind: 'WebhookAdmissionConfiguration', kubeConfigFile };
  const plugins = ['ValidatingAdmissionWebhook', 'MutatingAdmissionWebhook'].map((name) => ({
    name,
    configuration,
  }));
  const path = join(folder, 'admission.json');
  await writeFile(path, JSON.stringify({ apiVersion, kind: 'AdmissionConfiguration', plugins }));
  return path;
}
