import { afterEach, beforeEach, expect, test } from 'vitest';
import { clusterAt } from '../../../src/kubernetes/client.ts';
import { type LabelCaches, watchLabels } from '../../../src/kubernetes/labels.ts';
import { FakeApiServer, until } from './fake-api-server.ts';

const deployments = '/apis/apps/v1/deployments';
const statefulSets = '/apis/apps/v1/statefulsets';
const namespaces = '/api/v1/namespaces';
let fake: FakeApiServer;
let caches: LabelCaches;
let now = 1_000_000;

beforeEach(async () => {
  now = 1_000_000;
  fake = await FakeApiServer.start();
  fake.serve(deployments, statefulSets, namespaces);
  fake.put(namespaces, 'shop', { labels: { tier: 'gold' } });
  fake.put(deployments, 'web', { namespace: 'shop', labels: { app: 'web' } });
  fake.put(deployments, 'bare', { namespace: 'shop' });
  fake.put(statefulSets, 'web', { namespace: 'shop', labels: { app: 'db' } });
  const tuning = { backoff: { baseMilliseconds: 5, mostMilliseconds: 10 } };
  caches = watchLabels({ cluster: clusterAt(fake.endpoint), tuning, now: () => now });
});

afterEach(async () => {
  await caches.stop();
  await fake.close();
});

const isWatching = (): boolean =>
  [deployments, statefulSets, namespaces].every((path) => fake.watchers(path) === 1);

test('nothing is known before the lists are complete', async () => {
  expect(caches.isSynced()).toBe(false);
  expect(caches.lastContact()).toBeUndefined();
  expect(caches.readLabels('Deployment', 'shop', 'web')).toBeUndefined();
  expect(caches.readNamespaceLabels('shop')).toBeUndefined();
});

test('labels by kind, namespace and name', async () => {
  await until('all are followed', isWatching);
  expect(caches.isSynced()).toBe(true);
  expect(caches.lastContact()).toBe(now);
  expect(caches.readLabels('Deployment', 'shop', 'web')).toEqual(new Map([['app', 'web']]));
  expect(caches.readLabels('StatefulSet', 'shop', 'web')).toEqual(new Map([['app', 'db']]));
  expect(caches.readNamespaceLabels('shop')).toEqual(new Map([['tier', 'gold']]));
});

test('an object without labels has none; one that is not known has undefined', async () => {
  await until('all are followed', isWatching);
  expect(caches.readLabels('Deployment', 'shop', 'bare')).toEqual(new Map());
  expect(caches.readLabels('Deployment', 'shop', 'fresh')).toBeUndefined();
  expect(caches.readLabels('Deployment', 'elsewhere', 'web')).toBeUndefined();
  expect(caches.readLabels('ReplicaSet', 'shop', 'web')).toBeUndefined();
  expect(caches.readNamespaceLabels('elsewhere')).toBeUndefined();
});

test('names of the language itself are only names', async () => {
  fake.put(deployments, 'constructor', {
    namespace: '__proto__',
    labels: { constructor: 'x', toString: 'y' },
  });
  await until('all are followed', isWatching);
  expect(caches.readLabels('constructor', 'shop', 'web')).toBeUndefined();
  expect(caches.readLabels('Deployment', 'toString', 'web')).toBeUndefined();
  const labels = caches.readLabels('Deployment', '__proto__', 'constructor');
  expect([...(labels ?? [])]).toEqual([
    ['constructor', 'x'],
    ['toString', 'y'],
  ]);
});

test('follows a relabelling and a deletion', async () => {
  await until('all are followed', isWatching);
  fake.put(deployments, 'web', { namespace: 'shop', labels: { app: 'other' } });
  await until('it is seen', () => caches.readLabels('Deployment', 'shop', 'web')?.get('app') === 'other');
  fake.remove(deployments, 'shop/web');
  await until('it is gone', () => caches.readLabels('Deployment', 'shop', 'web') === undefined);
  expect(caches.readLabels('Deployment', 'shop', 'bare')).toEqual(new Map());
});

test('what was not confirmed for long is not known any more', async () => {
  await until('all are followed', isWatching);
  now += 600_000;
  expect(caches.readLabels('Deployment', 'shop', 'web')?.get('app')).toBe('web');
  now += 1;
  expect(caches.readLabels('Deployment', 'shop', 'web')).toBeUndefined();
  fake.put(deployments, 'web', { namespace: 'shop', labels: { app: 'web' } });
  await until('contact is back', () => caches.readLabels('Deployment', 'shop', 'web') !== undefined);
});
