/** The spec of an HPA of about a size: one metric and no behavior, some, or very many. */
import type { Proposal, SizeKibibytes } from '../reviews.ts';

const metricCounts: Readonly<Record<SizeKibibytes, number>> = { 2: 1, 8: 6, 60: 58 };

const maxReplicas: Readonly<Record<Proposal | 'stored', number>> = {
  stored: 20,
  within: 24,
  outside: 500,
  clamped: 30,
};

export function hpaSpec(app: string, kibibytes: SizeKibibytes, state: Proposal | 'stored'): unknown {
  const metrics = Array.from({ length: metricCounts[kibibytes] }, (_, at) => metricOf(at, state));
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: app },
    minReplicas: 4,
    maxReplicas: maxReplicas[state],
    metrics,
    ...(kibibytes === 2 ? {} : { behavior }),
  };
}

function metricOf(at: number, state: Proposal | 'stored'): unknown {
  const utilization = state === 'stored' ? 60 : 65;
  if (at === 0)
    return {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: utilization } },
    };
  if (at === 1)
    return {
      type: 'Pods',
      pods: {
        metric: { name: 'http_requests_per_second' },
        target: { type: 'AverageValue', averageValue: '250' },
      },
    };
  const selector = { matchLabels: { queue: `orders-${at}`, region: 'eu-central-1' } };
  return {
    type: 'External',
    external: {
      metric: { name: `queue_messages_ready_${at}`, selector },
      target: { type: 'AverageValue', averageValue: `${30 + at}` },
    },
  };
}

const behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: 'Min',
    policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
  },
};
