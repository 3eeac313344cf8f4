import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Actor,
  actors,
  type Identity,
  identify,
  kubeconfigText,
  tokenFile,
  writerRbac,
} from './actors.ts';
import { binaryOf, type ControlPlaneBinaries, controlPlaneBinaries } from './build.ts';
import { type Api, apiClient, isHealthy, type KubectlResult, readEtcd, runKubectl } from './client.ts';
import { freePort, type ServerSpec, Servers } from './processes.ts';
import {
  apiServerFlags,
  authorityFile,
  controllerManagerFlags,
  etcdFlags,
  type Layout,
  tokensFile,
  usualControllers,
  writeAccountKeys,
} from './servers.ts';

/** What a test may ask of its control plane. */
export interface ControlPlaneOptions {
  /** Controllers to run: `true` for the usual ones, or names as `--controllers` takes them. None by default. */
  readonly controllers?: boolean | readonly string[];
  /** Actors beside the usual ones; one of the same name replaces a usual one. */
  readonly actors?: readonly Actor[];
  /** The path of an AdmissionConfiguration, for instance to give the API server a certificate for webhooks. */
  readonly admissionConfig?: string;
  /** Further flags; a later flag overrides an earlier one of its name. */
  readonly apiServerFlags?: readonly string[];
  readonly controllerManagerFlags?: readonly string[];
}

/** The name of a server, also that of its log. */
export type ServerName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager';

/** A running control plane. Everything that takes an actor's name throws on one that is not known. */
export interface ControlPlane {
  /** The API server's base URL, on the loopback. */
  readonly url: string;
  /** The PEM of the authority that signed the API server's certificate, and that certificate. */
  readonly authority: string;
  /** A folder for the test's own files, removed on close. */
  readonly folder: string;
  /** The path of the actor's kubeconfig. */
  kubeconfig(actor: string): string;
  /** The actor's bearer token. */
  token(actor: string): string;
  /** Runs kubectl as the actor, to its end; never throws on a code other than 0. */
  kubectl(
    actor: string,
    args: readonly string[],
    options?: { readonly stdin?: string },
  ): Promise<KubectlResult>;
  /** The raw REST interface as the actor. */
  api(actor: string): Api;
  /** What etcd itself holds under a key such as `/registry/deployments/default/web`. */
  etcdGet<T>(key: string): Promise<T | undefined>;
  /** Stops a server in its tracks (SIGSTOP), with its connections open, as a hung machine would. */
  pause(name: ServerName): void;
  /** Lets a paused server go on. */
  resume(name: ServerName): void;
  /**
   * Ends a server and starts it with the same flags, on the same port; resolves when it is ready. SIGKILL, the default,
   * is a crash; SIGTERM drains, for which an API server waits up to its request timeout of 60 s while anyone watches.
   */
  restart(name: ServerName, signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** All that a server has logged. */
  log(name: ServerName): Promise<string>;
  /** The process ids of the servers that run. */
  pids(): ReadonlyMap<string, number>;
  /** Ends every server, waits until all are gone and removes the folder. A second call does nothing. */
  close(): Promise<void>;
}

interface Context {
  readonly binaries: ControlPlaneBinaries;
  readonly identities: ReadonlyMap<string, Identity>;
  readonly layout: Layout;
  readonly servers: Servers;
  readonly agent: Agent;
  readonly url: string;
}

/**
 * Starts etcd, the API server and, where asked, the real controllers, and gives the actors their rights.
 *
 * @returns once requests are served; controllers may need a second more.
 * @throws Error with the end of a server's log where it does not start; nothing is left running then.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const context = await prepare(options);
  const { servers, layout, agent } = context;
  try {
    await servers.start(etcdSpec(context));
    await servers.start(apiServerSpec(context, options));
    const authority = await readFile(authorityFile(layout.folder), 'utf8');
    agent.options.ca = authority;
    await writeKubeconfigs(context);
    const plane = controlPlane(context, authority);
    await grantRights(plane, context);
    const controllers = controllersOf(options);
    if (controllers.length > 0) await servers.start(controllerManagerSpec(context, options, controllers));
    return plane;
  } catch (error) {
    await servers.close();
    throw error;
  }
}

async function prepare(options: ControlPlaneOptions): Promise<Context> {
  const binaries = await controlPlaneBinaries();
  const identities = identify([...actors, ...(options.actors ?? [])]);
  const folder = await mkdtemp(join(tmpdir(), 'flyball-control-plane-'));
  const servers = new Servers(folder);
  await writeAccountKeys(folder);
  await writeFile(tokensFile(folder), tokenFile(identities.values()), { mode: 0o600 });
  const [etcd, peer, apiPort] = [await freePort(), await freePort(), await freePort()];
  const layout = {
    folder,
    etcdUrl: `http://127.0.0.1:${etcd}`,
    etcdPeerUrl: `http://127.0.0.1:${peer}`,
    apiPort,
  };
  const agent = new Agent({ keepAlive: true });
  return { binaries, identities, layout, servers, agent, url: `https://127.0.0.1:${apiPort}` };
}

function etcdSpec({ binaries, layout }: Context): ServerSpec {
  return {
    name: 'etcd',
    binary: binaryOf(binaries, 'etcd'),
    flags: etcdFlags(layout),
    isReady: () => isHealthy(new URL('/health', layout.etcdUrl)),
  };
}

/** Readiness is asked without a check of the certificate, which the API server is only then writing. */
function apiServerSpec(context: Context, options: ControlPlaneOptions): ServerSpec {
  const headers = { authorization: `Bearer ${identity(context, 'admin').token}` };
  return {
    name: 'kube-apiserver',
    binary: binaryOf(context.binaries, 'kube-apiserver'),
    flags: [...apiServerFlags(context.layout, options.admissionConfig), ...(options.apiServerFlags ?? [])],
    isReady: () => isHealthy(new URL('/readyz', context.url), { headers, rejectUnauthorized: false }),
  };
}

/** It serves no port here, so that its start cannot be awaited; tests wait for what it does. */
function controllerManagerSpec(
  context: Context,
  options: ControlPlaneOptions,
  controllers: readonly string[],
): ServerSpec {
  const kubeconfig = kubeconfigPath(context, 'controller-manager');
  return {
    name: 'kube-controller-manager',
    binary: binaryOf(context.binaries, 'kube-controller-manager'),
    flags: [...controllerManagerFlags(kubeconfig, controllers), ...(options.controllerManagerFlags ?? [])],
    isReady: () => Promise.resolve(true),
  };
}

function controllersOf({ controllers = false }: ControlPlaneOptions): readonly string[] {
  if (typeof controllers === 'boolean') return controllers ? usualControllers : [];
  return controllers;
}

function identity({ identities }: Context, actor: string): Identity {
  const found = identities.get(actor);
  if (found === undefined)
    throw new Error(`no actor \`${actor}\`; there are ${[...identities.keys()].join(', ')}`);
  return found;
}

function kubeconfigPath(context: Context, actor: string): string {
  return join(context.layout.folder, `${identity(context, actor).name}.kubeconfig`);
}

async function writeKubeconfigs(context: Context): Promise<void> {
  const server = { url: context.url, caFile: authorityFile(context.layout.folder) };
  for (const [actor, known] of context.identities) {
    await writeFile(kubeconfigPath(context, actor), kubeconfigText(known, server), { mode: 0o600 });
  }
}

/** Besides RBAC it waits for the namespace `default`, which the API server creates a moment after it is ready. */
async function grantRights(plane: ControlPlane, { identities }: Context): Promise<void> {
  const admin = plane.api('admin');
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const [role, binding] = writerRbac(identities.values());
  for (const [kind, body] of [['clusterroles', role] as const, ['clusterrolebindings', binding] as const]) {
    const { status, body: answer } = await admin.request('POST', `${rbac}/${kind}`, body);
    if (status !== 201) throw new Error(`could not create ${kind}: ${status} ${answer.message}`);
  }
  const ready = async () => (await admin.request('GET', '/api/v1/namespaces/default')).status === 200;
  while (!(await ready())) await sleep(50);
}

function controlPlane(context: Context, authority: string): ControlPlane {
  const { servers, layout, agent, url, binaries } = context;
  let closing: Promise<void> | undefined;
  return {
    url,
    authority,
    folder: layout.folder,
    kubeconfig: (actor) => kubeconfigPath(context, actor),
    token: (actor) => identity(context, actor).token,
    api: (actor) => apiClient({ url, agent, token: identity(context, actor).token }),
    kubectl: (actor, args, { stdin } = {}) => {
      const kubeconfig = kubeconfigPath(context, actor);
      return runKubectl(
        { binary: binaryOf(binaries, 'kubectl'), kubeconfig, home: layout.folder },
        args,
        stdin,
      );
    },
    etcdGet: (key) => readEtcd(layout.etcdUrl, key),
    pause: (name) => servers.signal(name, 'SIGSTOP'),
    resume: (name) => servers.signal(name, 'SIGCONT'),
    restart: (name, signal = 'SIGKILL') => servers.restart(name, signal),
    log: (name) => servers.log(name),
    pids: () => servers.pids(),
    close: () => {
      agent.destroy();
      closing ??= servers.close();
      return closing;
    },
  };
}
