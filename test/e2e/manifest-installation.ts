/** The manifests on a real API server, with a webhook that records in the place of the server, which does not run here. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { makeCertificates, writeCertificates } from '../../src/certificates.ts';
import { serviceAccount } from '../control-plane/actors.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/harness.ts';
import { type RecordingWebhook, startRecordingWebhook } from './recording-webhook.ts';

export interface Installation {
  /** A copy of webhook-manifests, with a secret for its overlay, and certificates in `pki`. */
  readonly folder: string;
  readonly webhook: RecordingWebhook;
  readonly plane: ControlPlane;
  close(): Promise<void>;
}

/** What the overlay `secret-path` is rendered with. */
export const pathSecret = '0f'.repeat(32);

const repository = new URL('../../', import.meta.url).pathname;

/** A control plane whose API server has the example configuration of webhook-manifests/api-server; nothing is applied. */
export async function startInstallation(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'flyball-manifests-'));
  await cp(join(repository, 'webhook-manifests'), folder, { recursive: true });
  await writeFile(join(folder, 'overlays/secret-path/path-secret'), pathSecret);
  const certificates = await makeCertificates({ days: 1 });
  await writeCertificates(join(folder, 'pki'), certificates);
  const webhook = await startRecordingWebhook(certificates);
  const plane = await startControlPlane({
    admissionConfig: await writeAdmissionConfiguration(folder, webhook.port),
    actors: [
      serviceAccount('quota-controller', 'kube-system', 'resourcequota-controller'),
      serviceAccount('namespace-controller', 'kube-system', 'namespace-controller'),
      { name: 'scheduler', user: 'system:kube-scheduler', groups: [], rights: 'writer' },
    ],
  });
  const close = async (): Promise<void> => {
    await plane.close();
    await webhook.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, webhook, plane, close };
}

/** The files of the example, with the paths and the webhook's name of this test. */
async function writeAdmissionConfiguration(folder: string, port: number): Promise<string> {
  const target = join(folder, 'etc');
  await mkdir(target);
  for (const name of ['admission-configuration.yaml', 'webhook-kubeconfig.yaml']) {
    const example = await readFile(join(folder, 'api-server', name), 'utf8');
    const adapted = example
      .replaceAll('/etc/kubernetes/flyball/client', join(folder, 'pki/client'))
      .replaceAll('/etc/kubernetes/flyball', target)
      .replace('name: flyball.flyball-system.svc', `name: 127.0.0.1:${port}`);
    await writeFile(join(target, name), adapted);
  }
  return join(target, 'admission-configuration.yaml');
}

/** What `kubectl kustomize` renders of one folder, with the authority in it, as certs/README.md has it. */
export async function renderWithBundle({ folder, plane }: Installation, path: string): Promise<string> {
  const { stdout } = await plane.kubectl('admin', ['kustomize', join(folder, path)]);
  const argv = [join(repository, 'certs/set-ca-bundle.ts'), '--ca', join(folder, 'pki/ca.crt')];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(stdout);
  return text(child.stdout);
}
