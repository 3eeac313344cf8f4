/** Deadlines, idle connections, draining and certificates that change: what happens between requests. */
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { makeCertificates } from '../../src/certificates.ts';
import { ask, certificates, responseOf, send, startWebhook, type Webhook } from './listener.ts';
import { hpaUpdate } from './reviews.ts';

const agents: Agent[] = [];
let webhook: Webhook;
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await webhook.server.close();
});

function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return agent;
}

const body = JSON.stringify(hpaUpdate(1, 2));

/** Sends a review whose last byte comes after the pause. */
function dribble(path: string, pauseMilliseconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: webhook.port,
      ca: certificates.ca.cert,
      ...certificates.client,
    });
    socket.on('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
    );
    setTimeout(() => socket.write(body.slice(-1)), pauseMilliseconds);
  });
}

it('says that the deadline has passed to a body that dribbles', async () => {
  webhook = await startWebhook();
  const [late, mutated, inTime] = await Promise.all([
    dribble('/validate?timeout=300ms', 600),
    dribble('/mutate?timeout=300ms', 600),
    dribble('/validate?timeout=2s', 600),
  ]);
  expect(late).toContain('"code":503,"reason":"ServiceUnavailable"');
  expect(late).toContain('the deadline of the caller has passed');
  expect(mutated).toContain('"allowed":true');
  expect(inTime).toContain('"allowed":true}');
  expect(webhook.refusals.map(({ cause }) => cause)).toEqual(['deadline', 'deadline']);
});

it('clocks its answers', async () => {
  webhook = await startWebhook();
  await dribble('/validate', 200);
  expect(webhook.seconds).toHaveLength(1);
  expect(webhook.seconds[0]).toBeGreaterThan(0.15);
  expect(webhook.seconds[0]).toBeLessThan(5);
});

it('answers on a connection that was idle for longer than Node.js keeps one by default', async () => {
  webhook = await startWebhook();
  const agent = keepAlive();
  const first = await send(webhook.port, '/validate', { body, agent });
  expect(first.headers['connection']).toBe('keep-alive');
  await sleep(6_500);
  expect(responseOf(await send(webhook.port, '/validate', { body, agent })).allowed).toBe(true);
  const [socket] = Object.values(agent.freeSockets).flat();
  expect(socket?.bytesWritten).toBeGreaterThan(2 * body.length);
});

it('sheds its connections while it is not ready, and still answers', async () => {
  webhook = await startWebhook();
  const agent = keepAlive();
  expect((await send(webhook.port, '/validate', { body, agent })).headers['connection']).toBe('keep-alive');
  webhook.isReady = false;
  const answer = await send(webhook.port, '/validate', { body, agent });
  expect(responseOf(answer).allowed).toBe(true);
  expect(answer.headers['connection']).toBe('close');
});

it('answers a request that is under way when it is told to close', async () => {
  webhook = await startWebhook();
  const answer = dribble('/validate', 500);
  await sleep(200);
  const closed = webhook.server.close();
  expect(await answer).toContain('"allowed":true');
  await closed;
  await expect(ask(webhook, 'validate', hpaUpdate(1, 2))).rejects.toThrow('ECONNREFUSED');
});

it('answers the next request on a connection that is still open while it closes', async () => {
  webhook = await startWebhook();
  const socket = connect({
    host: '127.0.0.1',
    port: webhook.port,
    ca: certificates.ca.cert,
    ...certificates.client,
  });
  const head = `POST /validate HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`;
  let answers = '';
  socket.on('data', (data) => {
    answers += data.toString();
  });
  // One request under way keeps the connection; the second is pipelined behind it.
  socket.write(head + body.slice(0, -1));
  await sleep(200);
  const closed = webhook.server.close();
  await sleep(100);
  socket.write(body.slice(-1) + head + body);
  await closed;
  await sleep(50);
  expect(answers).toContain('"allowed":true');
  expect(answers).not.toContain('503');
  socket.destroy();
});

it('replaces its certificates under an open connection', async () => {
  webhook = await startWebhook();
  const agent = keepAlive();
  await send(webhook.port, '/validate', { body, agent });
  const fresh = await makeCertificates();
  webhook.server.replaceCertificates({ ...fresh.server, clientCa: fresh.ca.cert });
  expect((await send(webhook.port, '/validate', { body, agent })).status).toBe(200);
  await expect(send(webhook.port, '/validate', { body })).rejects.toThrow(/certificate/);
  const identity = { ca: fresh.ca.cert, ...fresh.client };
  expect((await send(webhook.port, '/validate', { body, ...identity })).status).toBe(200);
  const old = { ca: fresh.ca.cert, ...certificates.client };
  expect((await send(webhook.port, '/validate', { body, ...old })).status).toBe(403);
});
