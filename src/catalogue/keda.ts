/** KEDA's ScaledObject: group keda.sh. KEDA owns the HPA it makes, so that this object is the one to bound. */
import { behaviorOf } from './behavior.ts';
import { atMost, define, defineExists } from './define.ts';
import type { Definition, Kind } from './kind.ts';
import { child, type Node, rootOf } from './node.ts';
import { decodeReference } from './reference.ts';
import { add, descend, openRecord, type Survey, survey } from './survey.ts';
import { readTriggers, triggerDefinitions } from './triggers.ts';

const fields: readonly (readonly [string, Definition])[] = [
  [
    'spec/minReplicaCount',
    define(
      'scaledobject.minReplicaCount',
      ['integer', 'restrictive', 'more'],
      'fewest replicas while active',
    ),
  ],
  [
    'spec/maxReplicaCount',
    define('scaledobject.maxReplicaCount', ['integer', 'restrictive', 'more'], 'most replicas'),
  ],
  [
    'spec/idleReplicaCount',
    define(
      'scaledobject.idleReplicaCount',
      ['integer', 'restrictive', 'more'],
      'replicas while no trigger is active',
    ),
  ],
  [
    'spec/pollingInterval',
    define(
      'scaledobject.pollingInterval',
      ['duration', 'parametric', 'less'],
      'time between looks at the triggers',
    ),
  ],
  [
    'spec/cooldownPeriod',
    define(
      'scaledobject.cooldownPeriod',
      ['duration', 'parametric', 'more'],
      'time after the last active trigger before scaling to idle',
    ),
  ],
  [
    'spec/initialCooldownPeriod',
    define(
      'scaledobject.initialCooldownPeriod',
      ['duration', 'parametric', 'more'],
      'time after creation before scaling to idle',
    ),
  ],
  [
    'spec/fallback/replicas',
    define(
      'scaledobject.fallback.replicas',
      ['integer', 'restrictive', 'more'],
      'replicas while a trigger cannot be read',
    ),
  ],
  [
    'spec/fallback/failureThreshold',
    define(
      'scaledobject.fallback.failureThreshold',
      ['integer', 'parametric'],
      'failed looks at a trigger before the fallback',
    ),
  ],
  [
    'spec/fallback/behavior',
    define(
      'scaledobject.fallback.behavior',
      ['choice', 'parametric'],
      'how the fallback relates to the current replicas',
    ),
  ],
];

const target = define(
  'scaledobject.scaleTargetRef',
  ['choice', 'substitutive'],
  'the workload that is scaled: `Deployment.apps/checkout`',
);

const modifiers: readonly (readonly [string, Definition])[] = [
  [
    'formula',
    define(
      'scaledobject.scalingModifiers.formula',
      ['choice', 'parametric'],
      'the formula that joins the triggers into one metric',
    ),
  ],
  [
    'target',
    define(
      'scaledobject.scalingModifiers.target',
      ['quantity', 'parametric', 'less'],
      'target of the joined metric',
    ),
  ],
  [
    'activationTarget',
    define(
      'scaledobject.scalingModifiers.activationTarget',
      ['quantity', 'parametric', 'less'],
      'value of the joined metric that wakes the workload',
    ),
  ],
];

const behavior = behaviorOf('scaledobject');

const annotations: readonly (readonly [string, Definition])[] = [
  [
    'autoscaling.keda.sh/paused',
    define(
      'scaledobject.paused',
      ['choice', 'substitutive'],
      'annotation that stops the autoscaling: `true`',
    ),
  ],
  [
    'autoscaling.keda.sh/paused-replicas',
    define(
      'scaledobject.pausedReplicas',
      ['integer', 'substitutive', 'more'],
      'annotation that sets the replicas and stops the autoscaling',
    ),
  ],
  [
    'autoscaling.keda.sh/paused-scale-in',
    define(
      'scaledobject.pausedScaleIn',
      ['choice', 'substitutive'],
      'annotation that stops scaling in: `true`',
    ),
  ],
  [
    'autoscaling.keda.sh/paused-scale-out',
    define(
      'scaledobject.pausedScaleOut',
      ['choice', 'substitutive'],
      'annotation that stops scaling out: `true`',
    ),
  ],
];

export const scaledObject: Kind = Object.freeze<Kind>({
  group: 'keda.sh',
  kind: 'ScaledObject',
  doors: [{ group: 'keda.sh', resource: 'scaledobjects', subresource: '' }],
  definitions: [
    defineExists('scaledobject', 'ScaledObject'),
    target,
    ...[...fields, ...modifiers, ...annotations].map(([, definition]) => definition),
    ...triggerDefinitions,
    ...behavior.definitions,
  ],
  couplings: [
    atMost('scaledobject.minReplicaCount', 'scaledobject.maxReplicaCount'),
    atMost('scaledobject.idleReplicaCount', 'scaledobject.minReplicaCount', 1n),
  ],
  read: (object) =>
    survey((into) => {
      const root = rootOf(object);
      for (const [keys, definition] of fields) add(into, definition, { node: descend(into, root, keys) });
      add(into, target, {
        node: descend(into, root, 'spec/scaleTargetRef'),
        decode: decodeReference({ apiVersion: 'apps/v1', kind: 'Deployment' }),
      });
      readAdvanced(into, descend(into, root, 'spec/advanced'));
      readAnnotations(into, descend(into, root, 'metadata/annotations'));
      readTriggers(into, descend(into, root, 'spec/triggers'));
    }),
});

function readAdvanced(into: Survey, advanced: Node): void {
  behavior.read(into, descend(into, advanced, 'horizontalPodAutoscalerConfig/behavior'));
  for (const [field, definition] of modifiers)
    add(into, definition, { node: descend(into, advanced, `scalingModifiers/${field}`) });
}

function readAnnotations(into: Survey, node: Node): void {
  for (const [key, definition] of annotations)
    add(into, definition, { node: child(openRecord(into, node), key) });
}
