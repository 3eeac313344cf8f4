import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  constants,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './processes.ts';

/** What the one binary can be called as. */
export const parts = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'etcd',
  'kubectl',
  'quantity',
] as const;

/** One program of the control plane. */
export type Part = (typeof parts)[number];

/** The programs found or built: the folder that holds them, and the path of each that it has. */
export interface ControlPlaneBinaries {
  readonly folder: string;
  readonly paths: ReadonlyMap<Part, string>;
}

const required: readonly Part[] = ['kube-apiserver', 'etcd', 'kubectl'];
const source = import.meta.dirname;
const binaryName = 'control-plane';
const progressSeconds = 15;
const noGo = [
  'the control plane is built with Go, and `go` is not on the PATH.',
  'Install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder that holds kube-apiserver, etcd and kubectl',
  '(and kube-controller-manager, for the tests with real controllers).',
].join(' ');

/**
 * The programs of the control plane: those of `KUBEBUILDER_ASSETS` where it is set, otherwise those built from this
 * folder's Go module, once for each content of it.
 *
 * @throws Error where a required program is missing, Go is absent, or the build fails; the message names the fix.
 */
export async function controlPlaneBinaries(): Promise<ControlPlaneBinaries> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const found = await locate(assets || (await builtFolder()));
  const missing = required.filter((part) => !found.paths.has(part));
  if (missing.length > 0) throw missingFrom(found.folder, missing);
  return found;
}

/**
 * The path of one program.
 *
 * @throws Error where the folder does not have it: `KUBEBUILDER_ASSETS` commonly lacks kube-controller-manager.
 */
export function binaryOf(binaries: ControlPlaneBinaries, part: Part): string {
  const path = binaries.paths.get(part);
  if (path !== undefined) return path;
  throw missingFrom(binaries.folder, [part]);
}

/** A folder built here has every part, so that only one named by `KUBEBUILDER_ASSETS` can lack any. */
function missingFrom(folder: string, missing: readonly Part[]): Error {
  return new Error(
    `no ${missing.join(', no ')} in ${folder}: add it there, or unset KUBEBUILDER_ASSETS to build it`,
  );
}

async function locate(folder: string): Promise<ControlPlaneBinaries> {
  const paths = new Map<Part, string>();
  for (const part of parts) {
    const path = join(folder, part);
    if (await isExecutable(path)) paths.set(part, path);
  }
  return { folder, paths };
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function builtFolder(): Promise<string> {
  const flags = await buildFlags();
  const root = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'flyball', 'control-plane');
  const folder = join(root, await fingerprint(flags));
  await mkdir(root, { recursive: true });
  while (!(await isExecutable(join(folder, binaryName)))) {
    const release = await acquire(`${folder}.lock`);
    if (release === undefined) await sleep(1_000);
    else await buildInto(folder, flags).finally(release);
  }
  return folder;
}

/** Kubernetes reads its own version from the linker: without it kubectl and the compatibility checks see v0.0.0. */
async function buildFlags(): Promise<readonly string[]> {
  const module = await readFile(join(source, 'go.mod'), 'utf8');
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(module) ?? [];
  if (version === undefined) throw new Error('go.mod requires no version of k8s.io/kubernetes');
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const links = packages.flatMap((path) =>
    Object.entries(values).map(([name, value]) => `-X ${path}.${name}=${value}`),
  );
  return ['build', '-v', '-trimpath', '-buildvcs=false', `-ldflags=-s -w ${links.join(' ')}`];
}

async function fingerprint(flags: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(flags.join('\n'));
  const names = (await readdir(source)).filter((name) => /^go\.(mod|sum)$|\.go$/.test(name)).sort();
  for (const name of names) hash.update(name).update(await readFile(join(source, name)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Takes the lock, or says by `undefined` that another living process builds. Two builders would still be right, since
 * each writes its own folder and renames it, but each would take twice as long.
 */
async function acquire(lock: string): Promise<(() => Promise<void>) | undefined> {
  const release = () => rm(lock, { force: true });
  try {
    await writeFile(lock, `${process.pid}`, { flag: 'wx' });
    return release;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (owner > 0 && !isAlive(owner)) await release();
  else sayOnce(`control plane: process ${owner} builds it; waiting for ${lock} to go`);
  return undefined;
}

const said = new Set<string>();

function sayOnce(line: string): void {
  if (!said.has(line)) console.error(line);
  said.add(line);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function buildInto(folder: string, flags: readonly string[]): Promise<void> {
  if (await isExecutable(join(folder, binaryName))) return;
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    await compile([...flags, '-o', join(draft, binaryName), '.']);
    for (const part of parts) await symlink(binaryName, join(draft, part));
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function compile(argv: readonly string[]): Promise<void> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1_000);
  console.error('control plane: building Kubernetes once; about 6 minutes on 2 cores from a cold cache');
  const env = { ...process.env, CGO_ENABLED: '0' };
  const go = spawn('go', argv, { cwd: source, env, stdio: ['ignore', 'inherit', 'pipe'] });
  const lines: string[] = [];
  createInterface({ input: go.stderr }).on('line', (line) => lines.push(line));
  const report = () => console.error(`control plane: ${lines.length} packages after ${seconds()} s`);
  const progress = setInterval(report, progressSeconds * 1_000);
  const code = await new Promise<number | null>((resolve, reject) => {
    go.on('error', (error) => reject(isCode(error, 'ENOENT') ? new Error(noGo) : error));
    go.on('close', resolve);
  }).finally(() => clearInterval(progress));
  if (code !== 0) throw new Error(`go build ended with ${code}:\n${lines.slice(-20).join('\n')}`);
  console.error(`control plane: built in ${seconds()} s`);
}

if (import.meta.main) {
  const { folder, paths } = await controlPlaneBinaries();
  console.log(`${folder}: ${[...paths.keys()].join(', ')}`);
}
