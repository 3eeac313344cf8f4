/** The HTTPS listener: /mutate, /validate, /healthz, /readyz, /metrics. It authenticates, bounds and routes; it decides nothing. */

import type { TLSSocket } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { AdmissionResponse } from './answer.ts';
import { fail, leave } from './answer.ts';
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
  readonly review: (door: Door, request: ReviewRequest) => AdmissionResponse | Promise<AdmissionResponse>;
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
    https: { ...tlsOptions(settings.tls), handshakeTimeout: 10_000 },
    bodyLimit: greatestBodyBytes,
    // The API server keeps idle connections for 90 s; a server that closes first loses requests.
    keepAliveTimeout: 125_000,
    requestTimeout: 35_000,
    // While draining, requests on open connections are still answered: a POST is not retried by the API server.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // As long as Node takes headers: a path of any length meets the guard.
    routerOptions: { maxParamLength: 16_384 },
    frameworkErrors: (error, request, reply) => refuseBody(error, request, { reply, handlers }),
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, reply, done) => guard(request, reply, { settings, handlers, done }));
  // Without such a hook fastify does not clock replies, and `elapsedTime` is 0.
  app.addHook('onResponse', (_request, _reply, done) => done());
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
  const { secret } = (request.params ?? {}) as { secret?: string };
  const isProbe = request.method === 'GET' || request.method === 'HEAD';
  const fault = isProbe
    ? undefined
    : findCallerFault(request.raw.socket as TLSSocket, secret, settings.caller);
  if (fault === undefined) {
    done();
    return;
  }
  handlers.onRefused({ cause: 'caller', message: fault, remote: request.ip });
  // Closed, since Node reads the rest of the body of a connection that it keeps.
  reply
    .code(403)
    .header('connection', 'close')
    .send({ error: `the caller is not authenticated: ${fault}` });
}

interface AnswerContext {
  readonly reply: FastifyReply;
  readonly handlers: Handlers;
}

function answerReview(door: Door, request: FastifyRequest, { reply, handlers }: AnswerContext): void {
  const decoded = decodeReview(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  if (!decoded.ok) {
    refuseReview(door, decoded, { request, reply, handlers });
    return;
  }
  const { timeout } = request.query as { timeout?: unknown };
  // `elapsedTime` runs from the request's headers: a slow body may already have cost the caller its patience.
  if (reply.elapsedTime >= readTimeout(timeout)) {
    const message = 'the deadline of the caller has passed';
    handlers.onRefused({ cause: 'deadline', message, remote: request.ip });
    sendReview(undecided(door, decoded.request.uid, { code: 503, message }), { reply, handlers });
    return;
  }
  const answer = (response: AdmissionResponse): void => {
    handlers.onAnswered(door, response, reply.elapsedTime / 1_000);
    sendReview(response, { reply, handlers });
  };
  const fault = (error: unknown): void =>
    answer(explainFault(error, { door, uid: decoded.request.uid, handlers }));
  try {
    const response = handlers.review(door, decoded.request);
    // Most answers wait for nothing: they are sent in the same turn.
    if (response instanceof Promise) response.then(answer).catch(fault);
    else answer(response);
  } catch (error) {
    fault(error);
  }
}

interface Asked {
  readonly door: Door;
  readonly uid: string;
  readonly handlers: Handlers;
}

/** A bug must not crash the server, nor pass silently: /validate refuses. */
function explainFault(error: unknown, { door, uid, handlers }: Asked): AdmissionResponse {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  handlers.onRefused({ cause: 'internal', message, remote: '' });
  return undecided(door, uid, { code: 500, message: 'could not decide; its log says why' });
}

/** /mutate never denies. */
function undecided(
  door: Door,
  uid: string,
  { code, message }: { readonly code: number; readonly message: string },
): AdmissionResponse {
  return door === 'mutate' ? leave(uid, message) : fail(uid, code, message);
}

function refuseReview(
  door: Door,
  { uid, error }: Extract<Decoded, { ok: false }>,
  { request, reply, handlers }: AnswerContext & { readonly request: FastifyRequest },
): void {
  handlers.onRefused({ cause: 'body', message: error, remote: request.ip });
  if (uid === undefined) reply.code(400).send({ error });
  else sendReview(undecided(door, uid, { code: 400, message: error }), { reply, handlers });
}

/** What fastify itself refuses: a body over the limit (413), a broken request (400). The rest of it is not read. */
function refuseBody(error: unknown, request: FastifyRequest, { reply, handlers }: AnswerContext): void {
  const message = error instanceof Error ? error.message : 'unreadable request';
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500;
  handlers.onRefused({ cause: status < 500 ? 'body' : 'internal', message, remote: request.ip });
  const shown = status === 413 ? `the body is larger than ${greatestBodyBytes} bytes` : message;
  reply.code(status).header('connection', 'close').send({ error: shown });
}

function sendReview(response: AdmissionResponse, { reply, handlers }: AnswerContext): void {
  // Who is not ready, or about to stop, sheds its connections while it still answers: a POST that meets one that is
  // being closed is lost.
  if (!handlers.readReadiness().isReady) reply.header('connection', 'close');
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
