/**
 * A real control plane that Flyball governs: the webhook in this process, over TLS, registered by the manifests that
 * users install, with only the address changed.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { DecisionRecord } from '../../src/audit/record.ts';
import { makeCertificates } from '../../src/certificates.ts';
import { loadCluster } from '../../src/kubernetes/client.ts';
import { watchLabels } from '../../src/kubernetes/labels.ts';
import { type Running, type ServeSettings, serve } from '../../src/serve.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../control-plane/harness.ts';

export interface GovernedOptions extends ControlPlaneOptions {
  /** YAML of policies, beside the one by which the start is noticed. */
  readonly policies: string;
  readonly exemptions?: Partial<ServeSettings['exemptions']>;
  /** Which webhooks are registered; both by default. */
  readonly doors?: readonly Door[];
  /** Match conditions of the manifests that an administrator took out, by name. */
  readonly withoutConditions?: readonly string[];
  readonly readNow?: () => number;
  /** A folder for the ledger, or no watch. */
  readonly history?: Partial<ServeSettings['history']>;
}

type Door = 'mutate' | 'validate';

export interface Governed {
  readonly plane: ControlPlane;
  readonly running: Running;
  /** What the decision log was given, oldest first. */
  readonly records: DecisionRecord[];
  readonly policyFolder: string;
  fetchMetrics(): Promise<string>;
  close(): Promise<void>;
}

const webhooks = fileURLToPath(new URL('../../webhook-manifests/base/webhooks/', import.meta.url));

/** Clamps one key and denies another: shows when the API server has begun to call each of the two webhooks. */
const probePolicy = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: probe}
spec:
  match:
    resources: [{group: "", kind: ResourceQuota}]
    names: [flyball-probe]
  guards:
    - {parameter: "quota.hard[pods]", range: {max: "1"}}
    - {parameter: "quota.hard[services]", range: {max: "1"}, onViolation: Deny}
---
`;

export async function startGoverned(options: GovernedOptions): Promise<Governed> {
  const plane = await startControlPlane(options);
  const policyFolder = join(plane.folder, 'policies');
  await mkdir(policyFolder);
  await writeFile(join(policyFolder, 'policies.yaml'), `${probePolicy}${options.policies}`);
  const loaded = await loadCluster({ kubeconfig: plane.kubeconfig('admin') });
  if (!loaded.ok) throw new Error(loaded.problem.why);
  const labels = watchLabels({ cluster: loaded.cluster });
  const certificates = await makeCertificates({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
  const pathSecret = randomBytes(16).toString('hex');
  const records: DecisionRecord[] = [];
  const running = await serve(
    {
      host: '127.0.0.1',
      port: 0,
      certificates: { from: 'memory', certificates: certificates.server },
      caller: { usesClientCertificates: false, clientNames: new Set(), allowsAnyCaller: false, pathSecret },
      policies: { from: 'folder', path: policyFolder, ownNamespace: 'flyball-system' },
      labels: { ...labels, readIsSynced: labels.isSynced },
      exemptions: {
        namespaces: new Set(['kube-system', 'flyball-system']),
        breakGlassGroups: new Set(),
        governHpaController: false,
        ...options.exemptions,
      },
      history: { cluster: loaded.cluster, ...options.history },
      drainMilliseconds: 0,
    },
    {
      log: createLog('error'),
      onRecord: (record) => records.push(record),
      ...(options.readNow === undefined ? {} : { readNow: options.readNow }),
    },
  );
  const base = `https://127.0.0.1:${running.port}`;
  const doors = options.doors ?? ['mutate', 'validate'];
  const { withoutConditions = [] } = options;
  const { cert: ca } = certificates.ca;
  for (const door of doors)
    await register(plane, door, { url: `${base}/${door}/${pathSecret}`, ca, withoutConditions });
  await waitForWebhooks(plane, doors);
  records.length = 0;
  const close = async (): Promise<void> => {
    await running.stop();
    await labels.stop();
    loaded.cluster.close();
    await plane.close();
  };
  const fetchMetrics = () => fetchText({ port: running.port, path: '/metrics', ca: certificates.ca.cert });
  return { plane, running, records, policyFolder, fetchMetrics, close };
}

function fetchText(address: { port: number; path: string; ca: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = get({ host: '127.0.0.1', agent: false, ...address }, (answer) => {
      answer.setEncoding('utf8');
      answer.toArray().then((parts) => resolve(parts.join('')), reject);
    });
    outgoing.on('error', reject);
  });
}

interface Address {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly withoutConditions?: readonly string[];
}

/** Installs the shipped configuration, with a URL in the place of the Service. */
export async function register(
  plane: ControlPlane,
  door: Door,
  { url, ca, withoutConditions = [] }: Address,
): Promise<void> {
  const [file, resource] =
    door === 'mutate'
      ? ['mutating.yaml', 'mutatingwebhookconfigurations']
      : ['validating.yaml', 'validatingwebhookconfigurations'];
  const configuration = parse(await readFile(join(webhooks, file), 'utf8'));
  for (const webhook of configuration.webhooks) {
    webhook.clientConfig = { url, caBundle: Buffer.from(ca).toString('base64') };
    webhook.matchConditions = webhook.matchConditions.filter(
      ({ name }: { name: string }) => !withoutConditions.includes(name),
    );
  }
  const { status, body } = await plane
    .api('admin')
    .request('POST', `/apis/admissionregistration.k8s.io/v1/${resource}`, configuration);
  if (status !== 201) throw new Error(`cannot register ${door}: ${JSON.stringify(body)}`);
}

async function waitForWebhooks(plane: ControlPlane, doors: readonly Door[]): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const clamped = await probe(plane, { pods: '2' });
    const refused = await probe(plane, { services: '2' });
    const isMutating = !doors.includes('mutate') || clamped.pods === '1';
    const isValidating = !doors.includes('validate') || refused.status === 403;
    if (isMutating && isValidating) return;
    await sleep(100);
  }
  throw new Error('the API server does not call the webhooks');
}

async function probe(
  plane: ControlPlane,
  hard: Record<string, string>,
): Promise<{ status: number; pods: string | undefined }> {
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'flyball-probe' },
    spec: { hard },
  };
  const path = '/api/v1/namespaces/default/resourcequotas';
  const { status, body } = await plane
    .api('admin')
    .request<{ spec?: { hard?: { pods?: string } } }>('POST', path, quota, { query: { dryRun: 'All' } });
  return { status, pods: body.spec?.hard?.pods };
}
