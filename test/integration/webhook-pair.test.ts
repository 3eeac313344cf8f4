/** Two calls for one request, and one record; who is exempt, and what is kept of it. */
import { jsonpatch } from 'json-p3';
import { afterEach, expect, it } from 'vitest';
import { choice } from '../../src/core/rules/choice.ts';
import { range } from '../../src/core/rules/range.ts';
import type { AdmissionResponse } from '../../src/webhook/answer.ts';
import { guardOf } from '../unit/core/sample.ts';
import { ask, patchOf, startWebhook, type Webhook, type WebhookOptions } from './listener.ts';
import {
  deploymentOf,
  deploymentUpdate,
  hpaOf,
  hpaUpdate,
  type Json,
  requestOf,
  reviewOf,
  scaleUpdate,
} from './reviews.ts';

const upTo20 = guardOf({ policy: 'shop/hpa', parameters: ['hpa.maxReplicas'], rules: [range({ max: 20n })] });

const open: Webhook[] = [];
afterEach(async () => {
  for (const webhook of open.splice(0)) await webhook.server.close();
});

async function start(options: WebhookOptions = {}): Promise<Webhook> {
  const webhook = await startWebhook({ guards: [upTo20], ...options });
  open.push(webhook);
  return webhook;
}

interface Pair {
  readonly mutated: AdmissionResponse;
  readonly validated: AdmissionResponse;
}

/** As the API server does: /mutate, the patch, a new uid, /validate; perhaps at another replica. */
async function request(
  review: Json,
  at: Webhook,
  then: Webhook = at,
  alter: (object: Json) => Json = (it) => it,
): Promise<Pair> {
  const mutated = await ask(at, 'mutate', review);
  const copy = structuredClone(requestOf(review)['object']) as never;
  const object = alter(jsonpatch.apply(patchOf(mutated) as never, copy) as Json);
  const second = { ...review, request: { ...requestOf(review), uid: 'another', object } };
  return { mutated, validated: await ask(then, 'validate', second) };
}

function idsIn({ mutated, validated }: Pair): unknown[] {
  return [
    /^flyball (\S+):/.exec(mutated.warnings?.[0] ?? '')?.[1],
    mutated.auditAnnotations?.['decision'],
    validated.auditAnnotations?.['decision'],
  ];
}

it('records a clamp once, under one id', async () => {
  const webhook = await start();
  const pair = await request(hpaUpdate(10, 500), webhook);
  expect(pair.validated.warnings).toBeUndefined();
  expect(webhook.records).toHaveLength(1);
  const [record] = webhook.records;
  expect(record).toMatchObject({
    seen: 'mutate+validate',
    allowed: true,
    outcome: 'clamp',
    baseResourceVersion: '41',
  });
  expect(record?.verdicts[0]).toMatchObject({ current: '10', requested: '500', granted: '20' });
  expect(idsIn(pair)).toEqual([record?.id, record?.id, record?.id]);
});

it('gives one id to a pair that two replicas answer, and each records its half', async () => {
  const [one, other] = [await start(), await start()];
  const pair = await request(hpaUpdate(10, 500), one, other);
  one.ports.pending.expire(Number.POSITIVE_INFINITY);
  const records = [...one.records, ...other.records];
  expect(records.map(({ seen }) => seen)).toEqual(['mutate', 'validate']);
  expect(new Set([...idsIn(pair), ...records.map(({ id }) => id)]).size).toBe(1);
});

it('tells requests apart that differ in object, base, actor, operation, dry run or value', async () => {
  const webhook = await start();
  const variants: readonly Json[] = [
    {},
    { name: 'other' },
    { namespace: 'other' },
    { userInfo: { username: 'other' } },
    { dryRun: true },
    { oldObject: hpaOf(10, { metadata: { resourceVersion: '42' } }) },
    { object: hpaOf(500, { minReplicas: 3 }) },
    { operation: 'CREATE', oldObject: null },
  ];
  const ids = [];
  for (const traits of variants)
    ids.push((await request(hpaUpdate(10, 500, traits), webhook)).mutated.auditAnnotations?.['decision']);
  expect(new Set(ids).size).toBe(variants.length);
  expect(webhook.records.map(({ seen }) => seen)).toEqual(variants.map(() => 'mutate+validate'));
});

it('refuses what a later mutator made of a clamp, under an id of its own', async () => {
  const webhook = await start();
  const pair = await request(hpaUpdate(10, 500), webhook, webhook, () => hpaOf(500));
  expect(pair.validated.status?.code).toBe(403);
  expect(pair.validated.auditAnnotations?.['decision']).not.toBe(pair.mutated.auditAnnotations?.['decision']);
});

it('records a clamp whose /validate never comes, once its time is over', async () => {
  let now = 1_000_000;
  const webhook = await start({ ports: { readNow: () => now } });
  await ask(webhook, 'mutate', hpaUpdate(10, 500));
  now += 29_000;
  await ask(webhook, 'mutate', hpaUpdate(10, 500));
  webhook.ports.pending.expire(now);
  expect(webhook.records).toEqual([]);
  now += 1_000;
  webhook.ports.pending.expire(now);
  expect(webhook.records.map(({ seen, allowed }) => `${seen} ${allowed}`)).toEqual(['mutate true']);
});

it('records what it admits, where a policy had a say', async () => {
  const webhook = await start();
  const pair = await request(hpaUpdate(10, 12), webhook);
  expect(webhook.records).toMatchObject([{ outcome: 'admit', seen: 'validate' }]);
  expect(pair.validated.auditAnnotations).toEqual({ decision: webhook.records[0]?.id, outcome: 'admit' });
  await request(hpaUpdate(10, 10, { object: hpaOf(10, { minReplicas: 3 }) }), webhook);
  expect(webhook.records).toHaveLength(1);
});

it('records a standing proposal once: GitOps asks for the same at each sync', async () => {
  const webhook = await start();
  for (let sync = 0; sync < 4; sync += 1) {
    const oldObject = hpaOf(20, { metadata: { resourceVersion: `${sync}` } });
    // The API server calls /validate only where the patch leaves a change; where it does, nothing is recorded twice.
    const { mutated } = await request(hpaUpdate(20, 500, { oldObject }), webhook);
    expect(mutated.warnings?.[0]).toContain('hpa.maxReplicas 500 -> 20');
  }
  expect(webhook.records.map(({ seen }) => seen)).toEqual(['mutate']);
  expect(webhook.standing).toBe(3);
  await request(hpaUpdate(20, 400), webhook);
  await request(hpaUpdate(15, 500), webhook);
  expect(webhook.records.map(({ seen }) => seen)).toEqual(['mutate', 'mutate', 'mutate+validate']);
});

it('records a denial that is repeated once, and each of its changes', async () => {
  const webhook = await start({ guards: [{ ...upTo20, response: 'deny' }] });
  for (const to of [500, 500, 400, 500]) await ask(webhook, 'validate', hpaUpdate(10, to));
  expect(webhook.records.map(({ verdicts }) => verdicts[0]?.requested)).toEqual(['500', '400']);
  expect(webhook.standing).toBe(2);
});

it('does not take a dry run for the proposal itself', async () => {
  const webhook = await start();
  const dry = await ask(webhook, 'mutate', hpaUpdate(20, 500, { dryRun: true }));
  const wet = await ask(webhook, 'mutate', hpaUpdate(20, 500));
  expect(webhook.records.map(({ dryRun }) => dryRun)).toEqual([true, false]);
  expect(patchOf(dry)).toEqual(patchOf(wet));
});

it('decides dry runs alike, and marks them', async () => {
  const webhook = await start({ guards: [{ ...upTo20, response: 'deny' }] });
  const [dry, wet] = [
    await ask(webhook, 'validate', hpaUpdate(10, 500, { dryRun: true })),
    await ask(webhook, 'validate', hpaUpdate(10, 500)),
  ];
  expect(dry.status?.details).toEqual(wet.status?.details);
  expect(
    webhook.records.map(({ dryRun, explanation }) => [dryRun, explanation[0]?.endsWith('(dry run)')]),
  ).toEqual([
    [true, true],
    [false, false],
  ]);
});

it('joins the two calls of an object whose name is generated between them', async () => {
  const webhook = await start();
  const created = hpaOf(500, { metadata: { name: '', generateName: 'web-' } });
  const review = hpaUpdate(10, 500, { operation: 'CREATE', name: '', object: created, oldObject: null });
  const pair = await request(review, webhook, webhook, (object) => ({
    ...object,
    metadata: { ...(object['metadata'] as Json), name: 'web-x7k2p' },
  }));
  expect(new Set(idsIn(pair)).size).toBe(1);
  expect(webhook.records).toMatchObject([{ seen: 'mutate+validate', target: { name: 'web-x7k2p' } }]);
});

it('keeps no secret: neither whole objects nor values of environments', async () => {
  const webhook = await start({
    guards: [
      upTo20,
      guardOf({ policy: 'shop/image', parameters: ['containers.image'], rules: [choice('unchanged')] }),
    ],
  });
  const env = [{ name: 'TOKEN', value: 'hunter2' }];
  const annotated = {
    ...deploymentOf(2, { image: 'b', env }),
    metadata: { name: 'web', annotations: { note: 'hunter2' } },
  };
  const old = { ...deploymentOf(2, { env }), metadata: { name: 'web', annotations: { note: 'hunter2' } } };
  const pair = await request(deploymentUpdate(old, annotated), webhook);
  await ask(webhook, 'validate', deploymentUpdate(old, annotated));
  expect(webhook.records.length).toBeGreaterThan(0);
  expect(JSON.stringify([webhook.records, webhook.refusals, pair])).not.toContain('hunter2');
});

const hpaController = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
const byUser = (username: string, groups: readonly string[] = []): Json => ({
  userInfo: { username, groups },
});
const anyScale = guardOf({
  parameters: ['*'],
  rules: [range({ max: 1n }), choice(['present'])],
  response: 'deny',
});
const quotaStatus = (hard: string): Json => ({ metadata: { name: 'q' }, status: { hard: { pods: hard } } });
const deletion = (username: string): Json =>
  reviewOf('horizontalpodautoscalers', {
    operation: 'DELETE',
    object: null,
    oldObject: hpaOf(10),
    ...byUser(username),
  });
const statusUpdate = (username: string): Json =>
  reviewOf('resourcequotas', {
    subResource: 'status',
    object: quotaStatus('9'),
    oldObject: quotaStatus('1'),
    ...byUser(username),
  });

it.each<[string, Json]>([
  ['kube-system', hpaUpdate(10, 500, { namespace: 'kube-system' })],
  ['our own namespace', hpaUpdate(10, 500, { namespace: 'flyball-system' })],
  ['the HPA controller on /scale', scaleUpdate(2, 90, byUser(hpaController))],
  ['the controller manager on /scale', scaleUpdate(2, 90, byUser('system:kube-controller-manager'))],
  [
    'the quota controller on its status',
    statusUpdate('system:serviceaccount:kube-system:resourcequota-controller'),
  ],
  ['the controller manager on a status', statusUpdate('system:kube-controller-manager')],
  [
    'the namespace controller, which deletes',
    deletion('system:serviceaccount:kube-system:namespace-controller'),
  ],
  [
    'the garbage collector, which deletes',
    deletion('system:serviceaccount:kube-system:generic-garbage-collector'),
  ],
])('exempts %s, and records nothing', async (_name, review) => {
  const webhook = await start({ guards: [anyScale] });
  for (const door of ['mutate', 'validate'] as const)
    expect(await ask(webhook, door, review)).toEqual({ uid: requestOf(review)['uid'], allowed: true });
  expect(webhook.records).toEqual([]);
  expect(webhook.exempted.map(({ isBreakGlass }) => isBreakGlass)).toEqual([false]);
});

it.each<[string, Json]>([
  ['another writer of /scale', scaleUpdate(2, 90)],
  [
    'the HPA controller on the object',
    deploymentUpdate(deploymentOf(2), deploymentOf(90), byUser(hpaController)),
  ],
  [
    'a namesake of the HPA controller',
    scaleUpdate(2, 90, byUser('system:serviceaccount:shop:horizontal-pod-autoscaler')),
  ],
  ['another writer of a status', statusUpdate('system:serviceaccount:shop:tuner')],
  [
    'the quota controller elsewhere',
    scaleUpdate(2, 90, byUser('system:serviceaccount:kube-system:resourcequota-controller')),
  ],
  ['another who deletes', deletion('system:serviceaccount:shop:tuner')],
  ['a namespace with a similar name', hpaUpdate(10, 500, { namespace: 'kube-system2' })],
  [
    'the masters, who are no break-glass group by themselves',
    hpaUpdate(10, 500, byUser('root', ['system:masters'])),
  ],
])('governs %s', async (_name, review) => {
  const webhook = await start({ guards: [anyScale] });
  expect((await ask(webhook, 'validate', review)).allowed).toBe(false);
  expect(webhook.exempted).toEqual([]);
});

it('governs the HPA controller where that is asked for', async () => {
  const exemptions = {
    namespaces: new Set<string>(),
    breakGlassGroups: new Set<string>(),
    governHpaController: true,
  };
  const webhook = await start({ guards: [anyScale], ports: { exemptions } });
  expect((await ask(webhook, 'validate', scaleUpdate(2, 90, byUser(hpaController)))).allowed).toBe(false);
});

it('lets break-glass pass, and records what would have been decided', async () => {
  const webhook = await start({ guards: [{ ...upTo20, response: 'deny' }] });
  const { mutated, validated } = await request(
    hpaUpdate(10, 500, byUser('ada', ['sre', 'break-glass'])),
    webhook,
  );
  expect(mutated.patch).toBeUndefined();
  expect(validated).toMatchObject({
    allowed: true,
    auditAnnotations: { exemption: 'break-glass group break-glass' },
  });
  expect(webhook.records).toMatchObject([
    { outcome: 'deny', allowed: true, exemption: 'break-glass group break-glass', actor: { user: 'ada' } },
  ]);
  expect(webhook.records[0]?.id).toBe(validated.auditAnnotations?.['decision']);
  expect(webhook.exempted).toMatchObject([{ isBreakGlass: true }]);
});

it('lets break-glass pass while no policy is loaded', async () => {
  const webhook = await start({ ports: { readPolicies: () => undefined } });
  const review = hpaUpdate(10, 500, byUser('ada', ['break-glass']));
  expect((await ask(webhook, 'validate', review)).allowed).toBe(true);
  expect((await ask(webhook, 'validate', hpaUpdate(10, 500))).status?.code).toBe(503);
});

it('lets break-glass pass where Flyball itself fails, and says so', async () => {
  const webhook = await start({
    ports: {
      readPolicies: () => {
        throw new Error('a bug');
      },
    },
  });
  const review = hpaUpdate(10, 500, byUser('ada', ['break-glass']));
  expect((await ask(webhook, 'validate', review)).allowed).toBe(true);
  expect(webhook.faults).toEqual([new Error('a bug')]);
});
