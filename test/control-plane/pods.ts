import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, ApiAnswer } from './client.ts';
import type { ControlPlane } from './harness.ts';

/**
 * Stand-ins for the kubelet and the metrics server, which is all that the real HPA controller needs to close its loop:
 * it reads pods that run, and PodMetrics objects, which a CustomResourceDefinition can hold as well as a server can.
 */
const metricsPath = '/apis/metrics.k8s.io/v1beta1';
const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const podMetrics = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'pods.metrics.k8s.io',
    // Groups under k8s.io are refused without a word on who approved them.
    annotations: { 'api-approved.kubernetes.io': 'unapproved, test only' },
  },
  spec: {
    group: 'metrics.k8s.io',
    scope: 'Namespaced',
    names: { plural: 'pods', singular: 'podmetrics', kind: 'PodMetrics', listKind: 'PodMetricsList' },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
  readonly status?: { readonly phase?: string };
}

/** Lets PodMetrics be stored and listed; resolves once they can be. */
export async function installPodMetrics(plane: ControlPlane): Promise<void> {
  const admin = plane.api('admin');
  expectStatus(await admin.request('POST', crdPath, podMetrics), [201, 409]);
  while ((await admin.request('GET', `${metricsPath}/pods`)).status !== 200) await sleep(50);
}

/**
 * Says what a pod uses now. The HPA controller sums the containers, so the first one is given it all.
 *
 * @param cpu a quantity, for instance `90m`.
 */
export async function setPodUsage(
  plane: ControlPlane,
  namespace: string,
  pod: string,
  cpu: string,
): Promise<void> {
  const admin = plane.api('admin');
  const found = await admin.request<Pod>('GET', `/api/v1/namespaces/${namespace}/pods/${pod}`);
  expectStatus(found, [200]);
  const body = {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    // The controller lists by the labels of the scale target's selector, which must match here too.
    metadata: { name: pod, namespace, labels: found.body.metadata.labels ?? {} },
    timestamp: new Date().toISOString(),
    window: '10s',
    containers: found.body.spec.containers.map(({ name }, index) => ({
      name,
      usage: { cpu: index === 0 ? cpu : '0', memory: '64Mi' },
    })),
  };
  expectStatus(await apply(admin, `${metricsPath}/namespaces/${namespace}/pods/${pod}`, body), [200, 201]);
}

/**
 * Makes the pods of a selector Running and Ready, for a minute already, as the kubelet would. Those that run are left
 * alone.
 *
 * @returns the names of all pods of the selector that run now.
 */
export async function markPodsRunning(
  plane: ControlPlane,
  namespace: string,
  selector: string,
): Promise<readonly string[]> {
  const admin = plane.api('admin');
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const query = { labelSelector: selector };
  const list = await admin.request<{ items: readonly Pod[] }>('GET', path, undefined, { query });
  expectStatus(list, [200]);
  const status = runningSince(new Date(Date.now() - 60_000).toISOString());
  for (const { metadata, status: now } of list.body.items) {
    if (now?.phase === 'Running') continue;
    // A pod may have been deleted since it was listed.
    expectStatus(await admin.request('PATCH', `${path}/${metadata.name}/status`, { status }), [200, 404]);
  }
  return list.body.items.map(({ metadata }) => metadata.name);
}

function runningSince(startTime: string): object {
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: startTime });
  return {
    phase: 'Running',
    startTime,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(condition),
  };
}

function apply(api: Api, path: string, body: object): Promise<ApiAnswer<unknown>> {
  const contentType = 'application/apply-patch+yaml';
  return api.request('PATCH', path, body, { contentType, query: { fieldManager: 'test', force: 'true' } });
}

function expectStatus({ status, body }: ApiAnswer<unknown>, expected: readonly number[]): void {
  if (!expected.includes(status))
    throw new Error(`the API server answered ${status}: ${JSON.stringify(body)}`);
}
