/** Governed objects as kubectl takes them: with kind, version and namespace. */

export type Spec = Readonly<Record<string, unknown>>;

export const metricOf = (name: string, averageUtilization: number) => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
});

/** In this order autoscaling/v1, whose one metric comes last, gives the metrics back as they were. */
const metrics = [metricOf('memory', 70), metricOf('cpu', 50)];

export const hpaOf = (name: string, spec: Spec = {}, labels: object = {}) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, labels },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 10,
    metrics,
    ...spec,
  },
});

export const containerOf = (name: string, memory: string) => ({
  name,
  image: `${name}:1`,
  resources: { requests: { memory }, limits: { memory } },
});

export const deploymentOf = (
  name: string,
  containers: readonly object[] = [containerOf('web', '64Mi')],
  labels: object = {},
) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
  },
});

export const quotaOf = (name: string, hard: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name },
  spec: { hard },
});

const inNamespace = (base: string, resource: string) => (namespace: string) =>
  `${base}/namespaces/${namespace}/${resource}`;

/** The paths of collections, by namespace. */
export const paths = {
  hpasV1: inNamespace('/apis/autoscaling/v1', 'horizontalpodautoscalers'),
  hpas: inNamespace('/apis/autoscaling/v2', 'horizontalpodautoscalers'),
  deployments: inNamespace('/apis/apps/v1', 'deployments'),
  quotas: inNamespace('/api/v1', 'resourcequotas'),
  pods: inNamespace('/api/v1', 'pods'),
  budgets: inNamespace('/apis/policy/v1', 'poddisruptionbudgets'),
} as const;

/** Of the pods `app: web`. */
export const budgetOf = (name: string, spec: object): object => ({
  metadata: { name },
  spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
});
