import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clusterAt, loadCluster } from '../../../src/kubernetes/client.ts';
import { formatProblem } from '../../../src/kubernetes/problem.ts';
import { answer, FakeApiServer, refuse } from './fake-api-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'flyball-client-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('fetchJson', () => {
  let fake: FakeApiServer;
  beforeEach(async () => {
    fake = await FakeApiServer.start();
  });
  afterEach(() => fake.close());

  test('sends credentials and a merge patch, and decodes the answer', async () => {
    fake.fault = (_request, response) => {
      answer(response, 200, { kind: 'Thing' });
      return true;
    };
    const cluster = clusterAt(fake.endpoint);
    const got = await cluster.fetchJson('PATCH', '/x?y=1', { body: { a: 1 } });
    expect(got).toEqual({ ok: true, status: 200, body: { kind: 'Thing' } });
    const [request] = fake.requests;
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer a-secret',
      'content-type': 'application/merge-patch+json',
      'user-agent': 'flyball',
    });
    expect([request?.path, request?.query.get('y'), request?.body]).toEqual(['/x', '1', '{"a":1}']);
  });

  test('a refusal has a status, a reason and a fix', async () => {
    fake.fault = (_request, response) => {
      refuse(response, 403, 'guardrailpolicies is forbidden: User "x" cannot list');
      return true;
    };
    const got = await clusterAt(fake.endpoint).fetchJson('GET', '/x?token=hidden');
    expect(got.ok ? undefined : got.failure).toEqual({
      kind: 'refused',
      status: 403,
      problem: {
        what: '`GET /x` was refused',
        why: '403: guardrailpolicies is forbidden: User "x" cannot list',
        fix: 'grant the rights that src/kubernetes/rbac.ts lists to the service account',
      },
    });
  });

  test('an endless answer is cut off', async () => {
    fake.fault = (_request, response) => {
      const more = (): unknown =>
        response.destroyed || response.write('x'.repeat(10_000), () => setImmediate(more));
      more();
      return true;
    };
    const got = await clusterAt(fake.endpoint).fetchJson('GET', '/x', { mostBytes: 100_000 });
    expect(got).toMatchObject({ ok: false, failure: { kind: 'tooLarge' } });
  });

  test('silence ends by the timeout', async () => {
    fake.fault = () => true;
    const got = await clusterAt(fake.endpoint).fetchJson('GET', '/x', { timeoutSeconds: 0.05 });
    expect(got).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable', problem: { why: 'it did not answer in time' } },
    });
  });

  test('a redirect is not followed', async () => {
    fake.fault = ({ path }, response) => {
      response.writeHead(path === '/x' ? 302 : 200, { location: '/y' }).end('{}');
      return true;
    };
    expect(await clusterAt(fake.endpoint).fetchJson('GET', '/x')).toMatchObject({ failure: { status: 302 } });
    expect(fake.requests).toHaveLength(1);
  });

  test('a credential that cannot be had is said without quoting it', async () => {
    const fetchOptions = async () => JSON.parse('{"token": "very secret" oops');
    const got = await clusterAt({ ...fake.endpoint, fetchOptions }).fetchJson('GET', '/x');
    expect(got).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
    expect(JSON.stringify(got)).toContain('no credential could be had');
    expect(JSON.stringify(got)).not.toContain('secret');
  });
});

describe('watchPath', () => {
  test('a line without end is cut off', async () => {
    const fake = await FakeApiServer.start();
    fake.fault = (_request, response) => {
      const chunk = 'x'.repeat(1_000_000);
      const more = (): unknown => response.destroyed || response.write(chunk, () => setImmediate(more));
      more();
      return true;
    };
    const { signal } = new AbortController();
    const end = await clusterAt(fake.endpoint).watchPath('/x', {
      idleSeconds: 5,
      signal,
      onValue: () => true,
    });
    expect(end).toMatchObject({ kind: 'failed', failure: { kind: 'tooLarge' } });
    await fake.close();
  });

  test('a bug in what takes the values is thrown, not taken for a failure of the network', async () => {
    const fake = await FakeApiServer.start();
    fake.fault = (_request, response) => response.writeHead(200).write('{}\n');
    const { signal } = new AbortController();
    const onValue = (): boolean => {
      throw new RangeError('a bug');
    };
    const watch = clusterAt(fake.endpoint).watchPath('/x', { idleSeconds: 5, signal, onValue });
    await expect(watch).rejects.toThrow('a bug');
    await fake.close();
  });
});

describe('loadCluster', () => {
  afterEach(() => vi.unstubAllEnvs());

  const write = (config: object): string => {
    const file = join(folder, 'config');
    writeFileSync(file, JSON.stringify(config));
    return file;
  };
  const clusters = [
    { name: 'prod', cluster: { server: 'https://prod.example:6443/base/' } },
    { name: 'plain', cluster: { server: 'http://prod.example' } },
    { name: 'odd', cluster: { server: 'prod.example:6443' } },
  ];
  const contexts = ['prod', 'plain', 'odd', 'lost'].map((name) => ({
    name,
    context: { cluster: name, user: 'me' },
  }));
  const users = [{ name: 'me', user: { token: 'a-secret' } }];
  const config = { clusters, contexts, users, 'current-context': 'prod' };

  test('reads the current context', async () => {
    const loaded = await loadCluster({ kubeconfig: write(config) });
    expect(loaded).toMatchObject({ ok: true, cluster: { server: 'https://prod.example:6443/base' } });
  });

  test.each([
    [
      'an unknown context',
      { context: 'staging' },
      'there is no context `staging`; the contexts are `prod`, `plain`',
    ],
    ['no encryption', { context: 'plain' }, '`http://prod.example` is not encrypted'],
    ['no URL', { context: 'odd' }, 'the server `prod.example:6443` is not an http or https URL'],
    ['a context without a cluster', { context: 'lost' }, 'the context `lost` names no cluster'],
  ])('%s', async (_what, choice, why) => {
    const loaded = await loadCluster({ kubeconfig: write(config), ...choice });
    expect(loaded.ok ? '' : formatProblem(loaded.problem)).toContain(why);
  });

  test('a missing file', async () => {
    const loaded = await loadCluster({ kubeconfig: join(folder, 'none') });
    expect(loaded.ok ? '' : formatProblem(loaded.problem)).toMatch(
      /^cannot use the kubeconfig `.*none`: it cannot be read \(ENOENT.*\); check the path/,
    );
  });

  test('nothing at all', async () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', folder);
    const loaded = await loadCluster();
    expect(loaded.ok ? '' : formatProblem(loaded.problem)).toBe(
      'no cluster to connect to: no kubeconfig and no service account were found; give --kubeconfig, or run in a pod',
    );
  });

  test('the library is loaded only when a cluster is: it costs 70 MB', () => {
    const sources = new URL('../../../src/kubernetes/', import.meta.url);
    const loads = readdirSync(sources).flatMap((file) =>
      readFileSync(new URL(file, sources), 'utf8')
        .split('\n')
        .filter((line) => /['"]@kubernetes\/client-node['"]/.test(line) && !line.startsWith('import type')),
    );
    expect(loads).toEqual([expect.stringContaining('await import(')]);
  });
});
