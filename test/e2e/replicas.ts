/** Several replicas that share one ledger in the cluster, behind one address, as a Service gives it. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeCertificates } from '../../src/certificates.ts';
import { type Cluster, loadCluster } from '../../src/kubernetes/client.ts';
import { watchLabels } from '../../src/kubernetes/labels.ts';
import { serve } from '../../src/serve.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/harness.ts';
import { register } from './governed.ts';

export interface Replica {
  /** What it was asked and recorded. */
  decisions: number;
  /** Of its own to the ledger. */
  writes: number;
  conflicts: number;
  stop(): Promise<void>;
}

export interface Replicas {
  readonly plane: ControlPlane;
  readonly cluster: Cluster;
  readonly replicas: readonly Replica[];
  close(): Promise<void>;
}

const crds = fileURLToPath(new URL('../../webhook-manifests/base/crds', import.meta.url));

export async function startReplicas(count: number, policies: string): Promise<Replicas> {
  const plane = await startControlPlane();
  await prepare(plane);
  const folder = join(plane.folder, 'policies');
  await mkdir(folder);
  await writeFile(join(folder, 'policies.yaml'), policies);
  const certificates = await makeCertificates({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
  const pathSecret = randomBytes(16).toString('hex');
  const started: (Replica & { readonly port: number })[] = [];
  for (let at = 0; at < count; at += 1)
    started.push(await startReplica({ plane, folder, certificates: certificates.server, pathSecret }));
  const proxy = await roundRobin(started.map(({ port }) => port));
  const base = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  for (const door of ['mutate', 'validate'] as const)
    await register(plane, door, { url: `${base}/${door}/${pathSecret}`, ca: certificates.ca.cert });
  const cluster = await loadAdmin(plane);
  const close = async (): Promise<void> => {
    proxy.close();
    await Promise.all(started.map((replica) => replica.stop()));
    cluster.close();
    await plane.close();
  };
  return { plane, cluster, replicas: started, close };
}

async function prepare(plane: ControlPlane): Promise<void> {
  const applied = await plane.kubectl('admin', ['apply', '--server-side', '-k', crds]);
  if (applied.code !== 0) throw new Error(applied.stderr);
  const waited = await plane.kubectl('admin', [
    'wait',
    '--for=condition=Established',
    'crd/guardrailledgers.flyball.dev',
  ]);
  if (waited.code !== 0) throw new Error(waited.stderr);
  await plane.kubectl('admin', ['create', 'namespace', 'flyball-system']);
}

async function loadAdmin(plane: ControlPlane): Promise<Cluster> {
  const loaded = await loadCluster({ kubeconfig: plane.kubeconfig('admin') });
  if (!loaded.ok) throw new Error(loaded.problem.why);
  return loaded.cluster;
}

interface Place {
  readonly plane: ControlPlane;
  readonly folder: string;
  readonly certificates: { readonly cert: string; readonly key: string };
  readonly pathSecret: string;
}

async function startReplica(place: Place): Promise<Replica & { readonly port: number }> {
  const { plane, folder, certificates, pathSecret } = place;
  const own = await loadAdmin(plane);
  const labels = watchLabels({ cluster: own });
  const counts = { decisions: 0, writes: 0, conflicts: 0 };
  const running = await serve(
    {
      host: '127.0.0.1',
      port: 0,
      certificates: { from: 'memory', certificates },
      caller: { usesClientCertificates: false, clientNames: new Set(), allowsAnyCaller: false, pathSecret },
      policies: { from: 'folder', path: folder, ownNamespace: 'flyball-system' },
      labels: { ...labels, readIsSynced: labels.isSynced },
      exemptions: {
        namespaces: new Set(['kube-system', 'flyball-system']),
        breakGlassGroups: new Set(),
        governHpaController: false,
      },
      history: { cluster: counting(own, counts), namespace: 'flyball-system' },
      drainMilliseconds: 0,
    },
    {
      log: createLog('silent'),
      onRecord: () => {
        counts.decisions += 1;
      },
    },
  );
  const stop = async (): Promise<void> => {
    await running.stop();
    await labels.stop();
    own.close();
  };
  return Object.assign(counts, { port: running.port, stop });
}

function counting(cluster: Cluster, counts: { writes: number; conflicts: number }): Cluster {
  return {
    ...cluster,
    fetchJson: async (method, path, options) => {
      const answer = await cluster.fetchJson(method, path, options);
      if (method === 'GET' || !path.includes('/guardrailledgers')) return answer;
      counts.writes += 1;
      if (!answer.ok && answer.failure.status === 409) counts.conflicts += 1;
      return answer;
    },
  };
}

/** Each connection to the next replica. */
async function roundRobin(ports: readonly number[]): Promise<Server> {
  let next = 0;
  const server = createServer((inward) => {
    const outward = connect({ host: '127.0.0.1', port: ports[next % ports.length] ?? 0 });
    next += 1;
    inward.on('error', () => outward.destroy()).pipe(outward);
    outward.on('error', () => inward.destroy()).pipe(inward);
  });
  server.listen(0, '127.0.0.1');
  while (!server.listening) await sleep(1);
  return server;
}
