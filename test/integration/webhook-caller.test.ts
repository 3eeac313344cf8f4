/** Who may ask: by certificate or by path, before any body is read. */
import { afterEach, expect, it } from 'vitest';
import { clientName, makeCertificates } from '../../src/certificates.ts';
import type { CallerSettings } from '../../src/webhook/authenticate.ts';
import {
  type Answer,
  apiServerOnly,
  begin,
  type Call,
  certificates,
  responseOf,
  send,
  startWebhook,
  type Webhook,
} from './listener.ts';
import { hpaUpdate } from './reviews.ts';

const nobody: Call = { cert: undefined, key: undefined };
const stranger = await makeCertificates();

let webhook: Webhook;
afterEach(() => webhook.server.close());

async function start(caller: Partial<CallerSettings> = {}): Promise<void> {
  webhook = await startWebhook({ caller: { ...apiServerOnly, ...caller } });
}

function ask(path: string, call: Call = {}): Promise<Answer> {
  return send(webhook.port, path, { body: JSON.stringify(hpaUpdate(1, 2)), ...call });
}

it('answers the API server', async () => {
  await start();
  expect(responseOf(await ask('/validate')).allowed).toBe(true);
  expect(webhook.refusals).toEqual([]);
});

it.each<[string, Call, string]>([
  ['no certificate', nobody, 'no client certificate of the configured CA was presented'],
  ['one of another authority', stranger.client, 'no client certificate of the configured CA was presented'],
  [
    'the server certificate of the right authority',
    certificates.server,
    'no client certificate of the configured CA was presented',
  ],
])('refuses a caller with %s', async (_name, call, why) => {
  await start();
  const answer = await ask('/validate', call);
  expect(answer).toMatchObject({ status: 403, text: `{"error":"the caller is not authenticated: ${why}"}` });
  expect(answer.headers['connection']).toBe('close');
  expect(webhook.refusals).toEqual([{ cause: 'caller', message: why, remote: '127.0.0.1' }]);
});

it('refuses a certificate of the right authority that names another', async () => {
  await start({ clientNames: new Set(['another']) });
  expect((await ask('/mutate')).text).toContain('the client certificate names an unknown caller');
});

it('accepts any name of the right authority where none is listed', async () => {
  await start({ clientNames: new Set() });
  expect((await ask('/validate')).status).toBe(200);
  expect((await ask('/validate', nobody)).status).toBe(403);
});

it('takes a resumed session without a certificate for what it is', async () => {
  await start({ clientNames: new Set() });
  const { connect } = await import('node:tls');
  const statuses: string[] = [];
  let session: Buffer | undefined;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: webhook.port, ca: certificates.ca.cert, session });
      socket.on('session', (fresh) => {
        session = fresh;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve());
      socket.once('data', (data) =>
        statuses.push(`${socket.isSessionReused()} ${data.toString().slice(9, 12)}`),
      );
      socket.write('POST /validate HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}');
    });
  }
  expect(statuses).toEqual(['false 403', 'true 403']);
});

it.each<[string, string, number]>([
  ['the right path', '/validate/s3cret', 200],
  ['the right path of the other webhook', '/mutate/s3cret', 200],
  ['a longer path', '/validate/s3cretx', 403],
  ['a shorter path', '/validate/s3cre', 403],
  ['a path that is longer than any', `/validate/${'s'.repeat(5_000)}`, 403],
  ['an encoded path', '/validate/s3cre%74', 200],
  ['no path', '/validate', 403],
  ['an empty path', '/validate/', 403],
  ['the secret in the query', '/validate?secret=s3cret', 403],
  ['the secret in the wrong place', '/s3cret', 403],
])('by a secret path: %s', async (_name, path, status) => {
  await start({ usesClientCertificates: false, pathSecret: 's3cret' });
  expect((await ask(path, nobody)).status).toBe(status);
  expect(JSON.stringify(webhook.refusals)).not.toContain('s3cre');
});

it('accepts either of path and certificate where both are set', async () => {
  await start({ pathSecret: 's3cret' });
  expect((await ask('/validate/s3cret', nobody)).status).toBe(200);
  expect((await ask('/validate')).status).toBe(200);
  expect((await ask('/validate/wrong', nobody)).status).toBe(403);
});

it('accepts nobody where nothing is configured', async () => {
  await start({ usesClientCertificates: false });
  expect((await ask('/validate')).status).toBe(403);
});

it('accepts everyone where that is said', async () => {
  await start({ allowsAnyCaller: true });
  expect((await ask('/validate', nobody)).status).toBe(200);
});

it.each(['/healthz', '/readyz', '/metrics'])('answers %s to everyone', async (path) => {
  await start();
  expect((await send(webhook.port, path, { ...nobody, method: 'GET' })).status).toBe(200);
  expect((await send(webhook.port, path, { ...nobody, method: 'HEAD' })).status).toBe(200);
});

it('says at /readyz what it is not ready for', async () => {
  await start();
  webhook.isReady = false;
  const answer = await send(webhook.port, '/readyz', { ...nobody, method: 'GET' });
  expect(answer).toMatchObject({ status: 503, text: 'ok all\n' });
});

it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  'answers a stranger that sends %s before its body is read',
  async (method) => {
    await start();
    for (const path of ['/validate', '/healthz', '/elsewhere', `/validate/${'x'.repeat(9_000)}`]) {
      const options = { ...nobody, method, headers: { 'content-length': 8_000_000 } };
      expect((await begin(webhook.port, path, { options, parts: ['{'] })).status).toBe(403);
    }
  },
);

it('closes on a path that cannot be decoded', async () => {
  await start();
  const options = { ...nobody, headers: { 'content-length': 8_000_000 } };
  const answer = await begin(webhook.port, '/validate/%ZZ', { options, parts: ['{'] });
  expect(answer).toMatchObject({ status: 400, headers: { connection: 'close' } });
  expect(webhook.refusals.map(({ cause }) => cause)).toEqual(['body']);
});

it('names the API server as development certificates do', () => {
  expect([...apiServerOnly.clientNames]).toEqual([clientName]);
});
