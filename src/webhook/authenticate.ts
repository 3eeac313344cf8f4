/** The webhook answers the API server only: by its client certificate, or by a path that only it was told. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

export interface CallerSettings {
  /** Accept certificates that the listener's client CA signed; empty `clientNames` accepts any of them. */
  readonly usesClientCertificates: boolean;
  /** Common names, e.g. `kube-apiserver-flyball-client`. */
  readonly clientNames: ReadonlySet<string>;
  /** The last path segment: `/validate/<secret>`. */
  readonly pathSecret?: string;
  /** Only for a listener that nothing but the API server can reach. */
  readonly allowsAnyCaller: boolean;
}

/** Undefined: authenticated; otherwise why not. */
export function findCallerFault(
  socket: TLSSocket,
  segment: string | undefined,
  settings: CallerSettings,
): string | undefined {
  if (settings.allowsAnyCaller) return undefined;
  if (segment !== undefined && settings.pathSecret !== undefined && isEqual(segment, settings.pathSecret))
    return undefined;
  if (!settings.usesClientCertificates) return 'the secret path is wrong or missing';
  if (!socket.authorized) return 'no client certificate of the configured CA was presented';
  const { clientNames } = settings;
  const isKnown = clientNames.size === 0 || commonNamesOf(socket).some((name) => clientNames.has(name));
  return isKnown ? undefined : 'the client certificate names an unknown caller';
}

/** A connection keeps its certificate, as it keeps `authorized`; decoding it costs more than a decision. */
const commonNames = new WeakMap<TLSSocket, readonly string[]>();

function commonNamesOf(socket: TLSSocket): readonly string[] {
  const known = commonNames.get(socket);
  if (known !== undefined) return known;
  const names = [socket.getPeerCertificate().subject?.CN ?? []].flat();
  commonNames.set(socket, names);
  return names;
}

/** In constant time, whatever the lengths. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
