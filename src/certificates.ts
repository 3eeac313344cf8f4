/**
 * Certificates for development, tests and the demonstration: one authority, the server's leaf and the API server's
 * client leaf, all EC P-256. In a cluster cert-manager does this.
 */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly ca: CertificatePair;
  readonly server: CertificatePair;
  readonly client: CertificatePair;
}

export interface CertificateOptions {
  /** Names that the server's leaf answers to; by default those of the Service, and `localhost`. */
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** Life of all three, in days from now. */
  readonly days?: number;
}

type Extension = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>[number];

/** The names by which the API server calls the Service of `webhook-manifests/`. */
export const serviceDnsNames: readonly string[] = [
  'flyball.flyball-system.svc',
  'flyball.flyball-system.svc.cluster.local',
];

/** The name that the API server's client certificate carries. */
export const clientName = 'kube-apiserver-flyball-client';

const defaultDays = 30;
const mostDays = 365;
const dayMilliseconds = 86_400_000;
/** Clocks of a cluster's machines differ; a leaf that is valid only in a minute is a confusing failure. */
const skewMilliseconds = 5 * 60_000;
const labelPattern = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * Makes a new authority and two leaves that it signs. Nothing is written, and the authority's key is in no file.
 *
 * @throws RangeError where a name, an address or the number of days cannot be put into a certificate.
 */
export async function makeCertificates(options: CertificateOptions = {}): Promise<Certificates> {
  const { dnsNames, ipAddresses, days } = withDefaults(options);
  // A bundle of the old and the new authority has to tell them apart, and leaves carry no key identifier.
  const authority = `flyball-development-ca-${randomBytes(4).toString('hex')}`;
  const ca = await issue(authority, authorityExtensions, { days });
  const names = [
    ...dnsNames.map((value) => ({ type: 2 as const, value })),
    ...ipAddresses.map((ip) => ({ type: 7 as const, ip })),
  ];
  const serverExtensions = leafExtensions('serverAuth', names);
  const clientExtensions = leafExtensions('clientAuth', [{ type: 2, value: clientName }]);
  const server = await issue('flyball', serverExtensions, { days, ca });
  const client = await issue(clientName, clientExtensions, { days, ca });
  return { ca, server, client };
}

function withDefaults(options: CertificateOptions): Required<CertificateOptions> {
  const dnsNames = options.dnsNames ?? [...serviceDnsNames, 'localhost'];
  const ipAddresses = options.ipAddresses ?? ['127.0.0.1'];
  const days = options.days ?? defaultDays;
  for (const name of dnsNames) {
    if (!isDnsName(name)) throw new RangeError(`\`${name}\` is not a DNS name`);
  }
  for (const address of ipAddresses) {
    if (isIP(address) === 0) throw new RangeError(`\`${address}\` is not an IP address`);
  }
  if (!Number.isInteger(days) || days < 1 || days > mostDays)
    throw new RangeError(`days must be a whole number from 1 to ${mostDays}, not ${days}`);
  return { dnsNames: [...new Set(dnsNames)], ipAddresses: [...new Set(ipAddresses)], days };
}

function isDnsName(name: string): boolean {
  const [first, ...rest] = name.split('.');
  const labels = first === '*' && rest.length > 0 ? rest : [first ?? '', ...rest];
  return name.length <= 253 && labels.every((label) => labelPattern.test(label));
}

const authorityExtensions: Extension[] = [
  { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
];

function leafExtensions(
  usage: 'serverAuth' | 'clientAuth',
  altNames: (Extension & { name: 'subjectAltName' })['altNames'],
): Extension[] {
  return [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', [usage]: true },
    { name: 'subjectAltName', altNames },
  ];
}

async function issue(
  commonName: string,
  extensions: Extension[],
  { days, ca }: { readonly days: number; readonly ca?: CertificatePair },
): Promise<CertificatePair> {
  const now = Date.now();
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - skewMilliseconds),
    notAfterDate: new Date(now + days * dayMilliseconds),
    extensions,
    ...(ca === undefined ? {} : { ca: { cert: ca.cert, key: ca.key } }),
  });
  return { cert: ensureLastNewline(made.cert), key: ensureLastNewline(made.private) };
}

/** PEM files are concatenated into bundles. */
function ensureLastNewline(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}

export interface WriteOptions {
  /** Replace files that are there. */
  readonly force?: boolean;
  /** Also write the authority's key, with which anyone can pass for the API server. */
  readonly keepAuthorityKey?: boolean;
}

export type WriteResult =
  | { readonly ok: true; readonly files: readonly string[] }
  | { readonly ok: false; readonly error: string };

/**
 * Writes `ca.crt`, `tls.crt`, `tls.key`, `client.crt`, `client.key` (and `ca.key`, where asked) into a folder that only
 * its owner may enter, each with mode 0600. All or nothing as far as existing files go.
 *
 * @throws Error of the file system where the folder cannot be written.
 */
export async function writeCertificates(
  folder: string,
  certificates: Certificates,
  { force = false, keepAuthorityKey = false }: WriteOptions = {},
): Promise<WriteResult> {
  const { ca, server, client } = certificates;
  const contents = new Map([
    ['ca.crt', ca.cert],
    ['tls.crt', server.cert],
    ['tls.key', server.key],
    ['client.crt', client.cert],
    ['client.key', client.key],
    ...(keepAuthorityKey ? [['ca.key', ca.key] as const] : []),
  ]);
  const files = [...contents.keys(), 'ca.key'].map((name) => join(folder, name));
  const existing = force ? undefined : await firstExisting(files);
  if (existing !== undefined)
    return { ok: false, error: `\`${existing}\` exists; it is kept without --force` };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!keepAuthorityKey) await rm(join(folder, 'ca.key'), { force: true });
  for (const [name, content] of contents) await replaceFile(join(folder, name), content);
  return { ok: true, files: [...contents.keys()].map((name) => join(folder, name)) };
}

async function firstExisting(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const isThere = await lstat(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}

/** By rename, so that a server that watches the file never reads half of it, and a link is replaced, not followed. */
async function replaceFile(file: string, content: string): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
  await chmod(draft, 0o600);
  await rename(draft, file);
}
