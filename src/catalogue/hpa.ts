/** HorizontalPodAutoscaler: group autoscaling, in the shapes of v2 and of v1. */
import { behaviorOf } from './behavior.ts';
import { atMost, define, defineExists } from './define.ts';
import type { Kind } from './kind.ts';
import { metricDefinitions, readMetrics } from './metrics.ts';
import { rootOf } from './node.ts';
import { decodeReference } from './reference.ts';
import { add, descend, survey } from './survey.ts';

const minReplicas = define(
  'hpa.minReplicas',
  ['integer', 'restrictive', 'more'],
  'fewest replicas the autoscaler keeps',
);
const maxReplicas = define(
  'hpa.maxReplicas',
  ['integer', 'restrictive', 'more'],
  'most replicas the autoscaler asks for',
);
const scaleTargetRef = define(
  'hpa.scaleTargetRef',
  ['choice', 'substitutive'],
  'the workload that is scaled: `Deployment.apps/checkout`',
);
const behavior = behaviorOf('hpa');

export const hpa: Kind = Object.freeze<Kind>({
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  doors: [{ group: 'autoscaling', resource: 'horizontalpodautoscalers', subresource: '' }],
  definitions: [
    defineExists('hpa', 'autoscaler'),
    minReplicas,
    maxReplicas,
    scaleTargetRef,
    ...metricDefinitions,
    ...behavior.definitions,
  ],
  couplings: [atMost('hpa.minReplicas', 'hpa.maxReplicas')],
  read: (object) =>
    survey((into) => {
      const spec = descend(into, rootOf(object), 'spec');
      const at = (keys: string) => descend(into, spec, keys);
      add(into, minReplicas, { node: at('minReplicas') });
      add(into, maxReplicas, { node: at('maxReplicas') });
      add(into, scaleTargetRef, {
        node: at('scaleTargetRef'),
        decode: decodeReference({ apiVersion: 'v1', kind: '' }),
      });
      readMetrics(into, at('metrics'), at(v1Utilization));
      behavior.read(into, at('behavior'));
    }),
});

/** Version 1 knows one metric; it is the same knob as v2's and has the same name. */
const v1Utilization = 'targetCPUUtilizationPercentage';
