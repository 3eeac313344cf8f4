/** What the demonstration's optimizer proposes: the stored object, and the object that it sends. */
import type { ReviewRequest } from '../../webhook/review.ts';

export interface Step {
  readonly title: string;
  readonly request: Omit<ReviewRequest, 'uid'>;
}

const optimizer = 'system:serviceaccount:optimizers:rl-agent';
const optimizerGroups = [
  'system:serviceaccounts',
  'system:serviceaccounts:optimizers',
  'system:authenticated',
];

const hpa = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  resource: 'horizontalpodautoscalers',
};
const deployment = { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' };
const quota = { group: '', version: 'v1', kind: 'ResourceQuota', resource: 'resourcequotas' };

type Resource = typeof hpa;

export const steps: readonly Step[] = [
  { title: 'an ordinary raise', request: update(hpa, 'checkout', [hpaSpec(10), hpaSpec(12)]) },
  { title: 'an HPA raised 10 -> 500', request: update(hpa, 'checkout', [hpaSpec(10), hpaSpec(500)]) },
  { title: 'an HPA cut 40 -> 2', request: update(hpa, 'search', [hpaSpec(40), hpaSpec(2)]) },
  {
    title: 'a quota emptied',
    request: update(quota, 'team', [{ hard: { 'requests.cpu': '20' } }, { hard: { 'requests.cpu': '0' } }]),
  },
  {
    title: 'a scheduler swapped',
    request: update(deployment, 'checkout', [podSpec({}), podSpec({ schedulerName: 'greedy-scheduler' })]),
  },
  {
    title: 'an image touched',
    request: update(deployment, 'checkout', [podSpec({}), podSpec({ image: 'shop/checkout:evil' })]),
  },
];

function update(
  resource: Resource,
  name: string,
  [before, after]: readonly [object, object],
): Step['request'] {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const metadata = { name, namespace: 'shop', resourceVersion: '4711' };
  const object = (spec: object): object => ({ apiVersion, kind: resource.kind, metadata, spec });
  return {
    group: resource.group,
    version: resource.version,
    kind: resource.kind,
    resource: { group: resource.group, version: resource.version, resource: resource.resource },
    subresource: '',
    namespace: 'shop',
    name,
    operation: 'UPDATE',
    user: optimizer,
    groups: optimizerGroups,
    dryRun: false,
    object: object(after),
    oldObject: object(before),
  };
}

function hpaSpec(maxReplicas: number): object {
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' },
    minReplicas: 2,
    maxReplicas,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ],
  };
}

function podSpec({
  schedulerName = 'default-scheduler',
  image = 'shop/checkout:1.4.2',
}: {
  schedulerName?: string;
  image?: string;
}): object {
  const resources = { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } };
  return {
    replicas: 4,
    selector: { matchLabels: { app: 'checkout' } },
    template: {
      metadata: { labels: { app: 'checkout' } },
      spec: { schedulerName, containers: [{ name: 'web', image, resources }] },
    },
  };
}
