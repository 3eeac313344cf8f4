/** Objects of the kinds that the webhook configurations match, as small as the API server takes them. */

const labels = { app: 'web' };

export function hpaNamed(name: string, further: Readonly<Record<string, string>> = {}): object {
  return {
    metadata: { name, labels: further },
    spec: {
      minReplicas: 2,
      maxReplicas: 10,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
    },
  };
}

export function deploymentNamed(
  name: string,
  { env = [], annotations = {} }: { readonly env?: readonly object[]; readonly annotations?: object } = {},
): object {
  const containers = [{ name: 'web', image: 'web:1', env }];
  return {
    metadata: { name, annotations },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

export function podNamed(name: string, cpu = '1'): object {
  const resources = { requests: { cpu }, limits: { cpu: '4' } };
  return { metadata: { name }, spec: { containers: [{ name: 'web', image: 'web:1', resources }] } };
}

export function bindingOf(name: string): object {
  return { metadata: { name }, target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } };
}

export function quotaNamed(name: string): object {
  return { metadata: { name }, spec: { hard: { pods: '20' } } };
}

export const budget = {
  metadata: { name: 'web' },
  spec: { minAvailable: 1, selector: { matchLabels: labels } },
};

export const scaledObject = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'web' },
  spec: { scaleTargetRef: { name: 'web' }, maxReplicaCount: 10 },
};

/** KEDA's kind with no schema to speak of: what matters here is that requests of it are matched. */
export const scaledObjectDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'scaledobjects.keda.sh' },
  spec: {
    group: 'keda.sh',
    scope: 'Namespaced',
    names: { kind: 'ScaledObject', plural: 'scaledobjects', singular: 'scaledobject' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
