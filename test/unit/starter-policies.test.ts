import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { consider } from '../../src/consider.ts';
import { explainDecision } from '../../src/core/explain.ts';
import { noHistory } from '../../src/core/history.ts';
import { formatValue } from '../../src/core/parameter.ts';
import { readCases, runFolders } from '../../src/policy/cases.ts';
import { lintPolicies } from '../../src/policy/lint.ts';
import { loadFolder } from '../../src/policy/load.ts';
import type { ReviewRequest } from '../../src/webhook/review.ts';

const root = new URL('../../policies/', import.meta.url).pathname;
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('the starter policies', () => {
  it('are at least eight', () => {
    expect(folders.length).toBeGreaterThanOrEqual(8);
  });

  it('load together without a problem', () => {
    const { problems, policies } = loadFolder(root);
    expect(problems).toEqual([]);
    expect(policies).toHaveLength(folders.length);
  });

  it.each(folders)(
    '%s is a cluster policy of that name, which enforces and says what it is for',
    (folder) => {
      const { problems, policies } = loadFolder(join(root, folder));
      expect(problems).toEqual([]);
      expect(policies.map(({ source }) => source.value)).toMatchObject([
        {
          kind: 'ClusterGuardrailPolicy',
          metadata: { name: folder },
          spec: { description: expect.stringMatching(/.{30,}\.$/) },
        },
      ]);
    },
  );

  it('give lint nothing to say', () => {
    expect(lintPolicies(loadFolder(root), Date.parse('2026-01-07T12:00:00Z'))).toEqual([]);
  });

  it.each(folders)(
    '%s does what its cases say: an admission, a refusal or a clamp, and an edge',
    (folder) => {
      const [suite, ...others] = runFolders(join(root, folder));
      expect(others).toEqual([]);
      expect(suite?.problems).toEqual([]);
      const results = suite?.results ?? [];
      expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
      expect(results.length).toBeGreaterThanOrEqual(3);
      const verdicts = readCases(join(root, folder, 'cases.yaml')).cases.flatMap(({ spec }) =>
        [spec, ...(spec.timeline ?? [])].flatMap(({ expect: expected }) => expected?.verdict ?? []),
      );
      expect(verdicts).toContain('admit');
      expect(new Set(verdicts).size).toBeGreaterThan(1);
    },
  );

  it.each(folders)('%s has a README that says why, for whom, when not and what to turn', (folder) => {
    const text = readFileSync(join(root, folder, 'README.md'), 'utf8');
    expect(text.startsWith(`# ${folder}\n`)).toBe(true);
    for (const word of ['**Why:**', '**Who:**', '**Not for:**', '**Knobs:**']) expect(text).toContain(word);
  });
});

/** Objects as the API server sends them, decided on by the whole library. */
describe('the starter policies together', () => {
  const { set } = loadFolder(root);
  const optimizer = {
    user: 'system:serviceaccount:optimizers:rl',
    groups: ['system:serviceaccounts:optimizers'],
  };
  const ci = { user: 'system:serviceaccount:ci:deployer', groups: ['system:serviceaccounts:ci'] };
  const alice = { user: 'alice', groups: ['developers'] };
  const onCall = { user: 'bob', groups: ['sre-oncall'] };

  type Case = [
    name: string,
    actor: typeof alice,
    request: Partial<ReviewRequest>,
    outcome: string,
    granted: Readonly<Record<string, string>>,
    by?: string,
  ];

  const cases: Case[] = [
    [
      'opens an HPA',
      optimizer,
      hpa({ maxReplicas: 10 }, { maxReplicas: 500 }),
      'clamp',
      { 'hpa.maxReplicas': '20' },
      'hpa-bounds',
    ],
    [
      'shuts an HPA',
      optimizer,
      hpa({ maxReplicas: 40 }, { maxReplicas: 2 }),
      'clamp',
      { 'hpa.maxReplicas': '20' },
      'hpa-bounds',
    ],
    [
      'empties a quota',
      optimizer,
      quota('40', '0'),
      'clamp',
      { 'quota.hard[requests.cpu]': '30' },
      'quota-floor',
    ],
    [
      'swaps a scheduler',
      optimizer,
      deployment({}, { schedulerName: 'rl-scheduler' }),
      'deny',
      {},
      'pinned-scheduler',
    ],
    ['touches an image', optimizer, deployment({}, { image: 'shop/web:latest' }), 'deny', {}, 'image-owner'],
    ['scales gently', optimizer, deployment({ replicas: 8 }, { replicas: 7 }), 'admit', {}],
    ['tunes a target', optimizer, hpa({ cpu: 50 }, { cpu: 60 }), 'admit', {}],
    ['rolls out', ci, deployment({ replicas: 4 }, { replicas: 12, image: 'shop/web:1.4.3' }), 'admit', {}],
    [
      'moves to a scheduler of its own',
      ci,
      deployment({}, { schedulerName: 'batch-scheduler' }),
      'admit',
      {},
    ],
    ['stops a workload', alice, deployment({ replicas: 12 }, { replicas: 0 }), 'admit', {}],
    [
      'applies a new Deployment',
      alice,
      created(deployment({}, { replicas: 30, schedulerName: 'gang' })),
      'admit',
      {},
    ],
    ['applies a new HPA', alice, created(hpa({}, { maxReplicas: 60, cpu: 90 })), 'admit', {}],
    ['applies a new quota', alice, created(quota('', '4')), 'admit', {}],
    ['removes an HPA', alice, deleted(hpa({}, {})), 'admit', {}],
    ['removes a Deployment', alice, deleted(deployment({}, {})), 'admit', {}],
    ['removes an HPA', optimizer, deleted(hpa({}, {})), 'deny', {}, 'optimizer-ownership'],
    ['drops a key of a quota', optimizer, quota('40', ''), 'clamp', {}, 'quota-floor'],
    ['removes an HPA by the back door', optimizer, orphaned(hpa({}, {})), 'deny', {}, 'optimizer-ownership'],
    ['removes a quota by the back door', alice, orphaned(quota('4', '4')), 'deny', {}, 'quota-floor'],
    ['makes a new HPA that has an owner', alice, created(orphaned(hpa({}, {}))), 'admit', {}],
    ['opens an HPA in need', onCall, hpa({ maxReplicas: 10 }, { maxReplicas: 150 }), 'admit', {}],
  ];

  it.each<Case>(cases)('%s', (_name, actor, request, outcome, granted, by) => {
    const answer = considered({ ...request, ...actor });
    const lines = typeof answer === 'string' ? answer : explainDecision(answer.decision).join('\n');
    expect(typeof answer === 'string' ? 'admit' : answer.decision.outcome, lines).toBe(outcome);
    const verdicts = typeof answer === 'string' ? [] : answer.decision.verdicts;
    const shown = new Map(
      verdicts.map((one) => [one.parameter.name, formatValue(one.granted, one.parameter)]),
    );
    for (const [name, value] of Object.entries(granted)) expect(shown.get(name)).toBe(value);
    const policies = new Set(verdicts.flatMap(({ determining }) => determining.map(({ policy }) => policy)));
    expect([...policies]).toEqual(by === undefined ? [] : [by]);
  });

  function considered(request: Partial<ReviewRequest>): ReturnType<typeof consider> {
    const whole = { uid: 'u', namespace: 'shop', name: 'web', subresource: '', dryRun: false, ...request };
    return consider({ operation: 'UPDATE', ...whole } as ReviewRequest, {
      readPolicies: () => set,
      readLabels: () => new Map(),
      readNamespaceLabels: () => new Map(),
      readHistory: () => noHistory,
      readNow: () => Date.parse('2026-01-07T12:00:00Z'),
    });
  }
});

interface HpaValues {
  readonly maxReplicas?: number;
  readonly cpu?: number;
}

function hpa(before: HpaValues, after: HpaValues): Partial<ReviewRequest> {
  const object = ({ maxReplicas = 10, cpu = 50 }: HpaValues) => ({
    metadata: { name: 'web' },
    spec: {
      minReplicas: 2,
      maxReplicas,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } },
        },
      ],
    },
  });
  const resource = { group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers' };
  return requestOf(resource, 'HorizontalPodAutoscaler', [object(before), object({ ...before, ...after })]);
}

interface DeploymentValues {
  readonly replicas?: number;
  readonly image?: string;
  readonly schedulerName?: string;
}

function deployment(before: DeploymentValues, after: DeploymentValues): Partial<ReviewRequest> {
  const object = (values: DeploymentValues) => {
    const { replicas = 4, image = 'shop/web:1.4.2', schedulerName = 'default-scheduler' } = values;
    const resources = { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } };
    const spec = { schedulerName, containers: [{ name: 'web', image, resources }] };
    return { metadata: { name: 'web' }, spec: { replicas, template: { spec } } };
  };
  const resource = { group: 'apps', version: 'v1', resource: 'deployments' };
  return requestOf(resource, 'Deployment', [object(before), object({ ...before, ...after })]);
}

function quota(before: string, after: string): Partial<ReviewRequest> {
  const object = (cpu: string) => ({
    metadata: { name: 'web' },
    spec: { hard: cpu === '' ? {} : { 'requests.cpu': cpu } },
  });
  const resource = { group: '', version: 'v1', resource: 'resourcequotas' };
  return requestOf(resource, 'ResourceQuota', [object(before), object(after)]);
}

/** An owner that is not there: the garbage collector would remove the object. */
function orphaned(request: Partial<ReviewRequest>): Partial<ReviewRequest> {
  const object = request.object as { readonly metadata: object };
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: '1' }];
  return { ...request, object: { ...object, metadata: { ...object.metadata, ownerReferences } } };
}

function requestOf(
  resource: ReviewRequest['resource'],
  kind: string,
  [oldObject, object]: readonly [unknown, unknown],
): Partial<ReviewRequest> {
  return { resource, group: resource.group, version: resource.version, kind, oldObject, object };
}

function created(request: Partial<ReviewRequest>): Partial<ReviewRequest> {
  return { ...request, operation: 'CREATE', oldObject: undefined };
}

function deleted(request: Partial<ReviewRequest>): Partial<ReviewRequest> {
  return { ...request, operation: 'DELETE', object: undefined };
}
