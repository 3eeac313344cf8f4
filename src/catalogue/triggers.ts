/** KEDA's triggers: numbers in their metadata are text, and each scaler has its own word for its target. */
import type { Capacity } from '../core/parameter.ts';
import { canonicalJson } from './canonical.ts';
import { decodeNumberText } from './decode.ts';
import { define } from './define.ts';
import { numberDuplicates } from './duplicates.ts';
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

/** Triggers are told apart by name, or by type where they have none; equal ones by what they measure. */
export function readTriggers(into: Survey, list: Node): void {
  const triggers = openList(into, list).map((node) => [instanceOf(into, node), node] as const);
  const numbered = numberDuplicates(triggers, {
    keyOf: ([instance]) => instance,
    orderOf: ([, node]) => measureOf(into, node),
  });
  for (const [[instance, node], number] of numbered) readTrigger(into, node, `${instance}${number}`);
}

function instanceOf(into: Survey, node: Node): string {
  const name = descend(into, node, 'name');
  const named = name.value === undefined || name.value === '' ? descend(into, node, 'type') : name;
  return instanceName(openName(into, named));
}

/** Everything in the metadata but the numbers that are governed. */
function measureOf(into: Survey, node: Node): string {
  const metadata = descend(into, node, 'metadata').value;
  const entries = Object.entries(isRecord(metadata) ? metadata : {});
  const order = canonicalJson(
    entries.filter(([key]) => !governed.has(key)).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  if (!order.ok) fail(into, node, order.error);
  return order.ok ? order.value : '';
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
