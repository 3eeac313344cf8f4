/** Budgets on a real API server: many clients at once, one sum. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deploymentOf, paths } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';
import { stepsOf } from './steps.ts';

const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: pods}
spec:
  match: {resources: [{group: apps, kind: Deployment}]}
  budgets:
    - {name: pods, sum: {parameter: deployment.replicas}, over: {namespaces: [default]}, max: 40}
`;
const deployments = paths.deployments('default');

let governed: Governed;
beforeAll(async () => {
  governed = await startGoverned({ policies });
});
afterAll(() => governed?.close());
beforeEach(() => {
  governed.records.length = 0;
});

const { make, patchAs } = stepsOf(() => governed);
const names = ['a', 'b', 'c', 'd', 'e'] as const;
const scale = (name: string, replicas: number) =>
  patchAs('rl', `${deployments}/${name}`, { spec: { replicas } });

async function fetchReplicas(): Promise<number[]> {
  const { body } = await governed.plane
    .api('admin')
    .request<{ items: { spec: { replicas: number } }[] }>('GET', deployments);
  return body.items.map(({ spec }) => spec.replicas);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('a budget', () => {
  it('is shared to the last replica, and exceeded by no race', async () => {
    for (const name of names) await make(deployments, deploymentOf(name));
    const asks = names.flatMap((name) => [20, 30, 7].map((replicas) => scale(name, replicas)));
    const watching = (async () => {
      for (let time = 0; time < 20; time += 1) {
        expect(sum(await fetchReplicas())).toBeLessThanOrEqual(40);
        await sleep(20);
      }
    })();
    const answers = await Promise.all(asks);
    await watching;
    // What /mutate granted may be gone at /validate: then it is refused, and never granted twice.
    for (const { status } of answers) expect([200, 403]).toContain(status);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    await sleep(300);
    // What did not land is given back by the next request.
    for (const name of names) await scale(name, 40);
    expect(sum(await fetchReplicas())).toBe(40);
  });

  it('says who holds what, admits what shrinks, and gives it to others', async () => {
    const replicas = await fetchReplicas();
    const greatest = names[replicas.indexOf(Math.max(...replicas))] ?? 'a';
    const other = names.find((name) => name !== greatest) ?? 'b';
    const own = replicas[names.indexOf(other)] ?? 0;
    governed.records.length = 0;
    expect((await scale(other, 100)).body).toMatchObject({ spec: { replicas: own } });
    const [record] = governed.records;
    expect(JSON.stringify(record)).toContain(`default/${greatest} ${Math.max(...replicas)}`);
    expect((await scale(greatest, 1)).body).toMatchObject({ spec: { replicas: 1 } });
    await sleep(300);
    expect((await scale(other, 100)).body).toMatchObject({
      spec: { replicas: own + Math.max(...replicas) - 1 },
    });
  });

  it('counts new objects, and takes back what is deleted', async () => {
    const api = governed.plane.api('rl');
    const anew = await api.request<{ spec: { replicas: number } }>('POST', deployments, {
      ...deploymentOf('late'),
    });
    expect([anew.status, anew.body.spec.replicas]).toEqual([201, 0]);
    for (const name of names) await api.request('DELETE', `${deployments}/${name}`);
    await sleep(300);
    expect((await scale('late', 100)).body).toMatchObject({ spec: { replicas: 40 } });
  });
});
