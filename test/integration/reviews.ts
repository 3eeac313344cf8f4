/** AdmissionReviews as the API server writes them. */
import { randomUUID } from 'node:crypto';

export type Json = Readonly<Record<string, unknown>>;

const doors: Readonly<Record<string, readonly [group: string, version: string, kind: string]>> = {
  horizontalpodautoscalers: ['autoscaling', 'v2', 'HorizontalPodAutoscaler'],
  deployments: ['apps', 'v1', 'Deployment'],
  resourcequotas: ['', 'v1', 'ResourceQuota'],
};

/** `resource` is a plural of the catalogue; `traits` replace fields of the request. */
export function reviewOf(resource: string, traits: Json): Json {
  const [group = '', version = 'v1', kind = ''] = doors[resource] ?? [];
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: randomUUID(),
      kind: { group, version, kind },
      resource: { group, version, resource },
      namespace: 'shop',
      name: 'web',
      operation: 'UPDATE',
      userInfo: { username: 'system:serviceaccount:shop:tuner', groups: ['system:serviceaccounts'] },
      options: { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1' },
      dryRun: false,
      ...traits,
    },
  };
}

export interface HpaTraits {
  readonly minReplicas?: number;
  readonly metrics?: readonly Json[];
  readonly metadata?: Json;
}

export function hpaOf(
  maxReplicas: unknown,
  { minReplicas = 2, metrics = [], metadata }: HpaTraits = {},
): Json {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '41', ...metadata },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas,
      maxReplicas,
      metrics,
    },
  };
}

/** An update of an HPA's maxReplicas. */
export function hpaUpdate(from: unknown, to: unknown, traits: Json = {}): Json {
  return reviewOf('horizontalpodautoscalers', { object: hpaOf(to), oldObject: hpaOf(from), ...traits });
}

export function deploymentOf(replicas: number, container: Json = {}): Json {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '7' },
    spec: {
      replicas,
      template: {
        spec: {
          containers: [
            {
              name: 'web',
              image: 'shop/web:1',
              resources: { requests: { cpu: '500m' }, limits: { cpu: '1' } },
              ...container,
            },
          ],
        },
      },
    },
  };
}

export function deploymentUpdate(from: Json, to: Json, traits: Json = {}): Json {
  return reviewOf('deployments', { object: to, oldObject: from, ...traits });
}

/** Through `/scale`; Go leaves a zero out. */
export function scaleOf(replicas: number): Json {
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '7' },
    spec: replicas === 0 ? {} : { replicas },
  };
}

export function scaleUpdate(from: number, to: number, traits: Json = {}): Json {
  return reviewOf('deployments', {
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    subResource: 'scale',
    object: scaleOf(to),
    oldObject: scaleOf(from),
    ...traits,
  });
}

export function quotaUpdate(from: Json, to: Json, traits: Json = {}): Json {
  const quota = (hard: Json): Json => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '9' },
    spec: { hard },
  });
  return reviewOf('resourcequotas', { object: quota(to), oldObject: quota(from), ...traits });
}

export function requestOf(review: Json): Json {
  return review['request'] as Json;
}
