/** Pods that are resized, bound and made from templates, and the disruption budgets that keep them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { budgetOf, deploymentOf, paths } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';
import { stepsOf } from './steps.ts';

const optimizers = 'system:serviceaccounts:optimizers';
const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: pods}
spec:
  match:
    resources: [{group: "", kind: Pod}, {group: apps, kind: Deployment}]
    actors: {include: [{group: system:serviceaccounts:optimizers}]}
  guards:
    - {parameter: containers.requests.cpu, range: {max: "2"}}
    - {parameter: pod.schedulerName, choice: [default-scheduler, ml-scheduler], onViolation: Deny}
    - {parameter: pod.binding.node, choice: [node-1], onViolation: Deny}
---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: budgets}
spec:
  match: {resources: [{group: policy, kind: PodDisruptionBudget}]}
  guards:
    - {parameter: pdb.minAvailable, range: {min: 2}}
    - {parameter: pdb.maxUnavailablePercent, range: {max: 25%}, onViolation: Throttle}
`;

let governed: Governed;
beforeAll(async () => {
  governed = await startGoverned({
    policies,
    // Further rights than an optimizer should have: it may bind by the older collection.
    actors: [{ name: 'binder', user: 'binder', groups: ['system:masters', optimizers], rights: 'none' }],
  });
});
afterAll(() => governed?.close());
beforeEach(() => {
  governed.records.length = 0;
});

const { make, patchAs, fetchStored, expectRefused } = stepsOf(() => governed);

describe('pods', () => {
  const pods = paths.pods('default');
  const containerWith = (cpu: string) => ({
    name: 'web',
    image: 'web:1',
    resources: { requests: { cpu }, limits: { cpu: '8' } },
  });
  const podOf = (name: string) => ({ metadata: { name }, spec: { containers: [containerWith('1')] } });
  const bindingOf = (name: string, node: string) => ({
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  });

  it('a resize in place is clamped', async () => {
    await make(pods, podOf('sized'));
    const resize = { spec: { containers: [containerWith('7')] } };
    const { status, warnings } = await patchAs('rl', `${pods}/sized/resize`, resize);
    expect([status, warnings]).toEqual([
      200,
      [expect.stringMatching(/: containers\[web\].requests.cpu 7 -> 2: range of pods$/)],
    ]);
    const stored = await fetchStored('pods/default/sized');
    expect(stored?.spec['containers']).toMatchObject([{ resources: { requests: { cpu: '2' } } }]);
    expect(governed.records).toMatchObject([{ target: { kind: 'Pod', subresource: 'resize' } }]);
  });

  it.each([
    ['its subresource', `${pods}/bound/binding`],
    ['the older collection', '/api/v1/namespaces/default/bindings'],
  ])('a binding by %s goes to a node of the list', async (_name, path) => {
    await governed.plane.api('admin').request('POST', pods, podOf('bound'));
    governed.records.length = 0;
    const answer = await governed.plane.api('binder').request('POST', path, bindingOf('bound', 'node-9'));
    expectRefused(answer, { status: 403, parameter: 'pod.binding.node' });
    expect((await fetchStored('pods/default/bound'))?.spec['nodeName']).toBeUndefined();
  });

  it('a binding to a node of the list passes', async () => {
    await make(pods, podOf('placed'));
    const answer = await governed.plane
      .api('rl')
      .request('POST', `${pods}/placed/binding`, bindingOf('placed', 'node-1'));
    expect(answer.status).toBe(201);
    expect((await fetchStored('pods/default/placed'))?.spec['nodeName']).toBe('node-1');
  });

  it.each([
    ['ml-scheduler', 200],
    ['mine', 403],
  ])('a template may name scheduler %s: %d', async (schedulerName, status) => {
    const path = paths.deployments('default');
    await make(path, deploymentOf(schedulerName));
    const answer = await patchAs('rl', `${path}/${schedulerName}`, {
      spec: { template: { spec: { schedulerName } } },
    });
    expect(answer.status).toBe(status);
    const stored = await fetchStored(`deployments/default/${schedulerName}`);
    const granted = status === 200 ? schedulerName : 'default-scheduler';
    expect(stored?.spec['template']).toMatchObject({ spec: { schedulerName: granted } });
  });
});

describe('disruption budgets', () => {
  const budgets = paths.budgets('default');

  it('a count is clamped', async () => {
    await make(budgets, budgetOf('count', { minAvailable: 3 }));
    await patchAs('rl', `${budgets}/count`, { spec: { minAvailable: 0 } });
    expect((await fetchStored('poddisruptionbudgets/default/count'))?.spec).toMatchObject({
      minAvailable: 2,
    });
  });

  it('a percentage is another knob', async () => {
    await make(budgets, budgetOf('percent', { maxUnavailable: '10%' }));
    const answer = await patchAs('rl', `${budgets}/percent`, { spec: { maxUnavailable: '80%' } });
    expectRefused(answer, { status: 429, parameter: 'pdb.maxUnavailablePercent' });
    expect((await fetchStored('poddisruptionbudgets/default/percent'))?.spec).toMatchObject({
      maxUnavailable: '10%',
    });
  });
});
