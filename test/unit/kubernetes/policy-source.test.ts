import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterAt } from '../../../src/kubernetes/client.ts';
import { collectionPath, type PolicyDocument } from '../../../src/kubernetes/documents.ts';
import {
  type DocumentResult,
  type PolicySource,
  type PolicySourceOptions,
  startPolicySource,
} from '../../../src/kubernetes/policy-source.ts';
import { aWhile, FakeApiServer, type FakeRequest, refuse, until } from './fake-api-server.ts';

const policies = collectionPath('GuardrailPolicy');
const clusterPolicies = collectionPath('ClusterGuardrailPolicy');
const exceptions = collectionPath('GuardrailException');
const statusOf = (name: string): string =>
  `/apis/flyball.dev/v1alpha1/namespaces/shop/guardrailpolicies/${name}/status`;

let fake: FakeApiServer;
let source: PolicySource | undefined;
let handed: (readonly PolicyDocument[])[] = [];
let notes: string[] = [];

/** Takes what has `spec.ok`, as a compiler would. */
function results(documents: readonly PolicyDocument[]): DocumentResult[] {
  handed.push(documents);
  return documents.map(({ kind, metadata: { name, namespace = '', generation }, spec }) => {
    const problem = (spec as { problem?: string }).problem;
    return {
      kind,
      name,
      namespace,
      generation,
      ok: problem === undefined,
      problems: problem ? [problem] : [],
    };
  });
}

function start(options: Partial<PolicySourceOptions> = {}): PolicySource {
  source = startPolicySource({
    cluster: clusterAt(fake.endpoint),
    onDocuments: results,
    onNote: ({ message }) => notes.push(message),
    settleMilliseconds: 20,
    tuning: { backoff: { baseMilliseconds: 5, mostMilliseconds: 10 } },
    statusTuning: {
      spacingMilliseconds: 1,
      repeatMilliseconds: 30,
      spreadMilliseconds: 5,
      backoff: { baseMilliseconds: 5, mostMilliseconds: 10 },
    },
    ...options,
  });
  return source;
}

const patches = (): readonly FakeRequest[] => fake.requests.filter(({ method }) => method === 'PATCH');
const readyIn = ({ body }: FakeRequest) => JSON.parse(body).status.conditions.at(-1);

/** Stores what is patched, as the API server does, and tells the watchers. */
function keepStatus(): void {
  fake.fault = (request, response) => {
    if (request.method !== 'PATCH') return false;
    const [, name = ''] = /guardrailpolicies\/([^/]+)\/status/.exec(request.path) ?? [];
    const stored = fake.get(policies, `shop/${name}`);
    const { resourceVersion } = JSON.parse(request.body).metadata;
    if (stored === undefined) refuse(response, 404, 'not found');
    else if (stored.metadata.resourceVersion !== resourceVersion) refuse(response, 409, 'it was modified');
    else {
      fake.putStatus(policies, `shop/${name}`, JSON.parse(request.body).status);
      response.writeHead(200).end('{}');
    }
    return true;
  };
}

beforeEach(async () => {
  fake = await FakeApiServer.start();
  fake.serve(policies, clusterPolicies, exceptions);
  [handed, notes] = [[], []];
});

afterEach(async () => {
  await source?.stop();
  source = undefined;
  await fake.close();
});

describe('documents', () => {
  test('are handed over together, sorted, with what the API server says of them', async () => {
    fake.put(policies, 'b', {
      namespace: 'shop',
      labels: { a: 'b' },
      spec: { x: 1 },
      status: { y: 2 },
      kind: 'Lie',
    });
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    fake.put(clusterPolicies, 'c', { spec: {}, apiVersion: 'lie/v1' });
    start();
    await until('they came', () => handed.length > 0);
    expect(handed).toHaveLength(1);
    expect(handed[0]?.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'ClusterGuardrailPolicy undefined/c',
      'GuardrailPolicy shop/a',
      'GuardrailPolicy shop/b',
    ]);
    expect(handed[0]?.[2]).toEqual({
      apiVersion: 'flyball.dev/v1alpha1',
      kind: 'GuardrailPolicy',
      metadata: { name: 'b', namespace: 'shop', uid: 'uid-b', generation: 101, labels: { a: 'b' } },
      spec: { x: 1 },
    });
    expect(source?.isSynced()).toBe(true);
  });

  test('none at all is a set too', async () => {
    start();
    await until('it came', () => source?.isSynced() === true);
    expect(handed).toEqual([[]]);
    expect(Date.now() - (source?.lastContact() ?? 0)).toBeLessThan(5_000);
  });

  test('are not handed over in part: one kind is missing', async () => {
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    fake.fault = ({ path }, response) => {
      if (path !== exceptions) return false;
      refuse(response, 404, 'the server could not find the requested resource');
      return true;
    };
    start();
    await aWhile();
    expect(handed).toEqual([]);
    expect(source?.isSynced()).toBe(false);
    expect(notes).toEqual([expect.stringContaining('install the CustomResourceDefinitions')]);
    fake.fault = () => false;
    await until('it came', () => handed.length === 1);
  });

  test('a burst of edits is one hand-over, and endless edits do not starve it', async () => {
    start();
    await until('it is synced', () => source?.isSynced() === true && fake.watchers(policies) === 1);
    for (let index = 0; index < 50; index += 1)
      fake.put(policies, `p${index}`, { namespace: 'shop', spec: {} });
    await until('they came', () => handed.length > 1);
    await aWhile(60);
    expect(handed.map((documents) => documents.length)).toEqual([0, 50]);
    const before = handed.length;
    const started = Date.now();
    while (Date.now() - started < 500) {
      fake.put(policies, 'busy', { namespace: 'shop', spec: {} });
      await aWhile(5);
    }
    expect(handed.length).toBeGreaterThan(before);
  });

  test('a change of labels and a deletion count, a change of status does not', async () => {
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    start();
    await until('it came', () => handed.length === 1 && fake.watchers(policies) === 1);
    fake.putStatus(policies, 'shop/a', { conditions: [] });
    await aWhile(80);
    expect(handed).toHaveLength(1);
    fake.put(policies, 'a', { namespace: 'shop', spec: {}, labels: { new: 'yes' } });
    await until('labels', () => handed.length === 2);
    fake.remove(policies, 'shop/a');
    await until('deletion', () => handed.length === 3);
    expect(handed[2]).toEqual([]);
  });

  test('hand-overs never overlap, and none is lost', async () => {
    let running = 0;
    let most = 0;
    const onDocuments = async (documents: readonly PolicyDocument[]) => {
      running += 1;
      most = Math.max(most, running);
      await aWhile(60);
      running -= 1;
      return results(documents);
    };
    start({ onDocuments });
    await until('it is synced', () => source?.isSynced() === true && fake.watchers(policies) === 1);
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    await aWhile(50);
    fake.put(policies, 'b', { namespace: 'shop', spec: {} });
    await until('both came', () => handed.at(-1)?.length === 2);
    expect(most).toBe(1);
  });

  test('a receiver that throws is said, and asked again at the next change', async () => {
    let isBroken = true;
    const onDocuments = (documents: readonly PolicyDocument[]) => {
      if (isBroken) throw new Error('a bug');
      return results(documents);
    };
    start({ onDocuments });
    await until('it is said', () =>
      notes.some((note) => note.includes('the documents could not be taken: Error: a bug')),
    );
    expect(source?.isSynced()).toBe(false);
    isBroken = false;
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    await until('it came', () => source?.isSynced() === true);
  });
});

describe('status', () => {
  test('says Ready, once, and keeps conditions of others', async () => {
    keepStatus();
    const other = { type: 'Reviewed', status: 'True' };
    fake.put(policies, 'a', { namespace: 'shop', spec: {}, status: { conditions: [other] } });
    start();
    await until('it is written', () => patches().length === 1);
    await aWhile();
    expect(patches()).toHaveLength(1);
    const [patch] = patches();
    expect(patch?.path).toBe(statusOf('a'));
    expect(patch?.headers['content-type']).toBe('application/merge-patch+json');
    expect(JSON.parse(patch?.body ?? '')).toEqual({
      metadata: { resourceVersion: '101' },
      status: {
        observedGeneration: 101,
        conditions: [
          other,
          {
            type: 'Ready',
            status: 'True',
            reason: 'InForce',
            message: 'this generation is in force',
            observedGeneration: 101,
            lastTransitionTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          },
        ],
      },
    });
  });

  test('turns when a document breaks and is mended; the transition time moves with the status alone', async () => {
    keepStatus();
    let now = Date.parse('2026-01-01T00:00:00Z');
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    start({ now: () => now });
    await until('written', () => patches().length === 1);
    now += 60_000;
    fake.put(policies, 'a', { namespace: 'shop', spec: { problem: 'spec.guards: is missing' } });
    await until('broken', () => patches().length === 2);
    now += 60_000;
    fake.put(policies, 'a', {
      namespace: 'shop',
      spec: { problem: 'spec.guards: is empty' },
      status: fake.get(policies, 'shop/a')?.['status'],
    });
    await until('broken in another way', () => patches().length === 3);
    const shown = patches().map((patch) => {
      const { status, reason, message, lastTransitionTime } = readyIn(patch);
      return [status, reason, message, lastTransitionTime];
    });
    expect(shown).toEqual([
      ['True', 'InForce', 'this generation is in force', '2026-01-01T00:00:00Z'],
      ['False', 'Invalid', 'spec.guards: is missing', '2026-01-01T00:01:00Z'],
      ['False', 'Invalid', 'spec.guards: is empty', '2026-01-01T00:01:00Z'],
    ]);
  });

  test('that is already right is not written', async () => {
    const object = fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    fake.putStatus(policies, 'shop/a', {
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'InForce',
          message: 'this generation is in force',
          observedGeneration: object.metadata['generation'],
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
    });
    start();
    await until('it came', () => handed.length === 1);
    await aWhile();
    expect(patches()).toEqual([]);
  });

  test('fighting writers do not make a hot loop', async () => {
    fake.fault = (request, response) => {
      if (request.method !== 'PATCH') return false;
      // Somebody else always has another opinion, and edits as well.
      fake.put(policies, 'a', {
        namespace: 'shop',
        spec: {},
        status: { conditions: [{ type: 'Ready', status: 'Unknown' }] },
      });
      response.writeHead(200).end('{}');
      return true;
    };
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    start();
    await until('it began', () => patches().length > 0);
    await aWhile(300);
    // At most one write each 30 ms.
    expect(patches().length).toBeLessThanOrEqual(11);
  });

  test.each([404, 422])('a refusal with %s is said and left at that', async (code) => {
    fake.fault = ({ method }, response) => {
      if (method !== 'PATCH') return false;
      refuse(response, code, 'it is another object now');
      return true;
    };
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    start();
    await until('it is said', () => notes.length === 1);
    await aWhile();
    expect(patches()).toHaveLength(1);
    expect(notes).toEqual([
      `the status of \`GuardrailPolicy shop/a\` was not written: ${code}: it is another object now`,
    ]);
  });

  test('a conflict is tried again, from what is stored by then', async () => {
    keepStatus();
    const keep = fake.fault;
    fake.fault = (request, response) => {
      // Somebody else is a little faster, the first time.
      if (request.method === 'PATCH' && fake.count('PATCH') === 1)
        fake.putStatus(policies, 'shop/a', { conditions: [{ type: 'Reviewed', status: 'True' }] });
      return keep(request, response);
    };
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    start();
    await until('it is tried again', () => patches().length === 2);
    await aWhile();
    expect(patches()).toHaveLength(2);
    const { conditions } = JSON.parse(patches()[1]?.body ?? '').status;
    expect(conditions.map(({ type }: { type: string }) => type)).toEqual(['Reviewed', 'Ready']);
    expect(notes).toEqual([]);
  });

  test('a namesake made meanwhile does not get the outcome of the former document', async () => {
    keepStatus();
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    const onDocuments = async (documents: readonly PolicyDocument[]) => {
      const isFirst = handed.length === 0;
      const verdicts = results(documents);
      if (!isFirst) return [];
      fake.put(policies, 'a', { namespace: 'shop', uid: 'another', spec: {} });
      await until('it is seen', () => fake.watchers(policies) === 1);
      await aWhile(30);
      return verdicts;
    };
    start({ onDocuments });
    await until('both came', () => handed.length === 2);
    await aWhile();
    expect(patches()).toEqual([]);
  });

  test('a passing failure is tried again, and said once', async () => {
    fake.fault = ({ method }, response) => {
      if (method !== 'PATCH' || fake.count('PATCH') > 3) return false;
      refuse(response, 503, 'not now');
      return true;
    };
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    start();
    await until('it worked', () => notes.length === 2);
    expect(patches()).toHaveLength(4);
    expect(notes[1]).toBe('the status of documents is written again');
  });

  test('a failure that stays is given up', async () => {
    fake.fault = ({ method }, response) => {
      if (method !== 'PATCH') return false;
      refuse(response, 503, 'never');
      return true;
    };
    fake.put(policies, 'a', { namespace: 'shop', spec: {} });
    start();
    await until('it tried', () => patches().length === 6);
    await aWhile();
    expect(patches()).toHaveLength(6);
  });

  test('a result for an unknown document writes nothing', async () => {
    const stranger: DocumentResult = {
      kind: 'GuardrailPolicy',
      namespace: 'shop',
      name: 'none',
      generation: 1,
      ok: true,
      problems: [],
    };
    start({ onDocuments: () => [stranger] });
    await until('it is synced', () => source?.isSynced() === true);
    await aWhile(80);
    expect(patches()).toEqual([]);
  });

  test('a message too long is cut without breaking a character', async () => {
    keepStatus();
    fake.put(policies, 'a', { namespace: 'shop', spec: { problem: '😀'.repeat(5_000) } });
    start();
    await until('it is written', () => patches().length === 1);
    const { message } = readyIn(patches()[0] as FakeRequest);
    expect(message.length).toBeLessThanOrEqual(4_096);
    expect(message.isWellFormed()).toBe(true);
    expect(message).toMatch(/ \.\.\.$/);
  });
});
