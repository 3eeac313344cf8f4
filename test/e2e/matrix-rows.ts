/** The governed kinds and doors, each with one way to change it by each client. */
import { AppsV1Api, AutoscalingV2Api, CoreV1Api } from '@kubernetes/client-node';
import type { ControlPlane } from '../control-plane/harness.ts';
import {
  answerOfKubectl,
  answerOfLibrary,
  answerOfRest,
  type ClientAnswer,
  libraryOf,
} from './real-clients.ts';

export const clients = ['kubectl', 'client-node', 'REST'] as const;
export type Client = (typeof clients)[number];

/** Sets the one knob of a row on the object of that name, as the optimizer. */
export type Turn = (plane: ControlPlane, name: string, value: number) => Promise<ClientAnswer>;

type Stored = Readonly<Record<string, unknown>>;

export interface Row {
  readonly door: string;
  readonly parameter: string;
  /** As causes name it. */
  readonly field: string;
  readonly subresource: string;
  /** The plural, as in paths and etcd's keys. */
  readonly resource: string;
  readonly make: (name: string, labels: object) => object;
  /** The spec with another value in the same place. */
  readonly replace: (spec: Stored, value: number) => Stored;
  readonly by: Readonly<Record<Client, Turn>>;
}

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '100m' } } }] },
};
const selector = { matchLabels: { app: 'web' } };

const hpaOf = (name: string, labels: object): object => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace: 'default', labels },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 10,
  },
});
const workloadOf =
  (kind: string) =>
  (name: string, labels: object): object => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'default', labels },
    spec: { replicas: 10, selector, template },
  });
const quotaOf = (name: string, labels: object, pods = '10'): object => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name, namespace: 'default', labels },
  spec: { hard: { 'count/deployments.apps': '10', pods } },
});

const withReplicas = (spec: Stored, replicas: number): Stored => ({ ...spec, replicas });
const scaled =
  (kind: string): Turn =>
  async (plane, name, value) =>
    answerOfKubectl(await plane.kubectl('rl', ['scale', `${kind}/${name}`, `--replicas=${value}`]));
const path = (group: string, resource: string, name: string): string =>
  `/apis/${group}/namespaces/default/${resource}/${name}`;
const metadata = { namespace: 'default' };

const hpa: Row = {
  door: 'horizontalpodautoscalers',
  parameter: 'hpa.maxReplicas',
  field: 'spec.maxReplicas',
  subresource: '',
  resource: 'horizontalpodautoscalers',
  make: hpaOf,
  replace: (spec, maxReplicas) => ({ ...spec, maxReplicas }),
  by: {
    kubectl: async (plane, name, maxReplicas) => {
      const patch = JSON.stringify({ spec: { maxReplicas } });
      return answerOfKubectl(await plane.kubectl('rl', ['patch', 'hpa', name, '--type=merge', '-p', patch]));
    },
    'client-node': async (plane, name, maxReplicas) => {
      const api = libraryOf(plane, 'rl').makeApiClient(AutoscalingV2Api);
      const body = await api.readNamespacedHorizontalPodAutoscaler({ name, ...metadata });
      if (body.spec !== undefined) body.spec.maxReplicas = maxReplicas;
      return answerOfLibrary(
        api.replaceNamespacedHorizontalPodAutoscalerWithHttpInfo({ name, ...metadata, body }),
      );
    },
    REST: async (plane, name, maxReplicas) => {
      const url = path('autoscaling/v2', 'horizontalpodautoscalers', name);
      return answerOfRest(await plane.api('rl').request('PATCH', url, { spec: { maxReplicas } }));
    },
  },
};

const deployment: Row = {
  door: 'deployments',
  parameter: 'deployment.replicas',
  field: 'spec.replicas',
  subresource: '',
  resource: 'deployments',
  make: workloadOf('Deployment'),
  replace: withReplicas,
  by: {
    kubectl: async (plane, name, replicas) => {
      const { stdout } = await plane.kubectl('rl', ['get', 'deployment', name, '-o', 'json']);
      const { spec, ...rest } = JSON.parse(stdout);
      const stdin = JSON.stringify({ ...rest, spec: { ...spec, replicas } });
      return answerOfKubectl(await plane.kubectl('rl', ['replace', '-f', '-'], { stdin }));
    },
    'client-node': async (plane, name, replicas) => {
      const api = libraryOf(plane, 'rl').makeApiClient(AppsV1Api);
      const body = await api.readNamespacedDeployment({ name, ...metadata });
      if (body.spec !== undefined) body.spec.replicas = replicas;
      return answerOfLibrary(api.replaceNamespacedDeploymentWithHttpInfo({ name, ...metadata, body }));
    },
    REST: async (plane, name, replicas) => {
      const contentType = 'application/strategic-merge-patch+json';
      const url = path('apps/v1', 'deployments', name);
      return answerOfRest(
        await plane.api('rl').request('PATCH', url, { spec: { replicas } }, { contentType }),
      );
    },
  },
};

const deploymentScale: Row = {
  ...deployment,
  door: 'deployments/scale',
  subresource: 'scale',
  by: {
    kubectl: scaled('deployment'),
    'client-node': async (plane, name, replicas) => {
      const api = libraryOf(plane, 'rl').makeApiClient(AppsV1Api);
      const body = await api.readNamespacedDeploymentScale({ name, ...metadata });
      if (body.spec !== undefined) body.spec.replicas = replicas;
      return answerOfLibrary(api.replaceNamespacedDeploymentScaleWithHttpInfo({ name, ...metadata, body }));
    },
    REST: async (plane, name, replicas) => {
      const url = path('apps/v1', 'deployments', `${name}/scale`);
      return answerOfRest(await plane.api('rl').request('PATCH', url, { spec: { replicas } }));
    },
  },
};

const statefulSetScale: Row = {
  door: 'statefulsets/scale',
  parameter: 'statefulset.replicas',
  field: 'spec.replicas',
  subresource: 'scale',
  resource: 'statefulsets',
  make: workloadOf('StatefulSet'),
  replace: withReplicas,
  by: {
    kubectl: scaled('statefulset'),
    'client-node': async (plane, name, replicas) => {
      const api = libraryOf(plane, 'rl').makeApiClient(AppsV1Api);
      const body = await api.readNamespacedStatefulSetScale({ name, ...metadata });
      if (body.spec !== undefined) body.spec.replicas = replicas;
      return answerOfLibrary(api.replaceNamespacedStatefulSetScaleWithHttpInfo({ name, ...metadata, body }));
    },
    // Without a resourceVersion: whatever is stored is overwritten.
    REST: async (plane, name, replicas) => {
      const body = {
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name, ...metadata },
        spec: { replicas },
      };
      const url = path('apps/v1', 'statefulsets', `${name}/scale`);
      return answerOfRest(await plane.api('rl').request('PUT', url, body));
    },
  },
};

const quota: Row = {
  door: 'resourcequotas',
  parameter: 'quota.hard[pods]',
  field: 'spec.hard.pods',
  subresource: '',
  resource: 'resourcequotas',
  make: quotaOf,
  replace: (spec, pods) => ({ ...spec, hard: { ...(spec['hard'] as Stored), pods: `${pods}` } }),
  by: {
    kubectl: async (plane, name, pods) => {
      const { stdout } = await plane.kubectl('rl', ['get', 'quota', name, '-o', 'json']);
      const stdin = JSON.stringify(quotaOf(name, JSON.parse(stdout).metadata.labels, `${pods}`));
      return answerOfKubectl(await plane.kubectl('rl', ['apply', '-f', '-'], { stdin }));
    },
    'client-node': async (plane, name, pods) => {
      const api = libraryOf(plane, 'rl').makeApiClient(CoreV1Api);
      const body = await api.readNamespacedResourceQuota({ name, ...metadata });
      body.spec = { ...body.spec, hard: { ...body.spec?.hard, pods: `${pods}` } };
      return answerOfLibrary(api.replaceNamespacedResourceQuotaWithHttpInfo({ name, ...metadata, body }));
    },
    REST: async (plane, name, pods) => {
      const patch = [{ op: 'replace', path: '/spec/hard/pods', value: `${pods}` }];
      const url = `/api/v1/namespaces/default/resourcequotas/${name}`;
      const contentType = 'application/json-patch+json';
      return answerOfRest(await plane.api('rl').request('PATCH', url, patch, { contentType }));
    },
  },
};

export const rows: readonly Row[] = [hpa, deployment, deploymentScale, statefulSetScale, quota];
