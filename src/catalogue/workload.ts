/** Deployment and StatefulSet: group apps, by the object or by its scale. */
import { amountOrPercent } from './amount-or-percent.ts';
import { define, defineExists } from './define.ts';
import type { Definition, Kind } from './kind.ts';
import { type Node, rootOf } from './node.ts';
import { add, descend, type Survey, survey } from './survey.ts';
import { readTemplate, templateCouplings, templateDefinitions } from './template.ts';

interface Shape {
  readonly kind: string;
  readonly prefix: string;
  readonly resource: string;
  readonly strategyField: string;
  readonly strategy: readonly Definition[];
  readStrategy(into: Survey, node: Node): void;
}

function workload({ kind, prefix, resource, strategyField, strategy, readStrategy }: Shape): Kind {
  const replicas = define(
    `${prefix}.replicas`,
    ['integer', 'substitutive', 'more'],
    'pods that should run, set directly',
  );
  const door = { group: 'apps', resource };
  return Object.freeze<Kind>({
    group: 'apps',
    kind,
    doors: [
      { ...door, subresource: '' },
      { ...door, subresource: 'scale' },
    ],
    definitions: [defineExists(prefix, kind), replicas, ...strategy, ...templateDefinitions],
    couplings: templateCouplings,
    read: (object, subresource) =>
      survey((into) => {
        const spec = descend(into, rootOf(object), 'spec');
        const node = descend(into, spec, 'replicas');
        if (subresource === 'scale') {
          // Go leaves a zero out of a Scale: there, absent means none at all.
          add(into, replicas, { node: { ...node, value: node.value ?? 0 } });
          return;
        }
        add(into, replicas, { node });
        readStrategy(into, descend(into, spec, strategyField));
        readTemplate(into, descend(into, spec, 'template/spec'));
      }),
  });
}

const deploymentType = define(
  'deployment.strategy.type',
  ['choice', 'restrictive'],
  'RollingUpdate or Recreate',
);
const deploymentSurge = amountOrPercent(
  'deployment.strategy.maxSurge',
  'pods above the wanted number during a rollout',
  'more',
);
const deploymentUnavailable = amountOrPercent(
  'deployment.strategy.maxUnavailable',
  'pods that may be missing during a rollout',
  'less',
);

export const deployment: Kind = workload({
  kind: 'Deployment',
  prefix: 'deployment',
  resource: 'deployments',
  strategyField: 'strategy',
  strategy: [deploymentType, ...deploymentSurge.definitions, ...deploymentUnavailable.definitions],
  readStrategy(into, node) {
    add(into, deploymentType, { node: descend(into, node, 'type') });
    deploymentSurge.read(into, descend(into, node, 'rollingUpdate/maxSurge'));
    deploymentUnavailable.read(into, descend(into, node, 'rollingUpdate/maxUnavailable'));
  },
});

const statefulType = define(
  'statefulset.updateStrategy.type',
  ['choice', 'restrictive'],
  'RollingUpdate or OnDelete',
);
const partition = define(
  'statefulset.updateStrategy.partition',
  ['integer', 'restrictive'],
  'ordinal from which on pods are updated',
);
const statefulUnavailable = amountOrPercent(
  'statefulset.updateStrategy.maxUnavailable',
  'pods that may be missing during a rollout',
  'less',
);

export const statefulSet: Kind = workload({
  kind: 'StatefulSet',
  prefix: 'statefulset',
  resource: 'statefulsets',
  strategyField: 'updateStrategy',
  strategy: [statefulType, partition, ...statefulUnavailable.definitions],
  readStrategy(into, node) {
    add(into, statefulType, { node: descend(into, node, 'type') });
    add(into, partition, { node: descend(into, node, 'rollingUpdate/partition') });
    statefulUnavailable.read(into, descend(into, node, 'rollingUpdate/maxUnavailable'));
  },
});
