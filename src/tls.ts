/** The listener's certificates: given, or read from files and read again when they change. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { ProcessLog } from './telemetry/log.ts';
import type { Certificates } from './webhook/server.ts';

export type CertificateSource =
  | { readonly from: 'memory'; readonly certificates: Certificates }
  | { readonly from: 'files'; readonly cert: string; readonly key: string; readonly clientCa?: string };

export interface CertificateWatch {
  read(): Certificates;
  onChange(listener: (fresh: Certificates) => void): void;
  stop(): void;
}

/** Polled, since a Secret's files are replaced behind a symbolic link; certificates live for days. */
const pollMilliseconds = 10_000;

/** Rejects where the files cannot be read or do not fit each other; later, a bad pair keeps the last good one. */
export async function watchCertificates(
  source: CertificateSource,
  log: ProcessLog,
): Promise<CertificateWatch> {
  let current = await load(source);
  let notify: (fresh: Certificates) => void = () => undefined;
  const poll = async (): Promise<void> => {
    try {
      const fresh = await load(source);
      if (fresh.cert === current.cert && fresh.key === current.key && fresh.clientCa === current.clientCa)
        return;
      notify(fresh);
      current = fresh;
      log.info('certificates replaced');
    } catch (error) {
      log.error(
        { reason: error instanceof Error ? error.message : String(error) },
        'the new certificates are not usable; the last good ones stay',
      );
    }
  };
  const timer =
    source.from === 'files' ? setInterval(() => void poll(), pollMilliseconds).unref() : undefined;
  return {
    read: () => current,
    onChange: (listener) => {
      notify = listener;
    },
    stop: () => clearInterval(timer),
  };
}

async function load(source: CertificateSource): Promise<Certificates> {
  if (source.from === 'memory') return source.certificates;
  const [cert = '', key = '', clientCa] = await Promise.all(
    [source.cert, source.key, source.clientCa].map(readOptional),
  );
  checkPair(cert, key);
  // Without any certificate in it Node would fall back to the public authorities, or trust nobody.
  if (clientCa !== undefined) readLeaf(clientCa, 'client CA');
  return { cert, key, ...(clientCa === undefined ? {} : { clientCa }) };
}

/** A half-written pair is never served: an empty file, one cut off, a key of another certificate. */
function checkPair(cert: string, key: string): void {
  const leaf = readLeaf(cert, 'certificate');
  if (!leaf.checkPrivateKey(createPrivateKey(key))) throw new Error("the key is not the certificate's");
  createSecureContext({ cert, key });
}

/** The first certificate of a PEM text. */
function readLeaf(pem: string, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error(`the ${what} is not PEM`);
  }
}

async function readOptional(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : await readFile(path, 'utf8');
}
