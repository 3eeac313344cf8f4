/**
 * Generated policy sets, as documents in a folder for the real loader. One cluster policy bounds what the reviews
 * change. The others are spread over 500 namespaces, six kinds and four ways of matching: of 10,000 a handful match.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

export const policyCounts = [1, 100, 10_000] as const;

const namespaceCount = 500;
const documentsPerFile = 100;
/** Of the others, one in so many is a platform team's: for all namespaces, so that no index narrows it down. */
const clusterWideEvery = 400;

/** Writes `count` policies below `folder`; returns the size of the text in bytes. */
export function writePolicies(folder: string, count: number): number {
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (let start = 0; start < count; start += documentsPerFile) {
    const length = Math.min(documentsPerFile, count - start);
    const documents = Array.from({ length }, (_, at) => stringify(createPolicy(start + at)));
    const text = documents.join('---\n');
    writeFileSync(join(folder, `policies-${String(start).padStart(5, '0')}.yaml`), text);
    bytes += Buffer.byteLength(text);
  }
  return bytes;
}

const apiVersion = 'flyball.dev/v1alpha1';

/** The first bounds the reviews. */
export function createPolicy(index: number): object {
  if (index === 0) return platformBounds;
  return index % clusterWideEvery === 0 ? clusterPolicy(index) : namespacedPolicy(index);
}

/** People on call are left out of every policy that is not another actor's. */
const actors = { exclude: [{ group: 'sre-oncall' }] };

/** Admits the proposal `within`, clamps the proposal `outside` (`reviews.ts`). */
const platformBounds = {
  apiVersion,
  kind: 'ClusterGuardrailPolicy',
  metadata: { name: 'platform-bounds' },
  spec: {
    description: 'What an optimizer may do to autoscaling and sizes.',
    match: {
      resources: [
        { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' },
        { group: 'apps', kind: 'Deployment' },
      ],
      actors,
    },
    guards: [
      {
        parameter: 'hpa.maxReplicas',
        range: { min: 4, max: 40 },
        step: { increase: '50%', decrease: '25%' },
        onViolation: 'Clamp',
      },
      { parameter: 'hpa.metrics.cpu.averageUtilization', range: { min: 30, max: 80 }, onViolation: 'Clamp' },
      { parameter: 'hpa.scaleTargetRef', choice: 'unchanged', onViolation: 'Deny' },
      {
        parameter: 'deployment.replicas',
        range: { min: 2, max: 50 },
        step: { increase: '50%' },
        onViolation: 'Clamp',
      },
      {
        parameter: 'containers.requests.cpu',
        step: { increase: '100%', decrease: '25%' },
        onViolation: 'Clamp',
      },
      { parameter: 'containers.image', choice: 'unchanged', onViolation: 'Deny' },
    ],
  },
};

interface Subject {
  readonly group: string;
  readonly kind: string;
  readonly guards: readonly object[];
}

const containerGuards = [
  { parameter: 'containers.requests.memory', step: { increase: '100%', decrease: '25%' } },
  { parameter: 'containers.image', choice: 'unchanged', onViolation: 'Deny' },
];

/** Looser than the platform's where they meet the reviews, so that the answer is the same in every set. */
const subjects: readonly Subject[] = [
  {
    group: 'autoscaling',
    kind: 'HorizontalPodAutoscaler',
    guards: [
      { parameter: 'hpa.minReplicas', range: { min: 1, max: 100 } },
      { parameter: 'hpa.maxReplicas', range: { min: 2, max: 200 }, step: { increase: '200%' } },
    ],
  },
  {
    group: 'apps',
    kind: 'Deployment',
    guards: [{ parameter: 'deployment.replicas', range: { min: 1, max: 400 } }, ...containerGuards],
  },
  {
    group: 'apps',
    kind: 'StatefulSet',
    guards: [{ parameter: 'statefulset.replicas', step: { increase: 2, decrease: 1 } }, ...containerGuards],
  },
  {
    group: '',
    kind: 'ResourceQuota',
    guards: [{ parameter: 'quota.hard[pods]', step: { increase: '50%', decrease: '10%' } }],
  },
  {
    group: 'policy',
    kind: 'PodDisruptionBudget',
    guards: [{ parameter: 'pdb.*', ownership: { allow: ['restrictive'] }, onViolation: 'Deny' }],
  },
  {
    group: 'keda.sh',
    kind: 'ScaledObject',
    guards: [
      { parameter: 'scaledobject.maxReplicaCount', range: { min: 1, max: 100 }, onViolation: 'Throttle' },
    ],
  },
];

function subjectOf(index: number): Subject {
  const subject = subjects[index % subjects.length];
  if (subject === undefined) throw new Error('there are no subjects');
  return subject;
}

/** The four ways by which tenants say which of their objects they mean. */
function matchOf(index: number): object {
  const app = `app-${index % 40}`;
  switch (index % 4) {
    case 0:
      return { labels: { matchLabels: { app } }, actors };
    case 1:
      return { names: [app, `${app}-canary`], actors };
    case 2:
      return {
        labels: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['batch', app] }] },
        actors,
      };
    default:
      return { actors: { include: [{ serviceAccount: `optimizers/${app}` }] } };
  }
}

function namespacedPolicy(index: number): object {
  const { group, kind, guards } = subjectOf(Math.floor(index / 4));
  return {
    apiVersion,
    kind: 'GuardrailPolicy',
    metadata: { name: `bounds-${index}`, namespace: `team-${index % namespaceCount}` },
    spec: { match: { resources: [{ group, kind }], ...matchOf(index) }, guards },
  };
}

function clusterPolicy(index: number): object {
  const { group, kind, guards } = subjectOf(index / clusterWideEvery);
  const namespaces = index % 800 === 0 ? { namespaces: [`tenant-${index}-*`] } : {};
  return {
    apiVersion,
    kind: 'ClusterGuardrailPolicy',
    metadata: { name: `platform-${index}` },
    spec: {
      match: {
        resources: [{ group, kind }],
        actors: { include: [{ group: `system:serviceaccounts:vendor-${index}` }] },
        ...namespaces,
      },
      guards,
    },
  };
}
