/** `node certs/make-dev-certs.ts --out DIR`: an authority, the server's leaf and the API server's client leaf. */
import { parseArgs } from 'node:util';
import { makeCertificates, type WriteResult, writeCertificates } from '../src/certificates.ts';

const usage = `Makes certificates for development: a new authority, a server leaf and a client leaf.

  node certs/make-dev-certs.ts --out DIR [options]

  --out DIR        the folder to write ca.crt, tls.crt, tls.key, client.crt and client.key to
  --dns NAME       a DNS name of the server, repeatable; replaces the default
                   (flyball.flyball-system.svc, flyball.flyball-system.svc.cluster.local, localhost)
  --ip ADDRESS     an IP address of the server, repeatable; replaces the default (127.0.0.1)
  --days N         life in days, 1 to 365; 30 by default
  --keep-ca-key    also write ca.key; without it nothing can ever be signed by this authority again
  --force          replace files that are there
  --help           print this
`;

const options = {
  out: { type: 'string' },
  dns: { type: 'string', multiple: true },
  ip: { type: 'string', multiple: true },
  days: { type: 'string' },
  'keep-ca-key': { type: 'boolean' },
  force: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Exit codes: 0 written, 1 refused or failed, 2 wrong usage. */
async function main(argv: readonly string[]): Promise<number> {
  const parsed = parse(argv);
  if (typeof parsed === 'string') return fail(`${parsed}\n\n${usage}`, 2);
  if (parsed.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  if (parsed.out === undefined) return fail(`--out is missing: the folder to write to\n\n${usage}`, 2);
  try {
    return report(await write(parsed.out, parsed));
  } catch (error) {
    return fail(messageOf(error), 1);
  }
}

type Arguments = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

function parse(argv: readonly string[]): Arguments | string {
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    return messageOf(error);
  }
}

async function write(folder: string, values: Arguments): Promise<WriteResult> {
  const certificates = await makeCertificates({
    ...(values.dns === undefined ? {} : { dnsNames: values.dns }),
    ...(values.ip === undefined ? {} : { ipAddresses: values.ip }),
    ...(values.days === undefined ? {} : { days: Number(values.days) }),
  });
  return writeCertificates(folder, certificates, {
    force: values.force === true,
    keepAuthorityKey: values['keep-ca-key'] === true,
  });
}

function report(result: WriteResult): number {
  if (!result.ok) return fail(result.error, 1);
  process.stdout.write(result.files.map((file) => `${file}\n`).join(''));
  return 0;
}

function fail(message: string, code: number): number {
  process.stderr.write(`make-dev-certs: ${message}\n`);
  return code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.exitCode = await main(process.argv.slice(2));
