/**
 * `npm run bench`: Flyball beside a no-op server of the same make, in pairs, on this machine and now. Writes
 * `bench/RESULTS.md`. `--quick` runs everything once and shortly; `--out`, `--rounds`, `--policies` and `--sizes`
 * (comma-separated) choose.
 */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificates, writeCertificates } from '../src/certificates.ts';
import { call } from './caller.ts';
import { checkFlyball, checkNoop } from './check.ts';
import type { DecideResult, DecideSettings } from './decide.ts';
import { type Measurements, measureRows, type Row } from './legs.ts';
import type { LoadSettings } from './load.ts';
import type { LoadingResult, LoadingSettings } from './loading.ts';
import { type Part, type PartSettings, readUsage, startPart, type Usage } from './part.ts';
import { readPlan } from './plan.ts';
import { writePolicies } from './policies.ts';
import { type OfPolicies, type OfWork, report, type Start } from './report.ts';

const plan = readPlan(process.argv.slice(2), fileURLToPath(new URL('RESULTS.md', import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
const parts: Part[] = [];

try {
  const client = await makeCertificateFiles();
  const load = await start('load.ts', client);
  const work = await measureWork(load);
  const all: OfPolicies[] = [];
  for (const count of plan.policyCounts) all.push(await measurePolicies(count, client, load));
  const text = report(plan, all, work);
  mkdirSync(join(plan.out, '..'), { recursive: true });
  writeFileSync(plan.out, text);
  console.log(`\nwritten to ${plan.out}`);
} finally {
  await Promise.all(parts.map((part) => part.stop()));
  rmSync(folder, { recursive: true, force: true });
}

async function makeCertificateFiles(): Promise<LoadSettings> {
  const written = await writeCertificates(join(folder, 'tls'), await makeCertificates());
  if (!written.ok) throw new Error(written.error);
  return { ca: tls('ca.crt'), cert: tls('client.crt'), key: tls('client.key') };
}

function tls(name: string): string {
  return join(folder, 'tls', name);
}

async function start(script: string, settings: unknown, execArgv: readonly string[] = []): Promise<Part> {
  const part = await startPart(script, settings, execArgv);
  parts.push(part);
  return part;
}

async function measurePolicies(count: number, client: LoadSettings, load: Part): Promise<OfPolicies> {
  const settings = settingsOf(count);
  const { policyFolder } = settings;
  const bytes = writePolicies(policyFolder, count);
  console.log(`${count} policies (${Math.ceil(bytes / 1024)} KiB)`);
  const starts = await measureStarts(settings, client);
  const loading = await runOnce<LoadingResult>('loading.ts', {
    policyFolder,
    times: plan.starts,
  } satisfies LoadingSettings);
  const decisions = await runOnce<DecideResult[]>('decide.ts', {
    policyFolder,
    kinds: plan.kinds,
    sizes: plan.sizes,
    windowMilliseconds: plan.decideMilliseconds,
  } satisfies DecideSettings);
  const measurements = await measureServers(settings, client, load);
  rmSync(settings.logPath, { force: true });
  return { count, bytes, starts, loading, decisions, measurements };
}

/** The no-op beside itself with some work to do: what a webhook may cost at most, whatever it does. */
async function measureWork(load: Part): Promise<OfWork[]> {
  const settings = settingsOf(0);
  const noop = await start('noop.ts', settings);
  const all: OfWork[] = [];
  for (const idleMicroseconds of plan.work) {
    const busy = await start('noop.ts', { ...settings, idleMicroseconds });
    const row: Row = { kind: 'HPA', kibibytes: 2, actor: 'tuner', connections: plan.connections };
    const parts = { load, noop, flyball: busy, afterRound: () => undefined };
    all.push({ microseconds: idleMicroseconds, measurements: await measureRows([row], parts, plan) });
    await busy.stop();
  }
  await noop.stop();
  return all;
}

function settingsOf(count: number): PartSettings {
  return {
    certificates: { cert: tls('tls.crt'), key: tls('tls.key'), clientCa: tls('ca.crt') },
    policyFolder: join(folder, `policies-${count}`),
    logPath: join(folder, `decisions-${count}.jsonl`),
  };
}

async function measureServers(
  settings: PartSettings,
  client: LoadSettings,
  load: Part,
): Promise<Measurements> {
  const noop = await start('noop.ts', settings);
  const flyball = await start('flyball.ts', settings);
  const loads = [
    ['tuner', plan.connections],
    ['on-call', plan.connections],
    ['tuner', 1],
  ] as const;
  const rows = plan.kinds.flatMap((kind) =>
    plan.sizes.flatMap((kibibytes) =>
      loads.map(([actor, connections]): Row => ({ kind, kibibytes, actor, connections })),
    ),
  );
  await checkNoop({ ...client, port: portOf(noop) }, rows);
  await checkFlyball({ ...client, port: portOf(flyball) }, rows);
  // The log is written as it is in service, and not kept: a run writes gigabytes.
  const forgetLog = (): void => truncateSync(settings.logPath);
  const measurements = await measureRows(rows, { load, noop, flyball, afterRound: forgetLog }, plan);
  await Promise.all([noop.stop(), flyball.stop()]);
  return measurements;
}

function portOf(server: Part): number {
  return (server.first as { readonly port: number }).port;
}

/** From the start of the process to the first 200 of `/readyz`. */
async function measureStarts(settings: PartSettings, client: LoadSettings): Promise<Start[]> {
  const starts: Start[] = [];
  for (let time = 0; time < plan.starts; time += 1) {
    for (const server of ['noop', 'flyball'] as const) {
      const begun = readUsage().atMilliseconds;
      const part = await start(`${server}.ts`, settings);
      const { status } = await call({ ...client, port: portOf(part) }, '/readyz');
      const readyMilliseconds = readUsage().atMilliseconds - begun;
      if (status !== 200) throw new Error(`${server} is not ready: ${status}`);
      const { rssBytes } = (await part.ask('usage')) as Usage;
      starts.push({ server, readyMilliseconds, rssBytes });
      await part.stop();
    }
  }
  return starts;
}

/** A part that measures by itself, says its result and ends. */
async function runOnce<T>(script: string, settings: unknown): Promise<T> {
  const part = await start(script, settings, ['--expose-gc']);
  return part.first as T;
}
