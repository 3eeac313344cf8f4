import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterAt } from '../../../src/kubernetes/client.ts';
import {
  type Reflector,
  type ReflectorEvent,
  type ReflectorOptions,
  startReflector,
} from '../../../src/kubernetes/reflector.ts';
import { answer, aWhile, FakeApiServer, refuse, until } from './fake-api-server.ts';

const path = '/apis/flyball.dev/v1alpha1/guardrailpolicies';
let fake: FakeApiServer;
let reflector: Reflector | undefined;
let log: string[] = [];
let notes: string[] = [];
const state = new Map<string, unknown>();

function record(event: ReflectorEvent): void {
  if (event.kind === 'synced') log.push('synced');
  else log.push(`${event.kind} ${event.namespace}/${event.name}`);
  if (event.kind === 'delete') state.delete(`${event.namespace}/${event.name}`);
  if (event.kind === 'add' || event.kind === 'update')
    state.set(`${event.namespace}/${event.name}`, event.object);
}

function start(options: Partial<ReflectorOptions> = {}): Reflector {
  reflector = startReflector({
    cluster: clusterAt(fake.endpoint),
    path,
    onEvent: record,
    onNote: ({ message }) => notes.push(message),
    backoff: { baseMilliseconds: 5, mostMilliseconds: 20, random: () => 0.5 },
    ...options,
  });
  return reflector;
}

const watching = (): Promise<void> => until('a watch is open', () => fake.watchers(path) === 1);

beforeEach(async () => {
  fake = await FakeApiServer.start();
  fake.serve(path);
  [log, notes] = [[], []];
  state.clear();
});

afterEach(async () => {
  await reflector?.stop();
  reflector = undefined;
  await fake.close();
});

describe('in order', () => {
  test('lists, says synced, then follows', async () => {
    fake.put(path, 'a', { namespace: 'shop' });
    const { isSynced, lastContact } = start();
    expect([isSynced(), lastContact()]).toEqual([false, undefined]);
    await watching();
    expect(log).toEqual(['add shop/a', 'synced']);
    expect(isSynced()).toBe(true);
    expect(Date.now() - (lastContact() ?? 0)).toBeLessThan(5_000);
    fake.put(path, 'b', { namespace: 'shop', spec: { x: 1 } });
    fake.put(path, 'a', { namespace: 'shop' });
    fake.remove(path, 'shop/b');
    await until('all events came', () => log.length === 5);
    expect(log.slice(2)).toEqual(['add shop/b', 'update shop/a', 'delete shop/b']);
  });

  test('hands over the whole object', async () => {
    const stored = fake.put(path, 'a', { namespace: 'shop', spec: { guards: [] } });
    start();
    await watching();
    expect(state.get('shop/a')).toEqual(stored);
  });

  test('reads a huge list page by page', async () => {
    for (let index = 0; index < 1_003; index += 1) fake.put(path, `p${index}`, { namespace: 'shop' });
    start({ pageSize: 100 });
    await watching();
    expect(state.size).toBe(1_003);
    expect(fake.count('list')).toBe(11);
    expect(log.filter((line) => line === 'synced')).toHaveLength(1);
  });

  test('asks for smaller pages when one is too large', async () => {
    for (let index = 0; index < 40; index += 1) fake.put(path, `p${index}`, { blob: 'x'.repeat(2_000) });
    const cluster = clusterAt(fake.endpoint);
    const tight: typeof cluster = {
      ...cluster,
      fetchJson: (method, at, options) => cluster.fetchJson(method, at, { ...options, mostBytes: 10_000 }),
    };
    start({ cluster: tight, pageSize: 40 });
    await watching();
    expect(state.size).toBe(40);
    expect(fake.requests.slice(0, 3).map(({ query }) => query.get('limit'))).toEqual(['40', '10', '3']);
  });

  test('asks for metadata only, with bookmarks and a time limit, and never for a stale list', async () => {
    start({ isMetadataOnly: true });
    await watching();
    const [list, watch] = fake.requests;
    expect(list?.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
    expect(list?.query.has('resourceVersion')).toBe(false);
    expect(watch?.headers.accept).toBe('application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1');
    expect(watch?.query.get('allowWatchBookmarks')).toBe('true');
    expect(Number(watch?.query.get('timeoutSeconds'))).toBe(450);
  });
});

describe('a watch that ends', () => {
  test('goes on from the last version, without a list', async () => {
    start();
    await watching();
    const { metadata } = fake.put(path, 'a');
    await until('it came', () => state.size === 1);
    await fake.cut(path, 'end');
    await until('it watches again', () => fake.count('watch') === 2);
    expect(fake.requests.at(-1)?.query.get('resourceVersion')).toBe(metadata.resourceVersion);
    expect(fake.count('list')).toBe(1);
  });

  test('goes on from a bookmark', async () => {
    start();
    await watching();
    fake.sendEvent(path, { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9000' } } });
    await fake.cut(path, 'destroy');
    await until('it watches again', () => fake.count('watch') === 2);
    expect(fake.requests.at(-1)?.query.get('resourceVersion')).toBe('9000');
    expect(log).toEqual(['synced']);
  });

  test.each(['end', 'destroy'] as const)(
    'in the middle of a line (%s): the half line is no event',
    async (how) => {
      start();
      await watching();
      const { metadata } = fake.put(path, 'a');
      const event = { type: 'ADDED', object: { metadata: { name: 'b', resourceVersion: '9000' } } };
      fake.sendText(path, JSON.stringify(event).slice(0, 40));
      await fake.cut(path, how);
      await until('it watches again', () => fake.count('watch') === 2);
      expect(fake.requests.at(-1)?.query.get('resourceVersion')).toBe(metadata.resourceVersion);
      await watching();
      fake.sendEvent(path, event);
      await until('the event came whole', () => log.includes('add /b'));
      expect(log).toEqual(['synced', 'add /a', 'add /b']);
    },
  );

  test('a line in many chunks is one event', async () => {
    start();
    await watching();
    const event = { type: 'ADDED', object: { metadata: { name: 'ünï', resourceVersion: '7' } } };
    for (const byte of Buffer.from(`${JSON.stringify(event)}\n`)) {
      fake.sendText(path, Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('the event came', () => log.length === 2);
    expect(log).toEqual(['synced', 'add /ünï']);
  });

  test('does not spin when each watch ends at once', async () => {
    fake.fault = ({ query }, response) => {
      if (!query.has('watch')) return false;
      response.writeHead(200).end();
      return true;
    };
    start({ backoff: { baseMilliseconds: 20, mostMilliseconds: 1_000, random: () => 1 } });
    await aWhile(300);
    // 20 + 40 + 80 + 160 ms of waiting: with no wait it would be hundreds.
    expect(fake.count('watch')).toBeLessThanOrEqual(5);
    expect(fake.count('watch')).toBeGreaterThanOrEqual(3);
  });

  test('lists anew after several that brought nothing: the version may be one the server lost', async () => {
    fake.put(path, 'a');
    start();
    for (const count of [1, 2, 3]) {
      await until('a watch', () => fake.count('watch') === count && fake.watchers(path) === 1);
      await fake.cut(path, 'end');
    }
    await until('a list', () => fake.count('list') === 2);
    await watching();
    expect(log).toEqual(['add /a', 'synced', 'synced']);
  });

  test('in silence is taken for dead', async () => {
    start({ idleSeconds: 0.05 });
    await until('it watches again and again', () => fake.count('watch') >= 3);
    expect(notes).toEqual([]);
  });
});

describe('410 Gone', () => {
  test.each([
    ['as an event', () => fake.sendEvent(path, { type: 'ERROR', object: { kind: 'Status', code: 410 } })],
    ['as an answer', () => fake.cut(path, 'end')],
  ])('%s: lists again, and tells what is gone as deleted', async (how, trouble) => {
    for (const name of ['a', 'b', 'c']) fake.put(path, name);
    start();
    await watching();
    fake.remove(path, '/b', true);
    let gone = how === 'as an answer';
    fake.fault = ({ query }, response) => {
      if (!gone || !query.has('watch')) return false;
      gone = false;
      refuse(response, 410, 'too old resource version: 1 (2)');
      return true;
    };
    await trouble();
    await until('it listed again', () => log.filter((line) => line === 'synced').length === 2);
    expect(log).toEqual(['add /a', 'add /b', 'add /c', 'synced', 'delete /b', 'synced']);
    expect([...state.keys()]).toEqual(['/a', '/c']);
    expect(notes).toEqual([]);
  });

  test('in the middle of a list: begins the list again', async () => {
    for (const name of ['a', 'b', 'c']) fake.put(path, name);
    let isFirst = true;
    fake.fault = ({ query }, response) => {
      if (!isFirst || !query.has('continue')) return false;
      isFirst = false;
      refuse(response, 410, 'the provided continue parameter is too old');
      return true;
    };
    start({ pageSize: 2 });
    await watching();
    expect(log).toEqual(['add /a', 'add /b', 'add /c', 'synced']);
    expect(fake.count('list')).toBe(4);
  });

  test('stays synced while it lists anew', async () => {
    start();
    await watching();
    fake.fault = (_request, response) => {
      refuse(response, 503, 'the API server is starting');
      return true;
    };
    fake.sendEvent(path, { type: 'ERROR', object: { kind: 'Status', code: 410 } });
    await until('it lists in vain', () => fake.count('list') > 2);
    expect(reflector?.isSynced()).toBe(true);
  });
});

describe('trouble', () => {
  test('other ERROR events are said, and answered by a list', async () => {
    start();
    await watching();
    fake.sendEvent(path, {
      type: 'ERROR',
      object: { code: 500, message: 'etcd event received with PrevKv=nil' },
    });
    await until('it listed', () => fake.count('list') === 2);
    await until('it said so', () => notes.length === 2);
    expect(notes[0]).toContain(
      '`WATCH /apis/flyball.dev/v1alpha1/guardrailpolicies` was refused: 500: etcd event',
    );
    expect(notes[1]).toBe(`\`${path}\` is followed again`);
  });

  test.each([
    ['what is not JSON', 'nonsense\n'],
    ['an unknown event', '{"type":"MOVED"}\n'],
    ['an object without a name', '{"type":"ADDED","object":{"metadata":{"resourceVersion":"5"}}}\n'],
    ['a bookmark without a version', '{"type":"BOOKMARK","object":{}}\n'],
  ])('%s on a watch: a list', async (_what, line) => {
    start();
    await watching();
    fake.sendText(path, line);
    await until('it listed', () => fake.count('list') === 2);
    expect(log.filter((entry) => entry !== 'synced')).toEqual([]);
  });

  test.each([
    ['not JSON', 'nonsense'],
    ['no list', '{"kind":"Status"}'],
    ['a list with nameless items', '{"metadata":{"resourceVersion":"5"},"items":[{}]}'],
  ])('%s instead of a list: tried again, said once', async (_what, body) => {
    fake.fault = (_request, response) => {
      if (fake.count('list') > 4) return false;
      response.writeHead(200).end(body);
      return true;
    };
    start();
    await watching();
    expect(notes).toHaveLength(2);
    expect(notes[0]).toContain('cannot use an answer of');
  });

  test('a list of `null` items is empty', async () => {
    fake.fault = ({ query }, response) => {
      if (query.has('watch')) return false;
      answer(response, 200, { metadata: { resourceVersion: '5' }, items: null });
      return true;
    };
    start();
    await watching();
    expect(log).toEqual(['synced']);
  });

  test('a resource that is not there yet: said once, then found', async () => {
    const late = '/apis/flyball.dev/v1alpha1/guardrailexceptions';
    start({ path: late });
    await until('it tried a few times', () => fake.count('list', late) > 4);
    expect(reflector?.isSynced()).toBe(false);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /404: the server could not find.*; install the CustomResourceDefinitions: kubectl apply/,
    );
    fake.serve(late);
    await until('it is followed', () => reflector?.isSynced() === true);
    expect(notes).toHaveLength(2);
  });

  test('a server that starts late', async () => {
    const { port, endpoint } = fake;
    await fake.close();
    const cluster = clusterAt(endpoint);
    start({ cluster });
    await until('it said that nobody answers', () => notes.length === 1);
    expect(notes[0]).toContain('ECONNREFUSED');
    fake = await FakeApiServer.start(port);
    fake.serve(path);
    fake.put(path, 'a');
    await watching();
    expect(log).toEqual(['add /a', 'synced']);
  });

  test('a server that answers slowly', async () => {
    fake.put(path, 'a');
    fake.fault = ({ query }, response) => {
      if (query.has('watch')) return false;
      setTimeout(() => {
        response.writeHead(200).write('{"metadata":{"resourceVersion":"1"},"items"');
        setTimeout(() => response.end(':[]}'), 40);
      }, 60);
      return true;
    };
    start();
    await aWhile(50);
    expect(reflector?.isSynced()).toBe(false);
    await watching();
    expect(log).toEqual(['synced']);
  });

  test('waits as long as the server asks, within limits', async () => {
    fake.fault = (_request, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end('{}');
      return true;
    };
    start({ backoff: { baseMilliseconds: 1, mostMilliseconds: 100, random: () => 1 } });
    await aWhile(250);
    expect(fake.count('list')).toBeLessThanOrEqual(3);
    expect(fake.count('list')).toBeGreaterThanOrEqual(2);
  });

  test('never tells a credential', async () => {
    fake.fault = (_request, response) => {
      refuse(response, 401, 'Unauthorized');
      return true;
    };
    start();
    await until('it said so', () => notes.length === 1);
    expect(fake.requests[0]?.headers.authorization).toBe('Bearer a-secret');
    expect(notes[0]).not.toContain('a-secret');
  });

  test('stop ends the connection, and no event follows', async () => {
    const stopped = start();
    await watching();
    const ended = stopped.stop();
    fake.put(path, 'a');
    await ended;
    await until('the server sees it', () => fake.watchers(path) === 0);
    await aWhile(50);
    expect(log).toEqual(['synced']);
    expect(fake.count('watch')).toBe(1);
  });
});
