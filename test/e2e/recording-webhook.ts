/** A webhook that admits everything and remembers who called it with what: what the API server sends, and what it skips. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import type { Certificates } from '../../src/certificates.ts';

export interface Call {
  /** `mutate` or `validate`, the first segment of the path. */
  readonly door: string;
  readonly path: string;
  /** `UPDATE deployments/scale`. */
  readonly what: string;
  readonly version: string;
  readonly user: string;
  readonly dryRun: boolean;
  /** The common name of the caller's certificate, where the authority signed it. */
  readonly caller: string | undefined;
}

export interface RecordingWebhook {
  readonly port: number;
  /** The calls since the last time. */
  take(): readonly Call[];
  close(): Promise<void>;
}

interface Review {
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly resource: { readonly resource: string };
    readonly kind: { readonly version: string };
    readonly subResource?: string;
    readonly userInfo: { readonly username: string };
    readonly dryRun?: boolean;
  };
}

/** Listens on the loopback, on a free port; the certificates are to name 127.0.0.1. */
export async function startRecordingWebhook({ ca, server: leaf }: Certificates): Promise<RecordingWebhook> {
  let calls: Call[] = [];
  const tls = { ...leaf, ca: ca.cert, requestCert: true, rejectUnauthorized: false };
  const server = createServer(tls, async (request, response) => {
    const review = JSON.parse(await text(request)) as Review;
    calls.push(callOf(review, request.url ?? '', request.socket as TLSSocket));
    response.setHeader('content-type', 'application/json');
    const answer = { uid: review.request.uid, allowed: true };
    response.end(
      JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

function callOf({ request }: Review, url: string, socket: TLSSocket): Call {
  const { operation, resource, subResource, kind, userInfo, dryRun } = request;
  const { pathname } = new URL(url, 'https://webhook');
  const door = subResource === undefined ? resource.resource : `${resource.resource}/${subResource}`;
  return {
    door: pathname.split('/')[1] ?? '',
    path: pathname,
    what: `${operation} ${door}`,
    version: kind.version,
    user: userInfo.username,
    dryRun: dryRun === true,
    caller: socket.authorized ? [socket.getPeerCertificate().subject.CN].flat()[0] : undefined,
  };
}
