/** Objects as the API server sends them, shortened to what matters. */
import type { Kind } from '../../../src/catalogue/kind.ts';
import { formatValue } from '../../../src/core/parameter.ts';

const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' };

export const metrics = {
  cpu: {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
  },
  memory: {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '512Mi' } },
  },
  webCpu: {
    type: 'ContainerResource',
    containerResource: {
      name: 'cpu',
      container: 'web',
      target: { type: 'Utilization', averageUtilization: 70 },
    },
  },
  pods: {
    type: 'Pods',
    pods: {
      metric: { name: 'requests_per_second' },
      target: { type: 'AverageValue', averageValue: '1500m' },
    },
  },
  object: {
    type: 'Object',
    object: {
      describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main' },
      metric: { name: 'hits' },
      target: { type: 'Value', value: '2k' },
    },
  },
  queueA: {
    type: 'External',
    external: {
      metric: { name: 'queue', selector: { matchLabels: { queue: 'a' } } },
      target: { type: 'AverageValue', averageValue: '30' },
    },
  },
  queueB: {
    type: 'External',
    external: {
      metric: { name: 'queue', selector: { matchLabels: { queue: 'b' } } },
      target: { type: 'AverageValue', averageValue: '40' },
    },
  },
};

export const hpaV2 = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: {
    name: 'checkout',
    namespace: 'shop',
    annotations: { 'flyball.dev/anchor.hpa.maxReplicas': '10' },
  },
  spec: {
    scaleTargetRef: targetRef,
    minReplicas: 2,
    maxReplicas: 10,
    metrics: Object.values(metrics),
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        tolerance: '50m',
        policies: [
          { type: 'Percent', value: 100, periodSeconds: 15 },
          { type: 'Pods', value: 4, periodSeconds: 60 },
          { type: 'Pods', value: 2, periodSeconds: 15 },
        ],
      },
      scaleDown: { stabilizationWindowSeconds: 300 },
    },
  },
};

export const hpaV1 = {
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'checkout', namespace: 'shop' },
  spec: { scaleTargetRef: targetRef, minReplicas: 2, maxReplicas: 10, targetCPUUtilizationPercentage: 60 },
};

export const podSpec = {
  schedulerName: 'default-scheduler',
  nodeSelector: { zone: 'a', disk: 'ssd' },
  tolerations: [],
  containers: [
    {
      name: 'web',
      image: 'registry.example/web:1',
      resources: {
        requests: { cpu: '500m', memory: '1Gi', 'nvidia.com/gpu': '1' },
        limits: { cpu: 2, memory: '2Gi', 'nvidia.com/gpu': '1' },
      },
    },
    { name: 'proxy', image: 'registry.example/proxy:1', resources: {} },
  ],
  initContainers: [
    { name: 'setup', image: 'registry.example/setup:1', resources: { requests: { cpu: 0.1 } } },
  ],
};

export const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'checkout', namespace: 'shop' },
  spec: {
    replicas: 3,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
    template: { spec: podSpec },
  },
};

export const statefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'shop' },
  spec: {
    replicas: 3,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1, maxUnavailable: '30%' } },
    template: { spec: { containers: [{ name: 'db', image: 'registry.example/db:1' }] } },
  },
};

export const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop' },
  spec: podSpec,
};

export const binding = {
  apiVersion: 'v1',
  kind: 'Binding',
  metadata: { name: 'p', namespace: 'shop' },
  target: { kind: 'Node', name: 'node-1' },
};

export const quota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'team', namespace: 'shop' },
  spec: {
    hard: { 'requests.cpu': '20', 'requests.memory': '64Gi', 'count/deployments.apps': '10', pods: 50 },
  },
  status: { hard: { 'requests.cpu': '16' }, used: { 'requests.cpu': '4' } },
};

export const vpa = {
  apiVersion: 'autoscaling.k8s.io/v1',
  kind: 'VerticalPodAutoscaler',
  metadata: { name: 'checkout', namespace: 'shop' },
  spec: {
    targetRef,
    updatePolicy: { updateMode: 'InPlaceOrRecreate', minReplicas: 2 },
    resourcePolicy: {
      containerPolicies: [
        {
          containerName: '*',
          mode: 'Auto',
          minAllowed: { cpu: '100m', memory: '64Mi' },
          maxAllowed: { cpu: 1, memory: '1Gi' },
          controlledResources: ['cpu', 'memory'],
        },
      ],
    },
  },
};

export const triggers = {
  prometheus: {
    type: 'prometheus',
    metadata: { serverAddress: 'http://prometheus:9090', query: 'sum(rate(hits[2m]))', threshold: '12.5' },
  },
  latency: {
    type: 'prometheus',
    name: 'latency',
    metadata: {
      serverAddress: 'http://prometheus:9090',
      query: 'p99',
      threshold: '1',
      activationThreshold: '0.5',
    },
  },
  cpu: { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } },
};

export const scaledObject = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: {
    name: 'checkout',
    namespace: 'shop',
    annotations: { 'autoscaling.keda.sh/paused': 'true', 'autoscaling.keda.sh/paused-replicas': '0' },
  },
  spec: {
    scaleTargetRef: { name: 'checkout', envSourceContainerName: 'web' },
    minReplicaCount: 2,
    maxReplicaCount: 20,
    idleReplicaCount: 0,
    pollingInterval: 30,
    cooldownPeriod: 300,
    fallback: { failureThreshold: 3, replicas: 6 },
    advanced: {
      horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 120 } } },
    },
    triggers: Object.values(triggers),
  },
};

export const pdb = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'checkout', namespace: 'shop' },
  spec: { minAvailable: '50%', selector: { matchLabels: { app: 'checkout' } } },
};

/** What is read, as people see it, by name; throws where nothing can be read. */
export function read(kind: Kind, object: unknown, subresource = ''): Record<string, string> {
  const result = kind.read(object, subresource);
  if (!result.ok) throw new Error(result.error);
  return Object.fromEntries(
    result.readings.map(({ name, definition, notation, value }) => [
      name,
      formatValue(value, { type: definition.type, notation }),
    ]),
  );
}

/** Only what is there. */
export function readPresent(kind: Kind, object: unknown, subresource = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(read(kind, object, subresource)).filter(([, value]) => value !== '(none)'),
  );
}
