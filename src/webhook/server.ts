/** The HTTPS listener: /mutate, /validate, /healthz, /readyz, /metrics. It authenticates, bounds and routes; it decides nothing. */

import type { TLSSocket } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { AdmissionResponse } from './answer.ts';
import { fail } from './answer.ts';
import { type CallerSettings, findCallerFault } from './authenticate.ts';
import { type Decoded, decodeReview, greatestBodyBytes } from './decode.ts';
import type { ReviewRequest } from './review.ts';
import { readTimeout } from './timeout.ts';

export type Door = 'mutate' | 'validate';

export interface Readiness {
  readonly isReady: boolean;
  /** One line each, for people. */
  readonly checks: readonly string[];
}

/** What the listener needs of the rest. */
export interface Handlers {
  readonly review: (door: Door, request: ReviewRequest) => AdmissionResponse;
  readonly readReadiness: () => Readiness;
  readonly renderMetrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Each request that was not decided: who called, and what was wrong. */
  readonly onRefused: (refusal: {
    readonly cause: RefusalCause;
    readonly message: string;
    readonly remote: string;
  }) => void;
  readonly onAnswered: (door: Door, response: AdmissionResponse, seconds: number) => void;
}

export type RefusalCause = 'caller' | 'body' | 'deadline' | 'internal';

export interface ServerSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. */
  readonly tls: Certificates;
  readonly caller: CallerSettings;
}

export interface Certificates {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

export interface Server {
  readonly port: number;
  readonly app: FastifyInstance;
  /** New connections use the new certificates; open ones go on. */
  replaceCertificates(certificates: Certificates): void;
  /** Ends idle connections, and waits for requests under way. */
  close(): Promise<void>;
}

export async function startServer(settings: ServerSettings, handlers: Handlers): Promise<Server> {
  const app = createApp(settings, handlers);
  await app.listen({ host: settings.host, port: settings.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  return {
    port,
    app,
    replaceCertificates: (certificates) => {
      if ('setSecureContext' in app.server && typeof app.server.setSecureContext === 'function') {
        app.server.setSecureContext(tlsOptions(certificates));
      }
    },
    close: () => app.close(),
  };
}

export function createApp(settings: ServerSettings, handlers: Handlers): FastifyInstance {
  const app: FastifyInstance = fastify({
    https: tlsOptions(settings.tls),
    bodyLimit: greatestBodyBytes,
    // The API server keeps idle connections for 90 s; a server that closes first loses requests.
    keepAliveTimeout: 125_000,
    requestTimeout: 35_000,
    // While draining, requests on open connections are still answered: a POST is not retried by the API server.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, reply, done) => guard(request, reply, { settings, handlers, done }));
  app.setErrorHandler((error, request, reply) => refuseBody(error, request, { reply, handlers }));
  for (const door of ['mutate', 'validate'] as const) {
    const answer = (request: FastifyRequest, reply: FastifyReply): void =>
      answerReview(door, request, { reply, handlers });
    app.post(`/${door}`, answer);
    app.post(`/${door}/:secret`, answer);
  }
  addProbes(app, handlers);
  return app;
}

function tlsOptions({ cert, key, clientCa }: Certificates) {
  return {
    cert,
    key,
    minVersion: 'TLSv1.2' as const,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
  };
}

interface GuardContext {
  readonly settings: ServerSettings;
  readonly handlers: Handlers;
  readonly done: () => void;
}

/** Before the body is read: a stranger costs nothing but the handshake. */
function guard(
  request: FastifyRequest,
  reply: FastifyReply,
  { settings, handlers, done }: GuardContext,
): void {
  if (request.method !== 'POST') return done();
  const { secret } = (request.params ?? {}) as { secret?: string };
  const fault = findCallerFault(request.raw.socket as TLSSocket, secret, settings.caller);
  if (fault === undefined) return done();
  handlers.onRefused({ cause: 'caller', message: fault, remote: request.ip });
  reply.code(403).send({ error: `the caller is not authenticated: ${fault}` });
}

interface AnswerContext {
  readonly reply: FastifyReply;
  readonly handlers: Handlers;
}

function answerReview(door: Door, request: FastifyRequest, { reply, handlers }: AnswerContext): void {
  const decoded = decodeReview(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  if (!decoded.ok) return refuseReview(decoded, request, { reply, handlers });
  const { timeout } = request.query as { timeout?: unknown };
  // `elapsedTime` runs from the request's first byte: a slow body may already have cost the caller its patience.
  if (reply.elapsedTime >= readTimeout(timeout)) {
    handlers.onRefused({
      cause: 'deadline',
      message: 'the deadline of the caller has passed',
      remote: request.ip,
    });
    return sendReview(reply, fail(decoded.request.uid, 503, 'the deadline of the caller has passed'));
  }
  const response = decide(door, decoded.request, handlers);
  handlers.onAnswered(door, response, reply.elapsedTime / 1_000);
  sendReview(reply, response);
}

/** A bug must not crash the server, nor pass silently: /validate refuses, and /mutate leaves the object to it. */
function decide(door: Door, request: ReviewRequest, handlers: Handlers): AdmissionResponse {
  try {
    return handlers.review(door, request);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    handlers.onRefused({ cause: 'internal', message, remote: '' });
    if (door === 'mutate')
      return {
        uid: request.uid,
        allowed: true,
        warnings: ['flyball could not decide on this change; /validate will'],
      };
    return fail(request.uid, 500, 'could not decide on this change; its log says why');
  }
}

function refuseReview(
  decoded: Extract<Decoded, { ok: false }>,
  request: FastifyRequest,
  { reply, handlers }: AnswerContext,
): void {
  handlers.onRefused({ cause: 'body', message: decoded.error, remote: request.ip });
  if (decoded.uid !== undefined) return sendReview(reply, fail(decoded.uid, 400, decoded.error));
  reply.code(400).send({ error: decoded.error });
}

/** What fastify itself refuses: a body over the limit (413), a broken request (400). */
function refuseBody(error: unknown, request: FastifyRequest, { reply, handlers }: AnswerContext): void {
  const message = error instanceof Error ? error.message : 'unreadable request';
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500;
  handlers.onRefused({ cause: status < 500 ? 'body' : 'internal', message, remote: request.ip });
  const shown = status === 413 ? `the body is larger than ${greatestBodyBytes} bytes` : message;
  reply.code(status).send({ error: shown });
}

function sendReview(reply: FastifyReply, response: AdmissionResponse): void {
  reply
    .header('content-type', 'application/json')
    .send(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
}

function addProbes(app: FastifyInstance, handlers: Handlers): void {
  app.get('/healthz', () => 'ok\n');
  app.get('/readyz', (_request, reply) => {
    const { isReady, checks } = handlers.readReadiness();
    reply.code(isReady ? 200 : 503).send(`${checks.join('\n')}\n`);
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await handlers.renderMetrics();
    return reply.header('content-type', contentType).send(text);
  });
}
