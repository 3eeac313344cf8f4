/** The webhook behind a real TLS listener, with policies made by hand, and a caller with certificates. */
import type { ClientRequest } from 'node:http';
import { type Agent, type RequestOptions, request } from 'node:https';
import { admit, type Ports } from '../../src/admit.ts';
import { type Certificates, clientName, makeCertificates } from '../../src/certificates.ts';
import type { Guard } from '../../src/core/guard.ts';
import type { AdmissionResponse } from '../../src/webhook/answer.ts';
import type { CallerSettings } from '../../src/webhook/authenticate.ts';
import type { PatchOperation } from '../../src/webhook/patch.ts';
import { type Door, type Handlers, type Server, startServer } from '../../src/webhook/server.ts';
import { type Heard, portsOf } from '../unit/webhook/ports.ts';

/** Made once for each file of tests. */
export const certificates: Certificates = await makeCertificates();

export const apiServerOnly: CallerSettings = {
  usesClientCertificates: true,
  clientNames: new Set([clientName]),
  allowsAnyCaller: false,
};

export interface Webhook extends Heard {
  readonly port: number;
  readonly server: Server;
  readonly ports: Ports;
  readonly refusals: Parameters<Handlers['onRefused']>[0][];
  /** Seconds of each answer, in order. */
  readonly seconds: number[];
  isReady: boolean;
}

export interface WebhookOptions {
  readonly guards?: readonly Guard[];
  readonly ports?: Partial<Ports>;
  readonly caller?: CallerSettings;
}

export async function startWebhook(options: WebhookOptions = {}): Promise<Webhook> {
  const { guards = [], caller = apiServerOnly } = options;
  const { ports, heard } = portsOf(guards, options.ports);
  const own = { refusals: [] as Webhook['refusals'], seconds: [] as number[], isReady: true };
  const webhook = Object.assign(heard, own);
  const tls = { ...certificates.server, clientCa: certificates.ca.cert };
  const server = await startServer(
    { host: '127.0.0.1', port: 0, caller, tls },
    {
      review: (door, review) => admit(door, review, ports),
      readReadiness: () => ({ isReady: webhook.isReady, checks: ['ok all'] }),
      renderMetrics: async () => ({ contentType: 'text/plain', text: '' }),
      onRefused: (refusal) => webhook.refusals.push(refusal),
      onAnswered: (_door, _response, seconds) => webhook.seconds.push(seconds),
    },
  );
  return Object.assign(webhook, { port: server.port, server, ports });
}

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface Call extends RequestOptions {
  readonly body?: string | Buffer;
  readonly agent?: Agent;
}

/** One HTTPS request, by default with the API server's certificate. */
export function send(port: number, path: string, { body, ...options }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    open(port, path, { options, resolve, reject }).end(body);
  });
}

interface Beginning {
  readonly options: Call;
  readonly parts: readonly (string | Buffer)[];
}

/** The answer to a request whose body is begun and never ended: the connection is left to the server. */
export function begin(port: number, path: string, { options, parts }: Beginning): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = open(port, path, { options, resolve, reject });
    for (const part of parts) call.write(part);
  });
}

interface Outcome {
  readonly options: Call;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

function open(port: number, path: string, { options, resolve, reject }: Outcome): ClientRequest {
  const identity = { ca: certificates.ca.cert, ...certificates.client };
  const call = request({
    host: '127.0.0.1',
    port,
    path,
    method: 'POST',
    agent: false,
    ...identity,
    ...options,
  });
  call.on('error', reject);
  call.on('response', (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', reject);
    response.on('end', () => {
      const { statusCode: status = 0, headers } = response;
      resolve({ status, headers, text: Buffer.concat(parts).toString() });
    });
  });
  return call;
}

/** The response half of an answer that is an AdmissionReview; fails where it is none. */
export function responseOf({ status, text }: Answer): AdmissionResponse {
  if (status !== 200) throw new Error(`answered ${status}: ${text}`);
  const review = JSON.parse(text) as { kind: string; apiVersion: string; response: AdmissionResponse };
  if (review.kind !== 'AdmissionReview' || review.apiVersion !== 'admission.k8s.io/v1')
    throw new Error(`no AdmissionReview: ${text}`);
  return review.response;
}

export async function ask(
  { port }: Pick<Webhook, 'port'>,
  door: Door,
  review: object,
): Promise<AdmissionResponse> {
  return responseOf(await send(port, `/${door}?timeout=5s`, { body: JSON.stringify(review) }));
}

export function patchOf({ patch = 'W10=' }: AdmissionResponse): PatchOperation[] {
  return JSON.parse(Buffer.from(patch, 'base64').toString()) as PatchOperation[];
}
