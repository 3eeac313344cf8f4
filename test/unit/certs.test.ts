import { execFile, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  type Certificates,
  clientName,
  makeCertificates,
  writeCertificates,
} from '../../src/certificates.ts';

const script = new URL('../../certs/make-dev-certs.ts', import.meta.url).pathname;
const run = promisify(execFile);

let folder: string;
let made: Certificates;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flyball-certs-'));
  made = await makeCertificates();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('makeCertificates', () => {
  it('makes an authority that signs no further authority', () => {
    const ca = new X509Certificate(made.ca.cert);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(ca.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  });

  it('makes a server leaf for the Service and for this machine, and for no other use', () => {
    const leaf = new X509Certificate(made.server.cert);
    expect(leaf.subjectAltName).toBe(
      'DNS:flyball.flyball-system.svc, DNS:flyball.flyball-system.svc.cluster.local, DNS:localhost, IP Address:127.0.0.1',
    );
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(leaf.verify(new X509Certificate(made.ca.cert).publicKey)).toBe(true);
  });

  it('makes a client leaf that cannot serve', () => {
    const leaf = new X509Certificate(made.client.cert);
    expect(leaf.subject).toBe(`CN=${clientName}`);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(leaf.verify(new X509Certificate(made.ca.cert).publicKey)).toBe(true);
  });

  it('makes short lives, from a little before now', async () => {
    const { server } = await makeCertificates({ days: 2 });
    const { validFromDate, validToDate } = new X509Certificate(server.cert);
    const hours = (validToDate.getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(47.9);
    expect(hours).toBeLessThanOrEqual(48);
    expect(validFromDate.getTime()).toBeLessThan(Date.now() - 200_000);
  });

  it('names each authority apart, so that a bundle of two can be told apart', async () => {
    const other = await makeCertificates();
    expect(new X509Certificate(other.ca.cert).subject).not.toBe(new X509Certificate(made.ca.cert).subject);
  });

  it.each([
    [{ dnsNames: ['a_b'] }, '`a_b` is not a DNS name'],
    [{ dnsNames: ['-a.svc'] }, '`-a.svc` is not a DNS name'],
    [{ dnsNames: [''] }, '`` is not a DNS name'],
    [{ dnsNames: ['*'] }, '`*` is not a DNS name'],
    [{ ipAddresses: ['300.0.0.1'] }, '`300.0.0.1` is not an IP address'],
    [{ days: 0 }, 'days must be a whole number from 1 to 365, not 0'],
    [{ days: 1.5 }, 'not 1.5'],
    [{ days: 366 }, 'not 366'],
    [{ days: Number.NaN }, 'not NaN'],
  ])('refuses %j', async (options, message) => {
    await expect(makeCertificates(options)).rejects.toThrow(message);
  });
});

describe('a server with these certificates', () => {
  it('knows the API server by its client leaf, and others not', async () => {
    const server = createServer({
      ...pair(made.server),
      ca: made.ca.cert,
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      const word = socket.authorized ? socket.getPeerCertificate().subject.CN : 'nobody';
      socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nX-Caller: ${word}\r\nContent-Length: 0\r\n\r\n`);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const stranger = await makeCertificates();
    const call = (identity: object) => callerOf(port, { ca: made.ca.cert, ...identity });
    expect(await call(pair(made.client))).toBe(clientName);
    expect(await call({})).toBe('nobody');
    expect(await call(pair(stranger.client))).toBe('nobody');
    expect(await call(pair(made.server))).toBe('nobody');
    await expect(callerOf(port, { ca: stranger.ca.cert })).rejects.toThrow(/certificate/);
    server.close();
  });
});

describe('writeCertificates', () => {
  it('writes files that only their owner reads, and never the authority’s key unasked', async () => {
    const out = join(folder, 'plain');
    const result = await writeCertificates(out, made);
    const names = ['ca.crt', 'client.crt', 'client.key', 'tls.crt', 'tls.key'];
    expect(result).toEqual({ ok: true, files: expect.arrayContaining(names.map((name) => join(out, name))) });
    expect((await readdir(out)).sort()).toEqual(names);
    for (const name of names) expect(await modeOf(join(out, name))).toBe(0o600);
    expect(await modeOf(out)).toBe(0o700);
    expect(await readFile(join(out, 'tls.key'), 'utf8')).toBe(made.server.key);
  });

  it('keeps what is there, even one file of it, unless forced', async () => {
    const out = await mkdtemp(join(folder, 'kept-'));
    await writeFile(join(out, 'client.key'), 'mine');
    const refused = { ok: false, error: `\`${join(out, 'client.key')}\` exists; it is kept without --force` };
    expect(await writeCertificates(out, made)).toEqual(refused);
    expect(await readdir(out)).toEqual(['client.key']);
    expect(await writeCertificates(out, made, { force: true })).toMatchObject({ ok: true });
    expect(await readFile(join(out, 'client.key'), 'utf8')).toBe(made.client.key);
    expect(await modeOf(join(out, 'client.key'))).toBe(0o600);
  });

  it('replaces a link and leaves what it points at', async () => {
    const out = await mkdtemp(join(folder, 'link-'));
    await writeFile(join(folder, 'victim'), 'precious');
    await symlink(join(folder, 'victim'), join(out, 'tls.key'));
    expect(await writeCertificates(out, made)).toMatchObject({ ok: false });
    await writeCertificates(out, made, { force: true });
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('precious');
  });

  it('removes the key of an authority that it replaces', async () => {
    const out = join(folder, 'authority');
    await writeCertificates(out, made, { keepAuthorityKey: true });
    expect(await readFile(join(out, 'ca.key'), 'utf8')).toBe(made.ca.key);
    expect(await writeCertificates(out, made)).toMatchObject({ ok: false });
    await writeCertificates(out, made, { force: true });
    expect(await readdir(out)).not.toContain('ca.key');
  });
});

describe('make-dev-certs', () => {
  it('writes, refuses to overwrite, and replaces by force', async () => {
    const out = join(folder, 'script');
    const argv = ['--out', out, '--dns', 'a.example', '--dns', 'localhost', '--ip', '::1', '--days', '1'];
    expect((await run(process.execPath, [script, ...argv])).stdout).toContain(`${join(out, 'tls.key')}\n`);
    const leaf = new X509Certificate(await readFile(join(out, 'tls.crt')));
    expect(leaf.subjectAltName).toBe('DNS:a.example, DNS:localhost, IP Address:0:0:0:0:0:0:0:1');
    const again = run(process.execPath, [script, ...argv]);
    await expect(again).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('--force') });
    await run(process.execPath, [script, ...argv, '--force', '--keep-ca-key']);
    expect(await readdir(out)).toContain('ca.key');
  }, 30_000);

  it.each([
    [[], 2, '--out is missing'],
    [['--out', 'x', '--bogus'], 2, "Unknown option '--bogus'"],
    [['--out', 'x', '--days', 'ten'], 1, 'days must be a whole number from 1 to 365, not NaN'],
    [['--out', 'x', '--dns', 'no/name'], 1, '`no/name` is not a DNS name'],
    [['--out', '/dev/null/x'], 1, 'ENOTDIR'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = run(process.execPath, [script, ...argv]);
    await expect(ended).rejects.toMatchObject({ code, stderr: expect.stringContaining(message) });
  });
});

describe('set-ca-bundle', () => {
  const manifests = [
    'kind: Service\nmetadata: {name: flyball}\n',
    'kind: MutatingWebhookConfiguration\nwebhooks: [{name: a, clientConfig: {service: {name: x}}}, {name: b}]\n',
    'kind: ValidatingWebhookConfiguration\nwebhooks:\n  - clientConfig: {caBundle: old} # kept\n',
  ].join('---\n');

  it('writes the authorities into every webhook, and nothing else', async () => {
    const other = await makeCertificates();
    const ca = join(folder, 'two.crt');
    await writeFile(ca, made.ca.cert + other.ca.cert);
    const { code, stdout } = await setBundle(['--ca', ca], manifests);
    const [service, mutating, validating] = parseAllDocuments(stdout).map((document) => document.toJS());
    const caBundle = Buffer.from(made.ca.cert + other.ca.cert).toString('base64');
    expect(code).toBe(0);
    expect(service).toEqual({ kind: 'Service', metadata: { name: 'flyball' } });
    expect(mutating.webhooks).toEqual([
      { name: 'a', clientConfig: { service: { name: 'x' }, caBundle } },
      { name: 'b', clientConfig: { caBundle } },
    ]);
    expect(validating.webhooks).toEqual([{ clientConfig: { caBundle } }]);
  });

  it.each([
    ['a key', () => made.ca.cert + made.ca.key, manifests, 'private key'],
    ['a leaf', () => made.server.cert, manifests, "`CN=flyball` in the file of --ca is no authority's"],
    ['no certificate', () => 'hello', manifests, 'holds no certificate'],
    ['no webhook', () => made.ca.cert, 'kind: Service\n', 'no webhook in the manifests'],
    ['broken YAML', () => made.ca.cert, 'a: [', 'Flow sequence'],
  ])('refuses %s', async (_name, pem, input, message) => {
    const ca = join(folder, 'unfit.crt');
    await writeFile(ca, pem());
    const { code, stdout, stderr } = await setBundle(['--ca', ca], input);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });

  it.each([
    [[], 2, '--ca is missing'],
    [['--nope'], 2, "Unknown option '--nope'"],
    [['--ca', '/nowhere'], 1, 'ENOENT'],
  ])('%j ends with %i', async (argv, code, message) => {
    const ended = await setBundle(argv, manifests);
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });
});

async function setBundle(argv: readonly string[], stdin: string) {
  const path = new URL('../../certs/set-ca-bundle.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [path, ...argv], { stdio: 'pipe' });
  // It may end before it has read its input; its code and message say why.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code, stdout, stderr };
}

function pair({ cert, key }: { readonly cert: string; readonly key: string }) {
  return { cert, key };
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

function callerOf(port: number, options: object): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
      response.resume();
      resolve(response.headersDistinct['x-caller']?.[0]);
    })
      .on('error', reject)
      .end();
  });
}
