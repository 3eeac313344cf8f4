/** The real process, killed again and again under load: what was admitted is on disk, and what landed keeps within the rate. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificates } from '../../src/certificates.ts';
import type { HoldEntry } from '../../src/ledger/entry.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/harness.ts';
import { freePort } from '../control-plane/processes.ts';
import { hpaOf, paths } from './complete-objects.ts';
import { register } from './governed.ts';

const seconds = 10;
const most = 12;
const runMilliseconds = Number(process.env['FLYBALL_CRASH_SECONDS'] ?? 45) * 1_000;
const names = ['one', 'two', 'three'];
const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: crash}
spec:
  match: {resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]}
  guards: [{parameter: hpa.maxReplicas, rate: {change: ${most}, within: ${seconds}s}, onViolation: Throttle}]
`;

/** A write that was answered with the object as it is stored; it landed between the two times. */
interface Landing {
  readonly name: string;
  readonly resourceVersion: number;
  readonly value: number;
  readonly sentAt: number;
  readonly receivedAt: number;
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const hpas = paths.hpas('default');
let plane: ControlPlane;
let args: readonly string[];
let ledger: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  plane = await startControlPlane();
  const at = (name: string): string => join(plane.folder, name);
  ledger = at('ledger');
  await mkdir(at('policies'));
  const certificates = await makeCertificates({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
  const secret = randomBytes(16).toString('hex');
  const port = await freePort();
  await writeFile(at('policies/policy.yaml'), policies);
  await writeFile(at('tls.crt'), certificates.server.cert);
  await writeFile(at('tls.key'), certificates.server.key);
  await writeFile(at('secret'), secret);
  const files = ['--tls-cert', at('tls.crt'), '--tls-key', at('tls.key'), '--path-secret-file', at('secret')];
  const where = ['--policies', at('policies'), '--ledger', ledger, '--kubeconfig', plane.kubeconfig('admin')];
  args = [main, 'serve', '--listen', `127.0.0.1:${port}`, '--log-level', 'error', ...files, ...where];
  for (const name of names) await plane.api('admin').request('POST', hpas, hpaOf(name, { maxReplicas: 30 }));
  child = start();
  for (const door of ['mutate', 'validate'] as const) {
    const url = `https://127.0.0.1:${port}/${door}/${secret}`;
    await register(plane, door, { url, ca: certificates.ca.cert });
  }
  // Until the API server asks: what is too far is then refused.
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await ask('one', 500, { dryRun: 'All' });
    if (answer.status === 429) return;
    await sleep(100);
  }
  throw new Error('the API server does not call the webhook');
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await plane?.close();
});

function start(): ChildProcess {
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function ask(name: string, maxReplicas: number, query: Record<string, string> = {}) {
  const body = { spec: { maxReplicas } };
  return plane
    .api('rl')
    .request<{ metadata: { resourceVersion: string }; spec: { maxReplicas: number } }>(
      'PATCH',
      `${hpas}/${name}`,
      body,
      { query },
    );
}

/** Asks at random until it is over. */
async function load(until: number, landings: Landing[]): Promise<void> {
  while (Date.now() < until) {
    const name = names[Math.floor(Math.random() * names.length)] ?? 'one';
    const sentAt = Date.now();
    const { status, body } = await ask(name, 28 + Math.floor(Math.random() * 6));
    if (status === 200) {
      const resourceVersion = Number(body.metadata.resourceVersion);
      const value = body.spec.maxReplicas;
      landings.push({ name, resourceVersion, value, sentAt, receivedAt: Date.now() });
    } else await sleep(20);
  }
}

/** Lives for up to a second and a half, start included; a process that is killed while it starts has written little. */
async function kill(until: number): Promise<number> {
  let kills = 0;
  while (Date.now() < until) {
    await sleep(300 + Math.random() * 1_200);
    const ended = child === undefined ? undefined : once(child, 'exit');
    child?.kill('SIGKILL');
    await ended;
    kills += 1;
    child = start();
  }
  return kills;
}

async function readHolds(): Promise<HoldEntry[]> {
  const files = (await readdir(ledger)).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(files.map((name) => readFile(join(ledger, name), 'utf8')));
  return texts
    .flatMap((text) => text.split('\n').filter((line) => line.includes('"kind":"Hold"')))
    .map((line) => (JSON.parse(line) as { entry: HoldEntry }).entry);
}

it('loses nothing that it admitted, and never exceeds the rate', { timeout: 300_000 }, async () => {
  const landings: Landing[] = [];
  const until = Date.now() + runMilliseconds;
  const [kills] = await Promise.all([
    kill(until),
    load(until, landings),
    load(until, landings),
    load(until, landings),
  ]);
  const holds = await readHolds();
  let moved = 0;
  for (const name of names) {
    // What changes nothing is answered with the same version, later: the first that was sent is not after it landed.
    const latestFirst = landings.filter((one) => one.name === name).sort((a, b) => b.sentAt - a.sentAt);
    const unique = new Map(latestFirst.map((one) => [one.resourceVersion, one]));
    const trajectory = [...unique.values()].sort((a, b) => a.resourceVersion - b.resourceVersion);
    const steps = trajectory.flatMap((landing, index) => {
      const before = trajectory[index - 1];
      return before === undefined || before.value === landing.value ? [] : [{ ...landing, before }];
    });
    moved += steps.length;
    const stored = await plane.etcdGet<{ spec: { maxReplicas: number } }>(
      `/registry/horizontalpodautoscalers/default/${name}`,
    );
    expect(stored?.spec.maxReplicas).toBe(trajectory.at(-1)?.value);
    for (const [index, { value, before, receivedAt }] of steps.entries()) {
      const isHeld = holds.some(
        ({ object, base, moves }) =>
          object.endsWith(`/${name}`) &&
          base === `${before.resourceVersion}` &&
          moves.some(({ to }) => to === `${value}`),
      );
      expect(isHeld, `${name}: ${before.value} -> ${value}`).toBe(true);
      // Surely within the window: sent after it began, whenever this one landed.
      const spent = steps
        .slice(0, index + 1)
        .filter((one, at) => at === index || one.sentAt > receivedAt - seconds * 1_000)
        .reduce((sum, one) => sum + Math.abs(one.value - one.before.value), 0);
      expect(spent).toBeLessThanOrEqual(most);
    }
  }
  console.log(`${kills} kills, ${moved} movements, ${holds.length} holds`);
  expect(kills).toBeGreaterThan(20);
  expect(moved).toBeGreaterThan(10);
});
