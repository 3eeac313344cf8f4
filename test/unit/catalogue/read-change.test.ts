import { expect, it } from 'vitest';
import { kindOf } from '../../../src/catalogue/catalogue.ts';
import { readChange } from '../../../src/catalogue/read-change.ts';

const spec = {
  minReplicas: 2,
  maxReplicas: 10,
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  metrics: [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
  ],
};

it('smoke', () => {
  const change = readChange({
    target: {
      group: 'autoscaling',
      kind: 'HorizontalPodAutoscaler',
      namespace: 'shop',
      name: 'web',
      subresource: '',
    },
    actor: { user: 'a', groups: [] },
    operation: 'UPDATE',
    dryRun: false,
    kind: kindOf('autoscaling', 'HorizontalPodAutoscaler'),
    oldObject: { spec },
    object: { spec: { ...spec, maxReplicas: 500 } },
    custom: [],
  });
  expect(change).toMatchObject({ ok: true });
});
