/** KEDA's triggers: numbers in their metadata are text, and each scaler has its own word for its target. */
import type { Capacity } from '../core/parameter.ts';
import { canonicalJson } from './canonical.ts';
import { decodeNumberText } from './decode.ts';
import { define } from './define.ts';
import type { Definition } from './kind.ts';
import { child, instanceName, isRecord, type Node } from './node.ts';
import { add, descend, fail, openList, openName, openRecord, type Survey } from './survey.ts';

/** What one replica is to carry: a higher number means fewer replicas. From the scalers' documentation. */
const targets = [
  'threshold',
  'value',
  'targetValue',
  'queryValue',
  'targetQueryValue',
  'targetMetricValue',
  'queueLength',
  'listLength',
  'lagThreshold',
  'lagCount',
  'pendingEntriesCount',
  'streamLength',
  'messageCount',
  'unprocessedEventThreshold',
  'msgBacklogThreshold',
  'subscriptionSize',
  'targetQueueSize',
  'shardCount',
];

/** Where a workload wakes from idle: a higher number means that it sleeps longer. */
const activations = [
  'activationThreshold',
  'activationValue',
  'activationTargetValue',
  'activationQueryValue',
  'activationTargetQueryValue',
  'activationTargetMetricValue',
  'activationQueueLength',
  'activationListLength',
  'activationLagThreshold',
  'activationLagCount',
  'activationMessageCount',
  'activationUnprocessedEventThreshold',
  'activationMsgBacklogThreshold',
  'activationTargetQueueSize',
  'activationShardCount',
];

/** What a trigger measures, and when: another query is another bound. */
const sources = ['query', 'serverAddress', 'metricName', 'timezone', 'start', 'end'];

const numbers: readonly Definition[] = [
  ...targets.map((key) => number(key, 'less', 'what one replica is to carry')),
  ...activations.map((key) => number(key, 'less', 'the value above which the trigger is active')),
  number('desiredReplicas', 'more', 'replicas while a cron trigger is active'),
];

const choices: readonly Definition[] = sources.map((key) =>
  define(`scaledobject.triggers.${key}`, ['choice', 'parametric'], `\`${key}\` of the trigger's metadata`),
);

const metricType = define(
  'scaledobject.triggers.metricType',
  ['choice', 'parametric'],
  'AverageValue, Value or Utilization',
);

export const triggerDefinitions: readonly Definition[] = [...numbers, ...choices, metricType];

function number(key: string, capacity: Capacity, what: string): Definition {
  return define(
    `scaledobject.triggers.${key}`,
    ['quantity', 'parametric', capacity],
    `\`${key}\` of the trigger's metadata: ${what}`,
  );
}

interface Trigger {
  readonly node: Node;
  readonly instance: string;
  /** What tells triggers of one type apart: everything but the numbers that are governed. */
  readonly order: string;
}

/** Triggers are told apart by name, or by type where they have none; equal ones by what they measure. */
export function readTriggers(into: Survey, list: Node): void {
  const seen = new Map<string, number>();
  const triggers = openList(into, list).map((node) => identify(into, node));
  for (const { node, instance } of triggers.sort((a, b) =>
    a.order < b.order ? -1 : a.order > b.order ? 1 : 0,
  )) {
    const count = (seen.get(instance) ?? 0) + 1;
    seen.set(instance, count);
    readTrigger(into, node, count === 1 ? instance : `${instance}#${count}`);
  }
}

function identify(into: Survey, node: Node): Trigger {
  const name = descend(into, node, 'name');
  const named = name.value === undefined || name.value === '' ? descend(into, node, 'type') : name;
  const instance = instanceName(openName(into, named));
  const metadata = descend(into, node, 'metadata').value;
  const entries = isRecord(metadata) ? Object.entries(metadata) : [];
  const order = canonicalJson(
    entries.filter(([key]) => !governed.has(key)).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  if (!order.ok) fail(into, node, order.error);
  return { node, instance, order: order.ok ? order.value : '' };
}

const keyOf = ({ name }: Definition): string => name.slice('scaledobject.triggers.'.length);
const governed = new Set(numbers.map(keyOf));

function readTrigger(into: Survey, node: Node, instance: string): void {
  const metadata = openRecord(into, descend(into, node, 'metadata'));
  const stem = `scaledobject.triggers[${instance}]`;
  add(into, metricType, { node: descend(into, node, 'metricType'), name: `${stem}.metricType` });
  for (const definition of [...numbers, ...choices]) {
    const key = keyOf(definition);
    const place = child(metadata, key);
    const isNumber = definition.type === 'quantity';
    if (place.value === undefined) continue;
    add(into, definition, {
      node: place,
      name: `${stem}.${key}`,
      ...(isNumber ? { decode: decodeNumberText } : {}),
    });
  }
}
