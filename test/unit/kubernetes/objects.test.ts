import { afterEach, beforeEach, expect, test } from 'vitest';
import { clusterAt } from '../../../src/kubernetes/client.ts';
import { type ObjectWatch, watchedKinds, watchObjects } from '../../../src/kubernetes/objects.ts';
import { FakeApiServer, until } from './fake-api-server.ts';

const deployment = { group: 'apps', kind: 'Deployment' };
let fake: FakeApiServer;
let watch: ObjectWatch;
let told: string[];
let now: number;

beforeEach(async () => {
  now = 1_000_000;
  told = [];
  fake = await FakeApiServer.start();
  fake.serve(...watchedKinds.map(({ path }) => path));
  fake.put('/apis/apps/v1/deployments', 'web', { namespace: 'shop' });
  watch = watchObjects({
    cluster: clusterAt(fake.endpoint),
    onStored: ({ kind }) => told.push(`stored ${kind}`),
    onDeleted: ({ kind }, namespace, name) => told.push(`deleted ${kind} ${namespace}/${name}`),
    now: () => now,
    tuning: { backoff: { baseMilliseconds: 5, mostMilliseconds: 10 } },
  });
});

afterEach(async () => {
  await watch.stop();
  await fake.close();
});

const isFollowing = (): boolean => watchedKinds.every(({ path }) => fake.watchers(path) === 1);

test('what is stored is told, and known to be told', async () => {
  expect([watch.isSynced(), watch.isCurrent(deployment)]).toEqual([false, false]);
  await until('all are followed', isFollowing);
  expect([watch.isSynced(), watch.isCurrent(deployment), told]).toEqual([true, true, ['stored Deployment']]);
  expect(watch.isCurrent({ group: 'keda.sh', kind: 'ScaledObject' })).toBe(false);
});

test('a watch that is silent tells nothing any more, until it is heard again', async () => {
  await until('all are followed', isFollowing);
  now += 75_000;
  expect(watch.isCurrent(deployment)).toBe(true);
  now += 1;
  expect([watch.isSynced(), watch.isCurrent(deployment)]).toEqual([true, false]);
  fake.put('/apis/apps/v1/deployments', 'api', { namespace: 'shop' });
  await until('it is told', () => told.length === 2);
  expect(watch.isCurrent(deployment)).toBe(true);
});
