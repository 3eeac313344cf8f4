/** The metrics of an HPA, by identity and never by index: a list in another order is no change. */
import { canonicalJson } from './canonical.ts';
import { define } from './define.ts';
import { numberDuplicates } from './duplicates.ts';
import type { Definition } from './kind.ts';
import { child, instanceName, isRecord, type Node } from './node.ts';
import {
  add,
  descend,
  fail,
  openList,
  openName,
  openRecord,
  quantumOf,
  resourceQuantum,
  type Survey,
} from './survey.ts';

const fields = ['averageUtilization', 'averageValue', 'value'] as const;

type Field = (typeof fields)[number];

const words: Readonly<Record<Field, string>> = {
  averageUtilization: 'target share of what the pods request',
  averageValue: 'target average over the pods',
  value: 'target value',
};

function target(base: string, field: Field, what: string): Definition {
  const type = field === 'averageUtilization' ? 'percent' : 'quantity';
  return define(`hpa.metrics.${base}.${field}`, [type, 'parametric', 'less'], `${words[field]}: ${what}`);
}

function identity(base: string, field: string, description: string): Definition {
  return define(`hpa.metrics.${base}.${field}`, ['choice', 'parametric'], description);
}

export const averageCpuUtilization = target('cpu', 'averageUtilization', 'cpu, of the pod or of a container');

export const metricDefinitions: readonly Definition[] = [
  averageCpuUtilization,
  target('cpu', 'averageValue', 'cpu, of the pod or of a container'),
  target('memory', 'averageUtilization', 'memory, of the pod or of a container'),
  target('memory', 'averageValue', 'memory, of the pod or of a container'),
  target('resource', 'averageUtilization', 'any other resource, of the pod or of a container'),
  target('resource', 'averageValue', 'any other resource, of the pod or of a container'),
  target('pods', 'averageValue', 'a metric of the pods'),
  identity('pods', 'selector', 'which series of the metric count'),
  target('object', 'averageValue', 'a metric of one object'),
  target('object', 'value', 'a metric of one object'),
  identity('object', 'selector', 'which series of the metric count'),
  identity('object', 'describedObject', 'the object that the metric describes'),
  target('external', 'averageValue', 'a metric from outside the cluster'),
  target('external', 'value', 'a metric from outside the cluster'),
  identity('external', 'selector', 'which series of the metric count'),
];

/** By base, then by field: an HPA of many metrics looks up hundreds. */
const byBase = new Map<string, Map<string, Definition>>();
for (const definition of metricDefinitions) {
  const [, , base = '', field = ''] = definition.name.split('.');
  const ofBase = byBase.get(base) ?? new Map<string, Definition>();
  byBase.set(base, ofBase.set(field, definition));
}

/** One target to read, before duplicates are numbered. */
interface Metric {
  readonly base: string;
  /** In brackets; empty where the base is identity enough. */
  readonly instance: string;
  /** What tells duplicates apart. */
  readonly told: readonly unknown[];
  readonly resource: string;
  readonly places: readonly (readonly [string, Node])[];
}

/** `list` is `spec/metrics` of v2; `utilization` is `spec/targetCPUUtilizationPercentage` of v1. */
export function readMetrics(into: Survey, list: Node, utilization: Node): void {
  const metrics = openList(into, list).flatMap((node) => readMetric(into, node));
  if (utilization.value !== undefined)
    metrics.unshift({ ...resource('cpu', ''), places: [['averageUtilization', utilization]] });
  const numbered = numberDuplicates(metrics, {
    keyOf: ({ base, instance }) => `${base}[${instance}]`,
    orderOf: ({ told }) => orderOf(into, list, told),
  });
  for (const [metric, number] of numbered) addMetric(into, metric, `${metric.instance}${number}`);
}

function orderOf(into: Survey, list: Node, told: readonly unknown[]): string {
  const order = canonicalJson(told);
  if (!order.ok) fail(into, list, `has a selector that ${order.error}`);
  return order.ok ? order.value : '';
}

function addMetric(into: Survey, metric: Metric, instance: string): void {
  const base = `hpa.metrics.${metric.base}`;
  const definitions = byBase.get(metric.base);
  const stem = instance === '' ? base : `${base}[${instance}]`;
  for (const [field, node] of metric.places) {
    const definition = definitions?.get(field);
    if (definition === undefined) continue;
    const isQuantity = definition.type === 'quantity' && metric.resource !== '';
    const quantum = isQuantity ? resourceQuantum(metric.resource) : quantumOf(definition.type);
    add(into, definition, { node, name: `${stem}.${field}`, quantum });
  }
}

const readers = new Map<string, (into: Survey, source: Node) => Metric>([
  ['resource', (into, source) => resourceMetric(into, source, '')],
  [
    'containerResource',
    (into, source) => resourceMetric(into, source, openName(into, child(source, 'container'))),
  ],
  ['pods', (into, source) => namedMetric(into, source, 'pods')],
  ['object', (into, source) => namedMetric(into, source, 'object')],
  ['external', (into, source) => namedMetric(into, source, 'external')],
]);

function readMetric(into: Survey, node: Node): Metric[] {
  const { value } = openRecord(into, node);
  const metrics: Metric[] = [];
  for (const key of isRecord(value) ? Object.keys(value) : []) {
    const read = readers.get(key);
    if (read === undefined) continue;
    const source = child(node, key);
    if (source.value !== undefined && into.error === undefined) metrics.push(read(into, source));
  }
  if (metrics.length === 0) fail(into, node, 'is a metric of no known type');
  return metrics;
}

function resourceMetric(into: Survey, source: Node, container: string): Metric {
  const name = openName(into, descend(into, source, 'name'));
  return { ...resource(name, container), places: targetsOf(into, source) };
}

function resource(name: string, container: string): Omit<Metric, 'places'> {
  const shown = [name, container].filter((part) => part !== '').map(instanceName);
  return name === 'cpu' || name === 'memory'
    ? { base: name, instance: instanceName(container), told: [], resource: name }
    : { base: 'resource', instance: shown.join('/'), told: [], resource: name };
}

function namedMetric(into: Survey, source: Node, base: string): Metric {
  const metric = descend(into, source, 'metric');
  const instance = instanceName(openName(into, descend(into, metric, 'name')));
  const selector = descend(into, metric, 'selector');
  const described = child(source, 'describedObject');
  const places = [
    ...targetsOf(into, source),
    ['selector', selector] as const,
    ...(base === 'object' ? [['describedObject', described] as const] : []),
  ];
  return { base, instance, told: [selector.value, described.value], resource: '', places };
}

function targetsOf(into: Survey, source: Node): (readonly [string, Node])[] {
  const node = descend(into, source, 'target');
  const { value } = openRecord(into, node);
  const present = fields.filter((field) => isRecord(value) && Object.hasOwn(value, field));
  return present.map((field) => [field, child(node, field)] as const);
}
