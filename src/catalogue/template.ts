/** What a pod and the pod template of a workload have in common: the same knobs under the same names. */
import { atMost, define } from './define.ts';
import { numberDuplicates } from './duplicates.ts';
import type { Definition } from './kind.ts';
import { instanceName, type Node } from './node.ts';
import { resourceMap } from './resources.ts';
import { add, descend, openList, openName, type Survey } from './survey.ts';

const lists = ['containers', 'initContainers'].map((list) => {
  const what = list === 'containers' ? 'container' : 'init container';
  return {
    list,
    image: define(`${list}.image`, ['choice', 'substitutive'], `the image of the ${what}`),
    requests: resourceMap(`${list}.requests`, `what the ${what} requests`, ['substitutive', 'more']),
    limits: resourceMap(`${list}.limits`, `what the ${what} may use at most`, ['substitutive', 'more']),
  };
});

const podRequests = resourceMap('pod.requests', 'what the pod as a whole requests', ['substitutive', 'more']);
const podLimits = resourceMap('pod.limits', 'what the pod as a whole may use at most', [
  'substitutive',
  'more',
]);

/** Fields of the pod's spec that decide where and before whom it runs. */
const placement: readonly (readonly [string, Definition])[] = [
  ['schedulerName', 'the scheduler that places the pod'],
  ['nodeSelector', 'labels that a node must have, as JSON'],
  ['affinity', 'affinity to nodes and pods, as JSON'],
  ['tolerations', 'taints that the pod tolerates, as JSON'],
  ['topologySpreadConstraints', 'how pods spread over the cluster, as JSON'],
  ['priorityClassName', 'the priority that the pod has over others'],
].map(([field = '', description = '']) => [
  field,
  define(`pod.${field}`, ['choice', 'substitutive'], description),
]);

export const templateDefinitions: readonly Definition[] = [
  ...lists.flatMap(({ image, requests, limits }) => [image, ...requests.definitions, ...limits.definitions]),
  ...podRequests.definitions,
  ...podLimits.definitions,
  ...placement.map(([, definition]) => definition),
];

export const templateCouplings = ['containers', 'initContainers', 'pod'].flatMap((base) => [
  atMost(`${base}.requests.cpu`, `${base}.limits.cpu`),
  atMost(`${base}.requests.memory`, `${base}.limits.memory`),
]);

/** Reads a PodSpec. */
export function readTemplate(into: Survey, spec: Node): void {
  for (const { list, image, requests, limits } of lists) {
    for (const [stem, container] of containersOf(into, spec, list)) {
      add(into, image, { node: descend(into, container, 'image'), name: `${stem}.image` });
      requests.read(into, descend(into, container, 'resources/requests'), `${stem}.requests`);
      limits.read(into, descend(into, container, 'resources/limits'), `${stem}.limits`);
    }
  }
  podRequests.read(into, descend(into, spec, 'resources/requests'), 'pod.requests');
  podLimits.read(into, descend(into, spec, 'resources/limits'), 'pod.limits');
  for (const [field, definition] of placement) add(into, definition, { node: descend(into, spec, field) });
}

/** Each with its stem: `containers[web]`. Names are unique once the API server has validated them. */
function containersOf(into: Survey, spec: Node, list: string): (readonly [string, Node])[] {
  const named = openList(into, descend(into, spec, list)).map(
    (node) => [instanceName(openName(into, descend(into, node, 'name'))), node] as const,
  );
  return numberDuplicates(named, { keyOf: ([name]) => name }).map(
    ([[name, node], number]) => [`${list}[${name}${number}]`, node] as const,
  );
}
