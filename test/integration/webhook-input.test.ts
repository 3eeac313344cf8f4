/** What an untrusted body can be: answered, refused by name, and never a crash. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { range } from '../../src/core/rules/range.ts';
import { greatestBodyBytes } from '../../src/webhook/decode.ts';
import { guardOf } from '../unit/core/sample.ts';
import {
  type Answer,
  ask,
  begin as beginCall,
  type Call,
  responseOf,
  send,
  startWebhook,
  type Webhook,
} from './listener.ts';
import { hpaOf, hpaUpdate, type Json, requestOf, reviewOf } from './reviews.ts';

const upTo20 = guardOf({ policy: 'shop/hpa', parameters: ['hpa.maxReplicas'], rules: [range({ max: 20n })] });

let webhook: Webhook;
beforeAll(async () => {
  webhook = await startWebhook({ guards: [upTo20] });
});
afterAll(() => webhook.server.close());

function post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return send(webhook.port, '/validate?timeout=5s', { body, headers });
}

function begin(options: Call, parts: readonly (string | Buffer)[]): Promise<Answer> {
  return beginCall(webhook.port, '/validate', { options, parts });
}

it.each([
  ['an empty body', '', 'the body is not JSON'],
  ['text', 'not json', 'the body is not JSON'],
  ['half a body', '{"kind":"AdmissionReview"', 'the body is not JSON'],
  ['a byte order mark', '\ufeff{}', 'the body is not JSON'],
  ['null', 'null', 'the body is not an object'],
  ['a list', '[]', 'the body is not an object'],
  ['an empty object', '{}', 'the body is not an AdmissionReview of `admission.k8s.io/v1`'],
])('refuses %s by name, as no review can be answered', async (_name, body, error) => {
  const answer = await post(body);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toEqual({ error });
});

it('does not say what stood in a body that is not JSON', async () => {
  const answer = await post('{"env": hunter2');
  expect(answer.text).not.toContain('hunter2');
  expect(JSON.stringify(webhook.refusals)).not.toContain('hunter2');
});

it.each([
  ['100,000 nested lists', '['.repeat(100_000) + ']'.repeat(100_000), 400],
  ['nested objects', `${'{"a":'.repeat(40_000)}0${'}'.repeat(40_000)}`, 400],
  ['a bomb behind a string of brackets', `["]]]]", ${'['.repeat(200)}${']'.repeat(200)}]`, 400],
  ['two million siblings', `[${'[],'.repeat(2_000_000)}0]`, 400],
  ['300,000 keys', `{${Array.from({ length: 300_000 }, (_, n) => `"k${n}":0`).join()}}`, 400],
])('answers %s, and lives', async (_name, body, status) => {
  const started = performance.now();
  expect((await post(body)).status).toBe(status);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect((await ask(webhook, 'validate', hpaUpdate(10, 12))).allowed).toBe(true);
});

it('answers a review that nests too deep as a review', async () => {
  let deep: unknown = 0;
  for (let level = 0; level < 150; level += 1) deep = [deep];
  const object = { ...hpaOf(12), deep };
  const response = await ask(webhook, 'validate', hpaUpdate(10, 12, { object }));
  expect(response).toMatchObject({ allowed: false, status: { code: 400, reason: 'BadRequest' } });
  expect(response.status?.message).toBe('flyball: the body nests deeper than 100 levels');
});

it('decides on an object with a hundred thousand siblings in a list of metrics', async () => {
  const metrics = Array.from({ length: 100_000 }, () => ({}));
  const response = await ask(webhook, 'validate', hpaUpdate(10, 12, { object: hpaOf(12, { metrics }) }));
  expect(response.status).toMatchObject({ code: 500, reason: 'InternalError' });
  expect(response.status?.message).toContain('has more than 1024 elements');
});

it('takes the last of two equal keys, as the API server does', async () => {
  const text = JSON.stringify(hpaUpdate(10, 12)).replace(
    '"maxReplicas":12',
    '"maxReplicas":12,"maxReplicas":99',
  );
  const response = responseOf(await post(text));
  expect(response.status).toMatchObject({ code: 403, reason: 'Forbidden' });
  const reversed = JSON.stringify(hpaUpdate(10, 12)).replace(
    '"maxReplicas":12',
    '"maxReplicas":99,"maxReplicas":12',
  );
  expect(responseOf(await post(reversed)).allowed).toBe(true);
});

it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'takes `%s` for an ordinary key',
  async (key) => {
    const hostile = `{"${key}":{"maxReplicas":1},"name":"web","namespace":"${key}","labels":{"${key}":"a"},"annotations":{"${key}":"b"}}`;
    const text = JSON.stringify(hpaUpdate(10, 99, { namespace: key }))
      .replaceAll('"metadata":{', `"metadata":${hostile},"was":{`)
      .replaceAll('"spec":{', `"spec":{"${key}":{"maxReplicas":1},`);
    const response = responseOf(await post(text));
    expect(response).toMatchObject({ allowed: false, status: { code: 403 } });
    expect(webhook.records.at(-1)?.target.namespace).toBe(key);
    expect({}).not.toHaveProperty('maxReplicas');
  },
);

it('reads no field through a prototype', async () => {
  const { request, ...rest } = hpaUpdate(10, 12) as { request: Json };
  const { userInfo: _, ...others } = request;
  const text = JSON.stringify({ ...rest, request: others }).replace(
    '"request":{',
    '"request":{"__proto__":{"userInfo":{"username":"root"}},',
  );
  expect(responseOf(await post(text)).status?.message).toContain('`request.userInfo.username` is missing');
});

it('refuses 9 MiB with 413, by what the caller says of its length', async () => {
  const answer = await begin({ headers: { 'content-length': 9 * 1024 * 1024 } }, ['{']);
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.text)).toEqual({ error: `the body is larger than ${greatestBodyBytes} bytes` });
});

it('refuses a chunked body at the first byte over 8 MiB', async () => {
  const answer = await begin({}, [Buffer.alloc(greatestBodyBytes, ' '), ' ']);
  expect(answer.status).toBe(413);
});

it('accepts 8 MiB to the byte', async () => {
  const text = JSON.stringify(hpaUpdate(10, 12));
  const body = text + ' '.repeat(greatestBodyBytes - Buffer.byteLength(text));
  expect(responseOf(await post(body)).allowed).toBe(true);
});

it('reads a chunked body', async () => {
  const response = await send(webhook.port, '/validate', {
    body: JSON.stringify(hpaUpdate(10, 99)),
    headers: { 'transfer-encoding': 'chunked' },
  });
  expect(responseOf(response).status?.code).toBe(403);
});

it.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-8',
  'application/vnd.kubernetes.protobuf',
])('reads a body that calls itself %s', async (type) => {
  const answer = await post(JSON.stringify(hpaUpdate(10, 12)), { 'content-type': type });
  expect(responseOf(answer).allowed).toBe(true);
});

it.each<[string, (review: Json) => object, string]>([
  [
    'another version',
    (review) => ({ ...review, apiVersion: 'admission.k8s.io/v1beta1' }),
    'is not an AdmissionReview',
  ],
  ['another kind', (review) => ({ ...review, kind: 'Review' }), 'is not an AdmissionReview'],
  ['no object', (review) => without(review, 'object'), '`request.object` is missing on UPDATE'],
  ['a null object', (review) => withField(review, 'object', null), '`request.object` is missing on UPDATE'],
  [
    'an object that is a list',
    (review) => withField(review, 'object', []),
    '`request.object` is missing on UPDATE',
  ],
  ['no stored object', (review) => without(review, 'oldObject'), '`request.oldObject` is missing on UPDATE'],
  ['no user', (review) => without(review, 'userInfo'), '`request.userInfo.username` is missing'],
  ['no resource', (review) => without(review, 'resource'), '`request.resource` is missing'],
  ['no kind', (review) => without(review, 'kind'), '`request.kind` is missing'],
  [
    'an unknown operation',
    (review) => withField(review, 'operation', 'PATCH'),
    '`request.operation` is none of',
  ],
])('refuses %s in words, within a review', async (_name, break_, words) => {
  const response = await ask(webhook, 'validate', break_(hpaUpdate(10, 12)));
  expect(response).toMatchObject({ allowed: false, status: { code: 400, reason: 'BadRequest' } });
  expect(response.status?.message).toContain(words);
  const mutated = await ask(webhook, 'mutate', break_(hpaUpdate(10, 12)));
  expect(mutated.allowed).toBe(true);
  expect(mutated.warnings?.[0]).toContain('left this change to /validate');
});

it('cannot answer a review without a uid', async () => {
  const answer = await post(JSON.stringify(without(hpaUpdate(10, 12), 'uid')));
  expect(answer).toMatchObject({ status: 400, text: '{"error":"`request.uid` is missing"}' });
});

it('reads a DELETE, whose object is null', async () => {
  const review = reviewOf('horizontalpodautoscalers', {
    operation: 'DELETE',
    object: null,
    oldObject: hpaOf(10),
  });
  expect((await ask(webhook, 'validate', review)).allowed).toBe(true);
  const unread = reviewOf('horizontalpodautoscalers', { operation: 'DELETE', object: null, oldObject: null });
  expect((await ask(webhook, 'validate', unread)).status?.code).toBe(400);
});

it('lets CONNECT pass', async () => {
  const review = reviewOf('deployments', { operation: 'CONNECT', object: {}, oldObject: null });
  expect((await ask(webhook, 'validate', review)).allowed).toBe(true);
});

const tooMany: readonly [string, unknown][] = [
  ['1e999', '1e999'],
  ['-0', '-0'],
  ['1Ki5', '1Ki5'],
  ['an object', {}],
];

it.each(tooMany)(
  'refuses the quantity %s under failurePolicy Fail, and passes it under Ignore',
  async (_name, cpu) => {
    const rules = [range({ max: 10n ** 12n })];
    const guard = { parameters: ['quota.hard'], rules };
    const review = quota(cpu);
    for (const [failurePolicy, allowed] of [
      ['Fail', false],
      ['Ignore', true],
    ] as const) {
      const strict = await startWebhook({ guards: [guardOf({ ...guard, failurePolicy })] });
      const response = await ask(strict, 'validate', review);
      expect(response.allowed).toBe(allowed);
      if (!allowed) {
        expect(response.status).toMatchObject({ code: 500, reason: 'InternalError' });
        expect(response.status?.details?.causes[0]?.reason).toBe('PolicyError');
      }
      expect((await ask(strict, 'mutate', review)).patch).toBeUndefined();
      expect(strict.records).toHaveLength(1);
      expect(strict.records[0]?.errors[0]).toMatchObject({ failurePolicy });
      await strict.server.close();
    }
  },
);

function quota(cpu: unknown): Json {
  const object = (value: unknown): Json => ({ metadata: { name: 'q' }, spec: { hard: { cpu: value } } });
  return reviewOf('resourcequotas', { name: 'q', object: object(cpu), oldObject: object('1') });
}

it('sees no change in a list of metrics in another order', async () => {
  const metric = (name: string): Json => ({
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization: 60 } },
  });
  const [one, other] = [
    [metric('cpu'), metric('memory')],
    [metric('memory'), metric('cpu')],
  ];
  const frozen = guardOf({ parameters: ['hpa.*'], rules: [range({ max: 1n })], response: 'deny' });
  const strict = await startWebhook({ guards: [frozen] });
  const object = hpaOf(10, { metrics: other ?? [] });
  const review = hpaUpdate(10, 10, { object, oldObject: hpaOf(10, { metrics: one ?? [] }) });
  expect(await ask(strict, 'validate', review)).toEqual({ uid: requestOf(review)['uid'], allowed: true });
  expect(strict.records).toEqual([]);
  await strict.server.close();
});

it('bounds the record of a user with a huge name in very many groups', async () => {
  const groups = Array.from({ length: 5_000 }, (_, n) => `${'g'.repeat(600)}${n}`);
  const userInfo = { username: 'u'.repeat(100_000), groups };
  const response = await ask(
    webhook,
    'validate',
    hpaUpdate(10, 99, { userInfo, options: { fieldManager: 'f'.repeat(9_000) } }),
  );
  expect(response.status?.code).toBe(403);
  expect(JSON.stringify(webhook.records.at(-1)).length).toBeLessThan(40_000);
  expect(JSON.stringify(response).length).toBeLessThan(10_000);
});

it('writes names that no header can carry as ASCII on one line', async () => {
  const strict = await startWebhook({
    guards: [
      guardOf({
        policy: 'shop/grün\r\nset-cookie: a=b',
        parameters: ['quota.hard'],
        rules: [range({ max: 1n })],
        mode: 'Warn',
      }),
    ],
  });
  const hard = (value: string): Json => ({ 'requests.übel\nx': value });
  const review = reviewOf('resourcequotas', {
    name: 'naïve\r\nname',
    object: { spec: { hard: hard('2') } },
    oldObject: { spec: { hard: hard('1') } },
  });
  const response = await ask(strict, 'validate', review);
  expect(response.allowed).toBe(true);
  expect(response.warnings).toHaveLength(1);
  for (const warning of response.warnings ?? []) expect(warning).toMatch(/^[\x20-\x7e]{1,120}$/);
  for (const text of Object.values(response.auditAnnotations ?? {})) expect(text).toMatch(/^[\x20-\x7e]*$/);
  await strict.server.close();
});

it('answers 404 to an unknown path, and does not read its body', async () => {
  expect((await send(webhook.port, '/elsewhere', { body: '{}' })).status).toBe(404);
  expect((await send(webhook.port, '/validate', { method: 'GET' })).status).toBe(404);
});

function withField(review: Json, key: string, value: unknown): Json {
  return { ...review, request: { ...requestOf(review), [key]: value } };
}

function without(review: Json, key: string): Json {
  const { [key]: _, ...request } = requestOf(review);
  return { ...review, request };
}
