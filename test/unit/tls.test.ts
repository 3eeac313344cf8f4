/** Certificates from files: read, watched, and never replaced by what does not work. */
import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Certificates as Made, makeCertificates, writeCertificates } from '../../src/certificates.ts';
import { type CertificateWatch, watchCertificates } from '../../src/tls.ts';
import type { Certificates } from '../../src/webhook/server.ts';

const [first, second] = await Promise.all([makeCertificates(), makeCertificates()]);

let folder: string;
let lines: string[];
let watch: CertificateWatch | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flyball-tls-'));
  lines = [];
  await writeCertificates(folder, first, { force: true });
});
afterEach(async () => {
  watch?.stop();
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
const file = (name: string): string => join(folder, name);
const files = () =>
  ({ from: 'files', cert: file('tls.crt'), key: file('tls.key'), clientCa: file('ca.crt') }) as const;

async function start(): Promise<{ watch: CertificateWatch; changes: Certificates[] }> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const changes: Certificates[] = [];
  watch = await watchCertificates(files(), log);
  watch.onChange((fresh) => changes.push(fresh));
  return { watch, changes };
}

/** One look at the files; reading them takes real time, and each outcome but "nothing new" says a line. */
async function look(expects: 'a line' | 'nothing' = 'a line'): Promise<void> {
  const before = lines.length;
  vi.advanceTimersByTime(10_000);
  for (let waits = 0; waits < (expects === 'nothing' ? 5 : 500) && lines.length === before; waits += 1)
    await sleep(10);
  expect(lines.length - before).toBe(expects === 'nothing' ? 0 : 1);
}

const contentsOf = ({ server, ca }: Made): Certificates => ({ ...server, clientCa: ca.cert });

it('reads what is there', async () => {
  const { watch: started, changes } = await start();
  expect(started.read()).toEqual(contentsOf(first));
  await look('nothing');
  expect(changes).toEqual([]);
});

it('gives what it was given', async () => {
  const certificates = contentsOf(first);
  watch = await watchCertificates({ from: 'memory', certificates }, log);
  expect(watch.read()).toBe(certificates);
});

it('tells of new files, once', async () => {
  const { watch: started, changes } = await start();
  await writeCertificates(folder, second, { force: true });
  await look();
  await look('nothing');
  expect(changes).toEqual([contentsOf(second)]);
  expect(started.read()).toEqual(contentsOf(second));
});

it('follows a link that is replaced, as a Secret is mounted', async () => {
  await Promise.all([
    writeFile(file('one.crt'), first.server.cert),
    writeFile(file('two.crt'), second.server.cert),
  ]);
  await Promise.all(['tls.crt', 'tls.key'].map((name) => unlink(file(name))));
  await Promise.all([
    writeFile(file('one.key'), first.server.key),
    writeFile(file('two.key'), second.server.key),
  ]);
  const link = (which: string) =>
    Promise.all(['crt', 'key'].map((end) => symlink(file(`${which}.${end}`), file(`tls.${end}`))));
  await link('one');
  const { changes } = await start();
  await Promise.all(['tls.crt', 'tls.key'].map((name) => unlink(file(name))));
  await link('two');
  await look();
  expect(changes.map(({ cert }) => cert)).toEqual([second.server.cert]);
});

const faults: readonly (readonly [string, string, string])[] = [
  ['a new certificate with the old key', 'tls.crt', second.server.cert],
  ['a new key with the old certificate', 'tls.key', second.server.key],
  ['an empty certificate', 'tls.crt', ''],
  ['an empty key', 'tls.key', ''],
  ['half a certificate', 'tls.crt', second.server.cert.slice(0, 300)],
  ['half a key', 'tls.key', first.server.key.slice(0, 100)],
  ['an intermediate that is cut off', 'tls.crt', first.server.cert + second.ca.cert.slice(0, 200)],
  ['an empty client CA', 'ca.crt', ''],
  ['a client CA that is none', 'ca.crt', 'garbage'],
];

it.each(faults)('keeps the last good pair over %s', async (_name, name, content) => {
  const { watch: started, changes } = await start();
  await writeFile(file(name), content);
  await look();
  expect(changes).toEqual([]);
  expect(started.read()).toEqual(contentsOf(first));
  expect(lines.join()).toContain('the new certificates are not usable');
  expect(lines.join()).not.toContain('BEGIN');
  await writeCertificates(folder, second, { force: true });
  await look();
  expect(changes).toEqual([contentsOf(second)]);
});

it.each(faults)('does not start with %s', async (_name, name, content) => {
  await writeFile(file(name), content);
  await expect(watchCertificates(files(), log)).rejects.toThrow();
});

it('does not start without a file, and names it', async () => {
  await unlink(file('tls.key'));
  await expect(watchCertificates(files(), log)).rejects.toThrow('tls.key');
});

it('keeps the last good pair while a file is missing', async () => {
  const { changes } = await start();
  await unlink(file('tls.crt'));
  await look();
  expect(changes).toEqual([]);
});

it('tries again where the listener would not take the new pair', async () => {
  const { watch: started } = await start();
  let attempts = 0;
  started.onChange(() => {
    attempts += 1;
    if (attempts === 1) throw new Error('not now');
  });
  await writeCertificates(folder, second, { force: true });
  await look();
  expect(started.read()).toEqual(contentsOf(first));
  await look();
  expect(attempts).toBe(2);
  expect(started.read()).toEqual(contentsOf(second));
});

it('looks no more once it is stopped', async () => {
  const { watch: started, changes } = await start();
  started.stop();
  await writeCertificates(folder, second, { force: true });
  await look('nothing');
  expect(changes).toEqual([]);
});
