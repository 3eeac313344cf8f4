/** The whole webhook as it is served: policies from a folder, certificates from files, records in a log. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jsonpatch } from 'json-p3';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DecisionRecord } from '../../src/audit/record.ts';
import { makeCertificates, writeCertificates } from '../../src/certificates.ts';
import { type Running, type ServeContext, type ServeSettings, serve } from '../../src/serve.ts';
import { parseExposition } from '../unit/telemetry/exposition.ts';
import { apiServerOnly, ask, certificates, patchOf, responseOf, send } from './listener.ts';
import { deploymentOf, deploymentUpdate, hpaOf, hpaUpdate, type Json, requestOf } from './reviews.ts';

const starter = fileURLToPath(new URL('../../policies/', import.meta.url));

const imagePolicy = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: image}
spec:
  match: {resources: [{group: apps, kind: Deployment}]}
  guards: [{parameter: containers.image, choice: unchanged, onViolation: Clamp}]
`;

let folder: string;
let lines: string[];
const open: Running[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flyball-serve-'));
  lines = [];
  await cp(join(starter, 'hpa-bounds', 'policy.yaml'), join(folder, 'policies', 'hpa.yaml'), {
    recursive: true,
  });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const running of open.splice(0)) await running.stop();
  await rm(folder, { recursive: true });
});

const logPath = (): string => join(folder, 'decisions.jsonl');

async function start(
  traits: Partial<ServeSettings> = {},
  context: Partial<ServeContext> = {},
): Promise<Running> {
  const settings: ServeSettings = {
    host: '127.0.0.1',
    port: 0,
    certificates: {
      from: 'memory',
      certificates: { ...certificates.server, clientCa: certificates.ca.cert },
    },
    caller: apiServerOnly,
    policies: { from: 'folder', path: join(folder, 'policies'), ownNamespace: 'flyball-system' },
    labels: undefined,
    exemptions: {
      namespaces: new Set(['kube-system']),
      breakGlassGroups: new Set(['break-glass']),
      governHpaController: false,
    },
    logPath: logPath(),
    history: {},
    drainMilliseconds: 0,
    ...traits,
  };
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const running = await serve(settings, { log, ...context });
  open.push(running);
  return running;
}

async function stop(running: Running): Promise<void> {
  open.splice(open.indexOf(running), 1);
  await running.stop();
}

async function readRecords(): Promise<DecisionRecord[]> {
  const text = await readFile(logPath(), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as DecisionRecord);
}

async function readMetrics({ port }: Running) {
  const { text } = await send(port, '/metrics', { method: 'GET' });
  const families = parseExposition(text);
  return (name: string): Record<string, number> =>
    Object.fromEntries(
      (families.get(`flyball_${name}`)?.samples ?? []).map(({ labels, value }) => [
        [...labels.values()].join(),
        value,
      ]),
    );
}

function patched(review: Json, patch: ReturnType<typeof patchOf>): Json {
  const copy = structuredClone(requestOf(review)['object']) as never;
  const object = jsonpatch.apply(patch as never, copy);
  return { ...review, request: { ...requestOf(review), uid: 'another', object } };
}

it('clamps, confirms and records by policies of a folder', async () => {
  const running = await start();
  const review = hpaUpdate(10, 500);
  const mutated = await ask(running, 'mutate', review);
  expect(patchOf(mutated)).toContainEqual({ op: 'replace', path: '/spec/maxReplicas', value: 20 });
  expect((await ask(running, 'validate', patched(review, patchOf(mutated)))).allowed).toBe(true);
  expect((await ask(running, 'validate', hpaUpdate(10, 500))).status?.code).toBe(403);
  await stop(running);
  const records = await readRecords();
  expect(records.map(({ seen, allowed }) => `${seen} ${allowed}`)).toEqual([
    'mutate+validate true',
    'validate false',
  ]);
  expect(records[0]?.policySet).toBe(running.readPolicyState().set?.hash);
});

it('gives one decision one id at two replicas', async () => {
  const [one, other] = [await start(), await start({ logPath: join(folder, 'other.jsonl') })];
  const review = hpaUpdate(10, 500);
  const mutated = await ask(one, 'mutate', review);
  const validated = await ask(other, 'validate', patched(review, patchOf(mutated)));
  expect(validated.auditAnnotations?.['decision']).toBe(mutated.auditAnnotations?.['decision']);
});

it('records a clamp whose /validate never comes: after its time, or at the end', async () => {
  let now = Date.UTC(2026, 0, 1);
  const recorded: DecisionRecord[] = [];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const running = await start({}, { readNow: () => now, onRecord: (record) => recorded.push(record) });
  await ask(running, 'mutate', hpaUpdate(10, 500));
  now += 29_000;
  vi.advanceTimersByTime(5_000);
  expect(recorded).toEqual([]);
  now += 1_000;
  vi.advanceTimersByTime(5_000);
  expect(recorded.map(({ seen }) => seen)).toEqual(['mutate']);
  await ask(running, 'mutate', hpaUpdate(10, 400));
  await stop(running);
  expect((await readRecords()).map(({ verdicts }) => verdicts[0]?.requested)).toEqual(['500', '400']);
});

it('keeps secrets out of the log of decisions and of the process', async () => {
  await writeFile(join(folder, 'policies', 'image.yaml'), imagePolicy);
  const running = await start();
  const env = [{ name: 'TOKEN', value: 'hunter2' }];
  const secret = { name: 'web', namespace: 'shop', annotations: { note: 'hunter2' } };
  const review = deploymentUpdate(
    { ...deploymentOf(2, { env }), metadata: secret },
    { ...deploymentOf(2, { env, image: 'evil' }), metadata: secret },
  );
  for (const door of ['mutate', 'validate'] as const) await ask(running, door, review);
  await send(running.port, '/validate', { body: '{"TOKEN": hunter2}' });
  await send(running.port, '/validate/hunter2', { body: '{}', cert: undefined, key: undefined });
  await ask(running, 'validate', hpaUpdate(10, 500, { object: hpaOf({ TOKEN: 'hunter2' }) }));
  await stop(running);
  expect(await readFile(logPath(), 'utf8')).toContain('containers[web].image');
  expect(await readFile(logPath(), 'utf8')).not.toContain('hunter2');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.join()).not.toContain('hunter2');
});

it('exposes metrics with labels that no caller can choose', async () => {
  const running = await start();
  const before = (await send(running.port, '/metrics', { method: 'GET' })).text.split('\n').length;
  for (let n = 0; n < 20; n += 1) {
    const traits = {
      name: `web-${n}`,
      namespace: `ns-${n}`,
      userInfo: { username: `user-${n}`, groups: [`g-${n}`] },
    };
    await ask(running, 'validate', hpaUpdate(10, 500, traits));
    await send(running.port, `/validate/${n}`, { cert: undefined, key: undefined });
    await send(running.port, `/unknown-${n}`);
  }
  const metric = await readMetrics(running);
  expect(metric('decisions_total')).toEqual({ clamp: 20 });
  expect(metric('requests_refused_total')).toEqual({ caller: 20 });
  expect(metric('admission_duration_seconds')['validate,refuse']).toBe(20);
  expect(metric('policies_current')).toEqual({ '': 1 });
  const after = (await send(running.port, '/metrics', { method: 'GET' })).text.split('\n').length;
  expect(after - before).toBeLessThan(60);
});

it('keeps the last good policies over a bad edit, and says so', async () => {
  const running = await start();
  const { hash } = running.readPolicyState().set ?? {};
  await writeFile(join(folder, 'policies', 'hpa.yaml'), 'kind: Nothing');
  await vi.waitFor(() => expect(running.readPolicyState().problems.length).toBeGreaterThan(0), 5_000);
  expect(running.readPolicyState().set?.hash).toBe(hash);
  expect((await ask(running, 'validate', hpaUpdate(10, 500))).allowed).toBe(false);
  expect((await readMetrics(running))('policies_current')).toEqual({ '': 0 });
  expect(lines.join()).toContain('the last good set stays in force');
});

it('does not start without a port, a certificate, a policy or a log', async () => {
  const running = await start();
  await expect(start({ port: running.port, logPath: join(folder, 'b') })).rejects.toThrow('EADDRINUSE');
  await expect(start({ certificates: { from: 'files', cert: folder, key: folder } })).rejects.toThrow();
  await expect(start({ logPath: folder })).rejects.toThrow('EISDIR');
  await writeFile(join(folder, 'policies', 'hpa.yaml'), 'kind: Nothing');
  await expect(start()).rejects.toThrow('the policies are not valid');
});

it('goes on deciding while its log cannot be written, and counts it', async () => {
  const running = await start({ logPath: '/dev/full' });
  expect((await ask(running, 'validate', hpaUpdate(10, 500))).status?.code).toBe(403);
  await vi.waitFor(async () => {
    expect((await readMetrics(running))('decision_log_errors_total')['']).toBeGreaterThan(0);
  });
  expect((await ask(running, 'validate', hpaUpdate(10, 12))).allowed).toBe(true);
  expect(lines.join()).toContain('the decision log cannot be written');
});

it('is first not ready, then drained, then closed', async () => {
  const running = await start({ drainMilliseconds: 600 });
  const ready = (): Promise<number> =>
    send(running.port, '/readyz', { method: 'GET' }).then(({ status }) => status);
  expect(await ready()).toBe(200);
  const stopped = stop(running);
  await sleep(100);
  expect(await ready()).toBe(503);
  expect(await send(running.port, '/healthz', { method: 'GET' })).toMatchObject({ status: 200 });
  const answer = await send(running.port, '/validate', { body: JSON.stringify(hpaUpdate(10, 500)) });
  expect(responseOf(answer).status?.code).toBe(403);
  expect(answer.headers['connection']).toBe('close');
  await stopped;
  await expect(ready()).rejects.toThrow('ECONNREFUSED');
  expect(await readRecords()).toHaveLength(1);
});

it('takes new certificates from its files without dropping its listener', async () => {
  const path = join(folder, 'tls');
  await writeCertificates(path, certificates, {});
  const [cert, key, clientCa] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => join(path, name)) as [
    string,
    string,
    string,
  ];
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const running = await start({ certificates: { from: 'files', cert, key, clientCa } });
  const fresh = await makeCertificates();
  const look = async (words: string): Promise<void> => {
    vi.advanceTimersByTime(10_000);
    for (let waits = 0; waits < 500 && !lines.join().includes(words); waits += 1) await sleep(10);
    expect(lines.join()).toContain(words);
  };
  await writeFile(cert, fresh.server.cert);
  await look('the last good ones stay');
  expect((await ask(running, 'validate', hpaUpdate(10, 12))).allowed).toBe(true);
  await writeFile(key, fresh.server.key);
  await writeFile(clientCa, fresh.ca.cert);
  await look('certificates replaced');
  const identity = { ca: fresh.ca.cert, ...fresh.client };
  const body = JSON.stringify(hpaUpdate(10, 12));
  expect(responseOf(await send(running.port, '/validate', { body, ...identity })).allowed).toBe(true);
  await expect(ask(running, 'validate', hpaUpdate(10, 12))).rejects.toThrow(/certificate/);
});
