/** `kubectl kustomize DIR | node certs/set-ca-bundle.ts --ca FILE | kubectl apply -f -`: tells the API server whom to trust. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Document, isMap, isSeq, parseAllDocuments } from 'yaml';

const usage = `Writes a caBundle into every webhook of the manifests on standard input, and prints them.

  kubectl kustomize OVERLAY | node certs/set-ca-bundle.ts --ca FILE | kubectl apply --server-side -f -

  --ca FILE   PEM certificates of one or more authorities; two while one replaces the other
`;

class UsageError extends Error {}

/** Exit codes: 0 printed, 1 unreadable or unfit input, 2 wrong usage. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const bundle = Buffer.from(checkBundle(await readFile(caFile(argv), 'utf8'))).toString('base64');
    process.stdout.write(setBundles(await text(process.stdin), bundle));
    return 0;
  } catch (error) {
    process.stderr.write(`set-ca-bundle: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function caFile(argv: readonly string[]): string {
  try {
    const { ca } = parseArgs({ args: [...argv], options: { ca: { type: 'string' } }, strict: true }).values;
    if (ca !== undefined) return ca;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
  throw new UsageError(`--ca is missing: the authorities' certificates\n\n${usage}`);
}

/** A leaf or a key in a caBundle is a mistake that shows only when every write is refused. */
function checkBundle(pem: string): string {
  if (pem.includes('PRIVATE KEY'))
    throw new Error('the file of --ca holds a private key; give certificates only');
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error('the file of --ca holds no certificate');
  for (const block of blocks) {
    const { ca, subject } = new X509Certificate(block);
    if (!ca) throw new Error(`\`${subject}\` in the file of --ca is no authority's certificate`);
  }
  return `${blocks.join('\n')}\n`;
}

function setBundles(manifests: string, bundle: string): string {
  const documents = parseAllDocuments(manifests).filter((document) => document.contents !== null);
  const count = documents.reduce((sum, document) => sum + setBundle(document, bundle), 0);
  if (count === 0) throw new Error('there is no webhook in the manifests on standard input');
  return documents.map((document) => document.toString({ directives: false, lineWidth: 0 })).join('---\n');
}

function setBundle(document: Document, bundle: string): number {
  const [broken] = document.errors;
  if (broken !== undefined) throw broken;
  if (!/^(Mutating|Validating)WebhookConfiguration$/.test(String(document.get('kind')))) return 0;
  const webhooks = document.get('webhooks');
  if (!isSeq(webhooks)) return 0;
  for (const webhook of webhooks.items) {
    if (isMap(webhook)) webhook.setIn(['clientConfig', 'caBundle'], bundle);
  }
  return webhooks.items.length;
}

process.exitCode = await main(process.argv.slice(2));
