/** The listener's certificates: given, or read from files and read again when they change. */
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
      current = fresh;
      notify(fresh);
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
  const [cert, key, clientCa] = await Promise.all(
    [source.cert, source.key, source.clientCa].map(readOptional),
  );
  const certificates = { cert: cert ?? '', key: key ?? '', ...(clientCa === undefined ? {} : { clientCa }) };
  // Throws where key and certificate do not belong together: a half-written pair is never served.
  createSecureContext({ cert: certificates.cert, key: certificates.key, ca: certificates.clientCa });
  return certificates;
}

async function readOptional(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : await readFile(path, 'utf8');
}
