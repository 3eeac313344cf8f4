/** What a caller gets: status, causes, warnings, annotations, patches. */
import { jsonpatch } from 'json-p3';
import { afterEach, expect, it } from 'vitest';
import type { Guard, Rule } from '../../src/core/guard.ts';
import { choice } from '../../src/core/rules/choice.ts';
import { freeze } from '../../src/core/rules/freeze.ts';
import { range } from '../../src/core/rules/range.ts';
import { step } from '../../src/core/rules/step.ts';
import { guardOf, relationOf } from '../unit/core/sample.ts';
import { ask, patchOf, startWebhook, type Webhook, type WebhookOptions } from './listener.ts';
import {
  deploymentOf,
  deploymentUpdate,
  hpaOf,
  hpaUpdate,
  type Json,
  quotaUpdate,
  requestOf,
  reviewOf,
  scaleOf,
  scaleUpdate,
} from './reviews.ts';

let webhook: Webhook;
afterEach(() => webhook.server.close());

async function start(guards: readonly Partial<Guard>[], options: WebhookOptions = {}): Promise<void> {
  const made = guards.map((traits, index) => guardOf({ policy: `shop/p${index}`, ...traits }));
  webhook = await startWebhook({ guards: made, ...options });
}

const maxReplicas = ['hpa.maxReplicas'];
const upTo20 = { parameters: maxReplicas, rules: [range({ max: 20n })] };
const until = Date.UTC(2030, 0, 1);
const frozen = freeze({ forbid: 'AnyChange', windowAt: (now) => ({ from: now, until }) });
const failing: Rule = () => ({ error: 'variable `labels.team` is missing' });
const broken: Rule = () => {
  throw new TypeError('a bug');
};

it('denies with 403 and says why, by parameter, field, policy and rule', async () => {
  await start([{ ...upTo20, response: 'deny' }]);
  const response = await ask(webhook, 'validate', hpaUpdate(10, 500));
  const { decision } = response.auditAnnotations ?? {};
  expect(decision).toMatch(/^d-[0-9a-f]{12}$/);
  expect(response.allowed).toBe(false);
  expect(response.status).toEqual({
    code: 403,
    reason: 'Forbidden',
    message: `flyball ${decision}: hpa.maxReplicas: 10 now, 500 asked, deny, 20 would pass: range of shop/p0: at most 20`,
    details: {
      causes: [
        {
          reason: 'AboveMaximum',
          message: 'hpa.maxReplicas 500: range of shop/p0: at most 20',
          field: 'spec.maxReplicas',
        },
      ],
    },
  });
  expect(response.auditAnnotations).toEqual({
    decision,
    outcome: 'deny',
    why: expect.stringContaining('range of shop/p0') as string,
  });
});

it('throttles with 429, without telling the client to resend', async () => {
  await start([{ parameters: maxReplicas, rules: [frozen], response: 'throttle' }]);
  const response = await ask(webhook, 'validate', hpaUpdate(10, 12));
  expect(response.status).toMatchObject({ code: 429, reason: 'TooManyRequests' });
  expect(response.status?.details).not.toHaveProperty('retryAfterSeconds');
  expect(response.status?.message).toContain('time lifts this at 2030-01-01T00:00:00.000Z');
  expect(response.status?.details?.causes[0]?.message).toContain('; opens at 2030-01-01T00:00:00.000Z');
  expect(response.auditAnnotations?.['opens-at']).toBe('2030-01-01T00:00:00.000Z');
});

it('tells a client to resend only where the throttling policy opted in', async () => {
  const throttle = { parameters: maxReplicas, rules: [frozen], response: 'throttle' } as const;
  await start([{ ...throttle, retryAfterSeconds: 5 }]);
  const response = await ask(webhook, 'validate', hpaUpdate(10, 12));
  expect(response.status?.details?.retryAfterSeconds).toBe(5);
  await webhook.server.close();
  await start([throttle, { ...upTo20, retryAfterSeconds: 5 }]);
  const other = await ask(webhook, 'validate', hpaUpdate(10, 12));
  expect(other.status?.details).not.toHaveProperty('retryAfterSeconds');
});

it.each([
  ['cannot be evaluated', failing, 'variable `labels.team` is missing'],
  ['throws', broken, 'a bug'],
])('a guard that %s answers 500 under Fail, and is recorded under Ignore', async (_name, rule, words) => {
  await start([{ parameters: maxReplicas, rules: [rule] }]);
  const response = await ask(webhook, 'validate', hpaUpdate(10, 12));
  expect(response.status).toMatchObject({ code: 500, reason: 'InternalError' });
  expect(response.status?.details?.causes).toEqual([
    { reason: 'PolicyError', message: `shop/p0 guards[0]: ${words}`, field: 'hpa.maxReplicas' },
  ]);
  expect((await ask(webhook, 'mutate', hpaUpdate(10, 12))).allowed).toBe(true);
  await webhook.server.close();
  await start([{ parameters: maxReplicas, rules: [rule], failurePolicy: 'Ignore' }]);
  expect((await ask(webhook, 'validate', hpaUpdate(10, 12))).allowed).toBe(true);
  expect(webhook.records[0]?.errors[0]?.message).toBe(words);
});

it('survives a bug of its own: /mutate leaves the change, /validate refuses it', async () => {
  let isBroken = true;
  await start([], {
    ports: {
      readPolicies: () => {
        if (isBroken) throw new Error('a bug');
        return undefined;
      },
    },
  });
  const mutated = await ask(webhook, 'mutate', hpaUpdate(10, 12));
  expect(mutated).toMatchObject({ allowed: true, warnings: [expect.stringContaining('/validate')] });
  const validated = await ask(webhook, 'validate', hpaUpdate(10, 12));
  expect(validated).toMatchObject({ allowed: false, status: { code: 500, reason: 'InternalError' } });
  expect(validated.status?.message).not.toContain('a bug');
  expect(webhook.refusals.map(({ cause }) => cause)).toEqual(['internal', 'internal']);
  isBroken = false;
  expect((await ask(webhook, 'mutate', hpaUpdate(10, 12))).allowed).toBe(true);
  expect((await ask(webhook, 'validate', hpaUpdate(10, 12))).status).toMatchObject({
    code: 503,
    reason: 'ServiceUnavailable',
  });
});

it('names both policies that leave nothing between them', async () => {
  await start([
    { policy: 'shop/low', parameters: maxReplicas, rules: [range({ max: 5n })] },
    { policy: 'shop/high', parameters: maxReplicas, rules: [range({ min: 9n })] },
  ]);
  const response = await ask(webhook, 'validate', hpaUpdate(7, 12));
  expect(response.status?.code).toBe(403);
  expect(response.status?.details?.causes.map(({ reason }) => reason)).toEqual(['PolicyConflict']);
  expect(response.status?.message).toContain('range of shop/high and range of shop/low');
  expect((await ask(webhook, 'mutate', hpaUpdate(7, 12))).patch).toBeUndefined();
});

it('warns in ASCII, on one line, briefly and not often', async () => {
  const many = Array.from({ length: 12 }, (_, index) => ({
    ...upTo20,
    policy: `shop/${'é'.repeat(200)}\n${index}`,
    mode: 'Warn' as const,
  }));
  await start([...many, upTo20]);
  for (const door of ['mutate', 'validate'] as const) {
    const { warnings = [] } = await ask(webhook, door, hpaUpdate(10, 500));
    expect(warnings).toHaveLength(8);
    for (const warning of warnings) expect(warning).toMatch(/^flyball d-[0-9a-f]{12}: [\x20-\x7e]{1,103}$/);
  }
});

it('annotates under keys that the API server takes', async () => {
  await start([{ ...upTo20, response: 'throttle', rules: [...upTo20.rules, frozen] }]);
  const { auditAnnotations = {} } = await ask(webhook, 'validate', hpaUpdate(10, 12));
  expect(Object.keys(auditAnnotations)).toEqual(['decision', 'outcome', 'why', 'opens-at']);
  for (const key of Object.keys(auditAnnotations)) expect(key).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
});

it('bounds the causes and the message of a decision on very many parameters', async () => {
  await start([{ parameters: ['*'], rules: [range({ max: 1n })], policy: `shop/${'p'.repeat(300)}` }]);
  const hard = (value: string): Json =>
    Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`count/r${n}.example.com`, value]));
  const response = await ask(webhook, 'validate', quotaUpdate(hard('1'), hard('9')));
  expect(response.status?.details?.causes).toHaveLength(16);
  expect(JSON.stringify(response).length).toBeLessThan(16_384);
});

/** Asks /mutate, applies the patch, asks /validate. */
async function persist(review: Json): Promise<unknown> {
  const response = await ask(webhook, 'mutate', review);
  expect(response.allowed).toBe(true);
  expect(response.patchType).toBe(response.patch === undefined ? undefined : 'JSONPatch');
  const copy = structuredClone(requestOf(review)['object']) as never;
  const object = jsonpatch.apply(patchOf(response) as never, copy);
  const final = { ...review, request: { ...requestOf(review), uid: 'another', object } };
  const validated = await ask(webhook, 'validate', final);
  expect(validated.status).toBeUndefined();
  expect(validated).toMatchObject({ uid: 'another', allowed: true });
  return object;
}

it('patches min and max together', async () => {
  await start([upTo20]);
  const review = hpaUpdate(10, 0, { object: hpaOf(500, { minReplicas: 100 }), oldObject: hpaOf(10) });
  expect(await persist(review)).toMatchObject({ spec: { minReplicas: 20, maxReplicas: 20 } });
});

it('patches the zero that Go left out of a Scale by adding it', async () => {
  await start([
    { parameters: ['deployment.replicas'], rules: [step({ decrease: { kind: 'absolute', units: 2n } })] },
  ]);
  const response = await ask(webhook, 'mutate', scaleUpdate(10, 0));
  expect(patchOf(response)).toEqual([{ op: 'add', path: '/spec/replicas', value: 8 }]);
  expect(await persist(scaleUpdate(10, 0))).toEqual({ ...scaleOf(0), spec: { replicas: 8 } });
});

it('patches a quota whose key has a slash', async () => {
  await start([{ parameters: ['quota.hard'], rules: [range({ max: 20n * 10n ** 9n })] }]);
  const review = quotaUpdate({ 'count/deployments.apps': '10' }, { 'count/deployments.apps': '99' });
  expect(patchOf(await ask(webhook, 'mutate', review))).toEqual([
    { op: 'test', path: '/spec/hard/count~1deployments.apps', value: '99' },
    { op: 'replace', path: '/spec/hard/count~1deployments.apps', value: '20' },
  ]);
  expect(await persist(review)).toMatchObject({ spec: { hard: { 'count/deployments.apps': '20' } } });
});

it('puts a removed quota key back', async () => {
  await start([{ parameters: ['quota.hard'], rules: [range({ max: 20n * 10n ** 9n })] }]);
  const review = quotaUpdate({ pods: '10', 'a~b/c': '3' }, {});
  expect(await persist(review)).toMatchObject({ spec: { hard: { pods: '10', 'a~b/c': '3' } } });
});

it('takes an image back to what it was', async () => {
  await start([{ parameters: ['containers.image'], rules: [choice('unchanged')] }]);
  const review = deploymentUpdate(deploymentOf(2), deploymentOf(2, { image: 'evil:latest' }));
  expect(await persist(review)).toMatchObject(deploymentOf(2));
});

it('takes away what was not there and may not be', async () => {
  await start([{ parameters: ['pod.schedulerName'], rules: [choice('unchanged')] }]);
  const object = structuredClone(deploymentOf(2)) as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  object.spec.template.spec['schedulerName'] = 'greedy';
  const review = deploymentUpdate(deploymentOf(2), object as never);
  expect(patchOf(await ask(webhook, 'mutate', review)).map(({ op }) => op)).toEqual(['test', 'remove']);
  expect(await persist(review)).toEqual(deploymentOf(2));
});

it('keeps requests below limits when it lowers the limit', async () => {
  await start([{ parameters: ['containers.limits.cpu'], rules: [range({ max: 400_000_000n })] }]);
  const resources = { requests: { cpu: '900m' }, limits: { cpu: '2' } };
  const review = deploymentUpdate(deploymentOf(2), deploymentOf(2, { resources }));
  expect(await persist(review)).toMatchObject(
    deploymentOf(2, { resources: { requests: { cpu: '400m' }, limits: { cpu: '400m' } } }),
  );
});

it('makes a patch that fails on any other object', async () => {
  await start([upTo20]);
  const patch = patchOf(await ask(webhook, 'mutate', hpaUpdate(10, 500)));
  expect(() => jsonpatch.apply(patch as never, hpaOf(499) as never)).toThrow();
  expect(jsonpatch.apply(patch as never, structuredClone(hpaOf(500)) as never)).toEqual(hpaOf(20));
});

it('never denies at /mutate, and refuses at /validate what no patch can grant', async () => {
  await start([
    { parameters: ['hpa.exists'], rules: [choice(['present'])] },
    { ...upTo20, response: 'deny' },
    { parameters: ['hpa.minReplicas'], rules: [frozen], response: 'throttle' },
  ]);
  const refused = [
    reviewOf('horizontalpodautoscalers', { operation: 'DELETE', object: null, oldObject: hpaOf(10) }),
    hpaUpdate(10, 500),
    hpaUpdate(10, 10, { object: hpaOf(10, { minReplicas: 5 }) }),
  ];
  for (const [index, review] of refused.entries()) {
    expect(await ask(webhook, 'mutate', review)).toEqual({ uid: requestOf(review)['uid'], allowed: true });
    expect((await ask(webhook, 'validate', review)).status?.code).toBe(index === 2 ? 429 : 403);
  }
  expect(webhook.records.map(({ allowed, seen }) => `${allowed} ${seen}`)).toEqual(
    Array(3).fill('false validate'),
  );
});

it('gives a deletion that is refused no field, but the name of what it would change', async () => {
  await start([{ parameters: ['hpa.exists'], rules: [choice(['present'])], response: 'deny' }]);
  const review = reviewOf('horizontalpodautoscalers', {
    operation: 'DELETE',
    object: null,
    oldObject: hpaOf(10),
  });
  const { status } = await ask(webhook, 'validate', review);
  expect(status?.details?.causes).toEqual([
    {
      reason: 'NotAllowed',
      message: 'hpa.exists absent: choice of shop/p0: one of present',
      field: 'hpa.exists',
    },
  ]);
});

it('does not patch where the list element of a removed value is gone', async () => {
  await start([{ parameters: ['containers.limits.cpu'], rules: [range({ max: 10n ** 12n })] }]);
  const renamed = structuredClone(deploymentOf(2, { name: 'other', resources: {} }));
  const review = deploymentUpdate(deploymentOf(2), renamed);
  expect((await ask(webhook, 'mutate', review)).patch).toBeUndefined();
  expect((await ask(webhook, 'validate', review)).status?.code).toBe(403);
});

it('does not clamp half of a change of which another half is refused', async () => {
  await start([
    upTo20,
    { parameters: ['hpa.scaleTargetRef'], rules: [choice('unchanged')], response: 'deny' },
  ]);
  const moved = hpaOf(500) as { spec: Json };
  const object = {
    ...moved,
    spec: { ...moved.spec, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' } },
  };
  expect((await ask(webhook, 'mutate', hpaUpdate(10, 500, { object }))).patch).toBeUndefined();
  const { status } = await ask(webhook, 'validate', hpaUpdate(10, 500, { object }));
  expect(status?.details?.causes.map(({ field }) => field).sort()).toEqual([
    'spec.maxReplicas',
    'spec.scaleTargetRef',
  ]);
});

it('keeps relations of policies in what it patches', async () => {
  const relations = [relationOf('hpa.minReplicas + 3 <= hpa.maxReplicas')];
  await start([{ parameters: ['hpa.*'], relations }, upTo20]);
  const review = hpaUpdate(10, 500, { object: hpaOf(500, { minReplicas: 400 }) });
  expect(await persist(review)).toMatchObject({ spec: { minReplicas: 17, maxReplicas: 20 } });
});
