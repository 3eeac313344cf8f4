import { describe, expect, it } from 'vitest';
import { catalogue, findKind } from '../../../src/catalogue/catalogue.ts';
import { encodeValue } from '../../../src/catalogue/encode.ts';
import { hpa } from '../../../src/catalogue/hpa.ts';
import { scaledObject } from '../../../src/catalogue/keda.ts';
import type { Kind } from '../../../src/catalogue/kind.ts';
import { unescapeToken } from '../../../src/catalogue/node.ts';
import { pdb } from '../../../src/catalogue/pdb.ts';
import { pod } from '../../../src/catalogue/pod.ts';
import { quota } from '../../../src/catalogue/quota.ts';
import { vpa } from '../../../src/catalogue/vpa.ts';
import { deployment, statefulSet } from '../../../src/catalogue/workload.ts';
import { stripInstances } from '../../../src/core/parameter.ts';
import * as objects from './objects.ts';
import { read, readPresent } from './objects.ts';

const template = {
  'containers[web].image': 'registry.example/web:1',
  'containers[web].requests.cpu': '500m',
  'containers[web].requests.memory': '1Gi',
  'containers[web].requests[nvidia.com/gpu]': '1',
  'containers[web].limits.cpu': '2',
  'containers[web].limits.memory': '2Gi',
  'containers[web].limits[nvidia.com/gpu]': '1',
  'containers[proxy].image': 'registry.example/proxy:1',
  'initContainers[setup].image': 'registry.example/setup:1',
  'initContainers[setup].requests.cpu': '100m',
  'pod.schedulerName': 'default-scheduler',
  'pod.nodeSelector': '{"disk":"ssd","zone":"a"}',
};

interface Case {
  readonly kind: Kind;
  readonly subresource?: string;
  readonly object: unknown;
  readonly present: Readonly<Record<string, string>>;
}

const cases: Readonly<Record<string, Case>> = {
  'HPA v2': {
    kind: hpa,
    object: objects.hpaV2,
    present: {
      'hpa.minReplicas': '2',
      'hpa.maxReplicas': '10',
      'hpa.scaleTargetRef': 'Deployment.apps/checkout',
      'hpa.metrics.cpu.averageUtilization': '60%',
      'hpa.metrics.cpu[web].averageUtilization': '70%',
      'hpa.metrics.memory.averageValue': '512Mi',
      'hpa.metrics.pods[requests_per_second].averageValue': '1500m',
      'hpa.metrics.object[hits].value': '2k',
      'hpa.metrics.object[hits].describedObject':
        '{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","name":"main"}',
      'hpa.metrics.external[queue].averageValue': '30',
      'hpa.metrics.external[queue].selector': '{"matchLabels":{"queue":"a"}}',
      'hpa.metrics.external[queue#2].averageValue': '40',
      'hpa.metrics.external[queue#2].selector': '{"matchLabels":{"queue":"b"}}',
      'hpa.behavior.scaleUp.stabilizationWindowSeconds': '0s',
      'hpa.behavior.scaleUp.selectPolicy': 'Max',
      'hpa.behavior.scaleUp.tolerance': '50m',
      'hpa.behavior.scaleUp.policies.percent.value': '100%',
      'hpa.behavior.scaleUp.policies.percent.periodSeconds': '15s',
      'hpa.behavior.scaleUp.policies.pods.value': '2',
      'hpa.behavior.scaleUp.policies.pods.periodSeconds': '15s',
      'hpa.behavior.scaleUp.policies.pods[#2].value': '4',
      'hpa.behavior.scaleUp.policies.pods[#2].periodSeconds': '1m',
      'hpa.behavior.scaleDown.stabilizationWindowSeconds': '5m',
    },
  },
  'HPA v1': {
    kind: hpa,
    object: objects.hpaV1,
    present: {
      'hpa.minReplicas': '2',
      'hpa.maxReplicas': '10',
      'hpa.scaleTargetRef': 'Deployment.apps/checkout',
      'hpa.metrics.cpu.averageUtilization': '60%',
    },
  },
  Deployment: {
    kind: deployment,
    object: objects.deployment,
    present: {
      'deployment.replicas': '3',
      'deployment.strategy.type': 'RollingUpdate',
      'deployment.strategy.maxSurgePercent': '25%',
      'deployment.strategy.maxUnavailable': '1',
      ...template,
    },
  },
  'Scale of a Deployment': {
    kind: deployment,
    subresource: 'scale',
    object: { apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 7 } },
    present: { 'deployment.replicas': '7' },
  },
  'Scale to zero': {
    kind: statefulSet,
    subresource: 'scale',
    object: { apiVersion: 'autoscaling/v1', kind: 'Scale', spec: {} },
    present: { 'statefulset.replicas': '0' },
  },
  StatefulSet: {
    kind: statefulSet,
    object: objects.statefulSet,
    present: {
      'statefulset.replicas': '3',
      'statefulset.updateStrategy.type': 'RollingUpdate',
      'statefulset.updateStrategy.partition': '1',
      'statefulset.updateStrategy.maxUnavailablePercent': '30%',
      'containers[db].image': 'registry.example/db:1',
    },
  },
  Pod: { kind: pod, subresource: 'resize', object: objects.pod, present: template },
  'Pod with resources of its own': {
    kind: pod,
    object: { spec: { resources: { requests: { cpu: '1' }, limits: { 'hugepages-2Mi': '4Mi' } } } },
    present: { 'pod.requests.cpu': '1', 'pod.limits[hugepages-2Mi]': '4Mi' },
  },
  Binding: {
    kind: pod,
    subresource: 'binding',
    object: objects.binding,
    present: { 'pod.binding.node': 'node-1' },
  },
  'Binding, by the older door': {
    kind: pod,
    object: objects.binding,
    present: { 'pod.binding.node': 'node-1' },
  },
  ResourceQuota: {
    kind: quota,
    object: objects.quota,
    present: {
      'quota.hard[requests.cpu]': '20',
      'quota.hard[requests.memory]': '64Gi',
      'quota.hard[count/deployments.apps]': '10',
      'quota.hard[pods]': '50',
    },
  },
  'status of a ResourceQuota': {
    kind: quota,
    subresource: 'status',
    object: objects.quota,
    present: { 'quota.status.hard[requests.cpu]': '16' },
  },
  VerticalPodAutoscaler: {
    kind: vpa,
    object: objects.vpa,
    present: {
      'vpa.updateMode': 'InPlaceOrRecreate',
      'vpa.minReplicas': '2',
      'vpa.targetRef': 'Deployment.apps/checkout',
      'vpa.containers[*].mode': 'Auto',
      'vpa.containers[*].minAllowed.cpu': '100m',
      'vpa.containers[*].minAllowed.memory': '64Mi',
      'vpa.containers[*].maxAllowed.cpu': '1',
      'vpa.containers[*].maxAllowed.memory': '1Gi',
      'vpa.containers[*].controlledResources': '["cpu","memory"]',
    },
  },
  ScaledObject: {
    kind: scaledObject,
    object: objects.scaledObject,
    present: {
      'scaledobject.minReplicaCount': '2',
      'scaledobject.maxReplicaCount': '20',
      'scaledobject.idleReplicaCount': '0',
      'scaledobject.pollingInterval': '30s',
      'scaledobject.cooldownPeriod': '5m',
      'scaledobject.fallback.replicas': '6',
      'scaledobject.fallback.failureThreshold': '3',
      'scaledobject.scaleTargetRef': 'Deployment.apps/checkout {"envSourceContainerName":"web"}',
      'scaledobject.behavior.scaleDown.stabilizationWindowSeconds': '2m',
      'scaledobject.paused': 'true',
      'scaledobject.pausedReplicas': '0',
      'scaledobject.triggers[cpu].metricType': 'Utilization',
      'scaledobject.triggers[cpu].value': '60',
      'scaledobject.triggers[prometheus].threshold': '12500m',
      'scaledobject.triggers[prometheus].query': 'sum(rate(hits[2m]))',
      'scaledobject.triggers[prometheus].serverAddress': 'http://prometheus:9090',
      'scaledobject.triggers[latency].threshold': '1',
      'scaledobject.triggers[latency].activationThreshold': '500m',
      'scaledobject.triggers[latency].query': 'p99',
      'scaledobject.triggers[latency].serverAddress': 'http://prometheus:9090',
    },
  },
  'PodDisruptionBudget in percent': {
    kind: pdb,
    object: objects.pdb,
    present: { 'pdb.minAvailablePercent': '50%' },
  },
  'PodDisruptionBudget in pods': {
    kind: pdb,
    object: { spec: { maxUnavailable: 1 } },
    present: { 'pdb.maxUnavailable': '1' },
  },
};

describe.each(Object.entries(cases))('%s', (_, { kind, subresource = '', object, present }) => {
  const result = kind.read(object, subresource);
  const readings = result.ok ? result.readings : [];

  it('is read by name', () => {
    expect(readPresent(kind, object, subresource)).toEqual(present);
  });

  it('has paths that lead to what was read, and encodes back to it', () => {
    const copy: unknown = structuredClone(object);
    for (const { path, definition, notation, value } of readings) {
      if (value === undefined || value === '(none)') continue;
      place(copy, path, encodeValue({ type: definition.type, notation }, value));
    }
    expect(read(kind, copy, subresource)).toEqual(read(kind, object, subresource));
  });

  it('has only readings that a definition of its kind announces', () => {
    for (const { name, definition } of readings) {
      expect(stripInstances(name)).toBe(definition.name);
      expect(kind.definitions).toContain(definition);
    }
  });
});

describe('identity', () => {
  it('does not depend on the order of metrics, policies, containers and triggers', () => {
    const { spec } = objects.hpaV2;
    const { scaleUp } = spec.behavior;
    const turned = {
      spec: {
        ...spec,
        metrics: spec.metrics.toReversed(),
        behavior: { ...spec.behavior, scaleUp: { ...scaleUp, policies: scaleUp.policies.toReversed() } },
      },
    };
    expect(read(hpa, turned)).toEqual(read(hpa, objects.hpaV2));
    const containers = objects.podSpec.containers.toReversed();
    expect(read(pod, { spec: { ...objects.podSpec, containers } })).toEqual(read(pod, objects.pod));
    const triggers = objects.scaledObject.spec.triggers.toReversed();
    const scaled = { ...objects.scaledObject, spec: { ...objects.scaledObject.spec, triggers } };
    expect(read(scaledObject, scaled)).toEqual(read(scaledObject, objects.scaledObject));
  });

  it('numbers duplicates, also of triggers of one type by what they measure', () => {
    const cpu = (averageUtilization: number) => ({
      type: 'Resource',
      resource: { name: 'cpu', target: { averageUtilization } },
    });
    expect(readPresent(hpa, { spec: { metrics: [cpu(1), cpu(2)] } })).toEqual({
      'hpa.metrics.cpu.averageUtilization': '1%',
      'hpa.metrics.cpu[#2].averageUtilization': '2%',
    });
    const trigger = (query: string, threshold: string) => ({
      type: 'prometheus',
      metadata: { query, threshold },
    });
    for (const list of [
      [trigger('a', '10'), trigger('b', '5')],
      [trigger('b', '5'), trigger('a', '10')],
    ]) {
      expect(readPresent(scaledObject, { spec: { triggers: list } })).toMatchObject({
        'scaledobject.triggers[prometheus].threshold': '10',
        'scaledobject.triggers[prometheus#2].threshold': '5',
      });
    }
  });

  it('reads any other resource of a metric by name', () => {
    const target = { averageUtilization: 50 };
    const list = [
      { type: 'Resource', resource: { name: 'nvidia.com/gpu', target } },
      { type: 'ContainerResource', containerResource: { name: 'nvidia.com/gpu', container: 'web', target } },
    ];
    expect(readPresent(hpa, { spec: { metrics: list } })).toEqual({
      'hpa.metrics.resource[nvidia.com/gpu].averageUtilization': '50%',
      'hpa.metrics.resource[nvidia.com/gpu/web].averageUtilization': '50%',
    });
  });

  it('escapes what would blur two instances', () => {
    const names = ['web].image', 'web#2', 'web', 'wéb'];
    const spec = { containers: names.map((name) => ({ name, image: name })) };
    expect(readPresent(pod, { spec })).toEqual({
      'containers[web%5D.image].image': 'web].image',
      'containers[web%232].image': 'web#2',
      'containers[web].image': 'web',
      'containers[w%E9b].image': 'wéb',
    });
  });
});

it('finds every kind by every door', () => {
  for (const kind of catalogue) for (const door of kind.doors) expect(findKind(door)).toBe(kind);
  expect(findKind({ group: '', resource: 'configmaps', subresource: '' })).toBeUndefined();
});

/** Writes through a pointer that must lead somewhere. */
function place(root: unknown, pointer: string, value: unknown): void {
  const tokens = pointer.split('/').slice(1).map(unescapeToken);
  const last = tokens.pop() ?? '';
  const parent = tokens.reduce<unknown>((at, token) => (at as Record<string, unknown>)[token], root);
  if (typeof parent !== 'object' || parent === null) throw new Error(`nothing at ${pointer}`);
  (parent as Record<string, unknown>)[last] = value;
}
