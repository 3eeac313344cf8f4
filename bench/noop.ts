/**
 * The no-op that Flyball is measured against: the least that a webhook of the same make must do.
 *
 * In it, exactly as in `src/webhook/server.ts`:
 * - fastify with the same settings, over the same TLS with the same certificates, asking for the client's;
 * - the whole body is read, within the same limit, by the same parser to one buffer;
 * - `JSON.parse` of the body, and `JSON.stringify` of an AdmissionReview that carries the request's uid.
 *
 * Not in it: who calls (the client's certificate is asked for, not looked at), the depth of the body, whether it is an
 * AdmissionReview, the caller's deadline, exemptions, policies, the decision, its id, record and log, metrics, a
 * JSON Patch, warnings, audit annotations. It answers the constant `allowed: true`.
 */
import { readFileSync } from 'node:fs';
import fastify, { type FastifyInstance } from 'fastify';
import { greatestBodyBytes } from '../src/webhook/decode.ts';
import type { Certificates } from '../src/webhook/server.ts';
import { becomeServer, type PartSettings } from './part.ts';

/** `idleMicroseconds` of work for each review: none, unless the run is to learn what work costs. */
export function createNoop({ cert, key, clientCa }: Certificates, idleMicroseconds = 0): FastifyInstance {
  const app = fastify({
    https: {
      cert,
      key,
      minVersion: 'TLSv1.2',
      ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
    },
    bodyLimit: greatestBodyBytes,
    keepAliveTimeout: 125_000,
    requestTimeout: 35_000,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 16_384 },
  }) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const door of ['mutate', 'validate']) {
    app.post(`/${door}`, (request, reply) => {
      const { uid } = JSON.parse((request.body as Buffer).toString('utf8')).request;
      if (idleMicroseconds > 0) work(idleMicroseconds);
      const response = { uid, allowed: true };
      reply
        .header('content-type', 'application/json')
        .send(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
    });
  }
  app.get('/readyz', () => 'ok\n');
  return app;
}

function work(microseconds: number): void {
  const end = performance.now() + microseconds / 1000;
  while (performance.now() < end);
}

async function listen({ certificates, idleMicroseconds }: PartSettings): Promise<number> {
  const { cert, key, clientCa } = certificates;
  const read = (path: string): string => readFileSync(path, 'utf8');
  const app = createNoop({ cert: read(cert), key: read(key), clientCa: read(clientCa) }, idleMicroseconds);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

if (import.meta.main) await becomeServer(listen);
