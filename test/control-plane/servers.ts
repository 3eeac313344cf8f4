import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The controllers that `controllers: true` starts: what the loop of Deployment, HPA and quota needs. */
export const usualControllers: readonly string[] = [
  'deployment-controller',
  'replicaset-controller',
  'horizontal-pod-autoscaler-controller',
  'resourcequota-controller',
  'namespace-controller',
  'garbage-collector-controller',
];

/** Where the servers of one control plane listen, and the folder they share. */
export interface Layout {
  readonly folder: string;
  readonly etcdUrl: string;
  readonly etcdPeerUrl: string;
  readonly apiPort: number;
}

/** The API server signs its own certificate into `--cert-dir`; the file ends with the authority's. */
export function authorityFile(folder: string): string {
  return join(folder, 'certs', 'apiserver.crt');
}

/** The file for `--token-auth-file`. */
export function tokensFile(folder: string): string {
  return join(folder, 'tokens.csv');
}

/** Writes the pair of keys with which the API server signs and checks the tokens of service accounts. */
export async function writeAccountKeys(folder: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(join(folder, 'accounts.key'), privateKey, { mode: 0o600 });
  await writeFile(join(folder, 'accounts.pub'), publicKey);
}

/** The flags of etcd. Its data dies with the folder, so that waiting for the disk would buy nothing. */
export function etcdFlags({ folder, etcdUrl, etcdPeerUrl }: Layout): readonly string[] {
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${etcdPeerUrl}`,
    `--initial-advertise-peer-urls=${etcdPeerUrl}`,
    `--initial-cluster=default=${etcdPeerUrl}`,
    '--log-level=warn',
    '--unsafe-no-fsync',
  ];
}

/**
 * The flags of the API server. Built-in kinds are stored as JSON, not protobuf, so that tests can read etcd. The
 * ServiceAccount plugin is off: it refuses every pod until a controller that tests may not run has made an account.
 */
export function apiServerFlags(layout: Layout, admissionConfig: string | undefined): readonly string[] {
  const { folder, etcdUrl, apiPort } = layout;
  const admission =
    admissionConfig === undefined ? [] : [`--admission-control-config-file=${admissionConfig}`];
  return [
    `--etcd-servers=${etcdUrl}`,
    '--storage-media-type=application/json',
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${apiPort}`,
    `--cert-dir=${join(folder, 'certs')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--service-account-issuer=https://flyball.test',
    `--service-account-signing-key-file=${join(folder, 'accounts.key')}`,
    `--service-account-key-file=${join(folder, 'accounts.pub')}`,
    `--token-auth-file=${tokensFile(folder)}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
    ...admission,
  ];
}

/**
 * The flags of the controller manager. The HPA controller's waits are cut to what a test can sit through; its
 * decisions are untouched. Each controller acts as its own service account, as webhooks must see it.
 */
export function controllerManagerFlags(
  kubeconfig: string,
  controllers: readonly string[],
): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${controllers.join(',')}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    '--resource-quota-sync-period=5s',
    '--horizontal-pod-autoscaler-sync-period=1s',
    '--horizontal-pod-autoscaler-initial-readiness-delay=1s',
    '--horizontal-pod-autoscaler-cpu-initialization-period=1s',
    '--horizontal-pod-autoscaler-downscale-stabilization=5s',
  ];
}
