/** The spec of a Deployment of about a size: one plain container, one with environment and probes, or seven. */
import type { Proposal, SizeKibibytes } from '../reviews.ts';

interface Shape {
  readonly containers: number;
  readonly variables: number;
  readonly hasProbes: boolean;
}

const shapes: Readonly<Record<SizeKibibytes, Shape>> = {
  2: { containers: 1, variables: 0, hasProbes: false },
  8: { containers: 1, variables: 7, hasProbes: true },
  60: { containers: 7, variables: 12, hasProbes: true },
};

const replicas: Readonly<Record<Proposal | 'stored', number>> = {
  stored: 10,
  within: 12,
  outside: 200,
  clamped: 15,
};

export function deploymentSpec(app: string, kibibytes: SizeKibibytes, state: Proposal | 'stored'): unknown {
  const shape = shapes[kibibytes];
  const cpu = state === 'stored' ? '500m' : '600m';
  return {
    replicas: replicas[state],
    selector: { matchLabels: { app } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: {
      metadata: { labels: { app } },
      spec: {
        containers: Array.from({ length: shape.containers }, (_, at) =>
          containerOf(at, shape, at === 0 ? cpu : '100m'),
        ),
        schedulerName: 'default-scheduler',
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
      },
    },
  };
}

function containerOf(at: number, { variables, hasProbes }: Shape, cpu: string): unknown {
  return {
    name: at === 0 ? 'web' : `sidecar-${at}`,
    image: `images.example/shop/component-${at}:1.${at}.0`,
    ...(variables === 0 ? {} : { env: Array.from({ length: variables }, (_, index) => variableOf(index)) }),
    resources: { requests: { cpu, memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    ...(hasProbes ? { ports: [{ containerPort: 8080 + at, protocol: 'TCP' }], ...probes } : {}),
  };
}

function variableOf(index: number): unknown {
  if (index % 3 > 0) return { name: `SETTING_${index}`, value: `value-of-setting-${index}` };
  const secretKeyRef = { name: 'shop-credentials', key: `key-${index}` };
  return { name: `CREDENTIAL_${index}`, valueFrom: { secretKeyRef } };
}

const probe = {
  httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' },
  periodSeconds: 10,
  timeoutSeconds: 2,
};
const probes = { livenessProbe: probe, readinessProbe: probe, terminationMessagePolicy: 'File' };
