/** VerticalPodAutoscaler: group autoscaling.k8s.io. */
import { atMost, define, defineExists } from './define.ts';
import { numberDuplicates } from './duplicates.ts';
import type { Definition, Kind } from './kind.ts';
import { instanceName, type Node, rootOf } from './node.ts';
import { decodeReference } from './reference.ts';
import { resourceMap } from './resources.ts';
import { add, descend, openList, openName, type Survey, survey } from './survey.ts';

const updateMode = define(
  'vpa.updateMode',
  ['choice', 'parametric'],
  'how recommendations reach the pods: Off, Initial, Recreate or InPlaceOrRecreate',
);
const minReplicas = define(
  'vpa.minReplicas',
  ['integer', 'restrictive'],
  'fewest running replicas for which pods may be evicted',
);
const targetRef = define(
  'vpa.targetRef',
  ['choice', 'substitutive'],
  'the workload that is sized: `Deployment.apps/checkout`',
);
const minAllowed = resourceMap('vpa.containers.minAllowed', 'least that is recommended for the container', [
  'restrictive',
  'more',
]);
const maxAllowed = resourceMap('vpa.containers.maxAllowed', 'most that is recommended for the container', [
  'restrictive',
  'more',
]);

const containerFields: readonly (readonly [string, Definition])[] = [
  ['mode', 'whether the container is sized: Auto or Off'],
  ['controlledValues', 'RequestsAndLimits or RequestsOnly'],
  ['controlledResources', 'the resources that are sized, as JSON'],
].map(([field = '', description = '']) => [
  field,
  define(`vpa.containers.${field}`, ['choice', 'parametric'], description),
]);

export const vpa: Kind = Object.freeze<Kind>({
  group: 'autoscaling.k8s.io',
  kind: 'VerticalPodAutoscaler',
  doors: [{ group: 'autoscaling.k8s.io', resource: 'verticalpodautoscalers', subresource: '' }],
  definitions: [
    defineExists('vpa', 'autoscaler'),
    updateMode,
    minReplicas,
    targetRef,
    ...minAllowed.definitions,
    ...maxAllowed.definitions,
    ...containerFields.map(([, definition]) => definition),
  ],
  couplings: ['cpu', 'memory'].map((resource) =>
    atMost(`vpa.containers.minAllowed.${resource}`, `vpa.containers.maxAllowed.${resource}`),
  ),
  read: (object) =>
    survey((into) => {
      const spec = descend(into, rootOf(object), 'spec');
      add(into, updateMode, { node: descend(into, spec, 'updatePolicy/updateMode') });
      add(into, minReplicas, { node: descend(into, spec, 'updatePolicy/minReplicas') });
      add(into, targetRef, {
        node: descend(into, spec, 'targetRef'),
        decode: decodeReference({ apiVersion: 'v1', kind: '' }),
      });
      readContainers(into, openList(into, descend(into, spec, 'resourcePolicy/containerPolicies')));
    }),
});

/** By container name; `*` is the policy of all that have none of their own. */
function readContainers(into: Survey, policies: readonly Node[]): void {
  const named = policies.map(
    (policy) => [instanceName(openName(into, descend(into, policy, 'containerName'))), policy] as const,
  );
  for (const [[name, policy], number] of numberDuplicates(named, { keyOf: ([it]) => it })) {
    const stem = `vpa.containers[${name}${number}]`;
    minAllowed.read(into, descend(into, policy, 'minAllowed'), `${stem}.minAllowed`);
    maxAllowed.read(into, descend(into, policy, 'maxAllowed'), `${stem}.maxAllowed`);
    for (const [field, definition] of containerFields)
      add(into, definition, { node: descend(into, policy, field), name: `${stem}.${field}` });
  }
}
