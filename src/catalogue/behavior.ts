/** How fast an autoscaler moves: the `behavior` block, the same in an HPA and in KEDA's advanced settings. */
import { define } from './define.ts';
import type { Definition } from './kind.ts';
import type { Node } from './node.ts';
import { add, descend, fail, openList, type Survey } from './survey.ts';

type Direction = 'scaleUp' | 'scaleDown';

const directions: readonly Direction[] = ['scaleUp', 'scaleDown'];

export interface Behavior {
  readonly definitions: readonly Definition[];
  read(into: Survey, node: Node): void;
}

/** Policies are told apart by type and period, not by their place in the list. */
export function behaviorOf(prefix: string): Behavior {
  const sides = directions.map((direction) => ({ direction, knobs: knobsOf(prefix, direction) }));
  return {
    definitions: sides.flatMap(({ knobs }) => [
      knobs.stabilization,
      knobs.selectPolicy,
      knobs.tolerance,
      knobs.podsValue,
      knobs.podsPeriod,
      knobs.percentValue,
      knobs.percentPeriod,
    ]),
    read(into, node) {
      for (const { direction, knobs } of sides) readSide(into, descend(into, node, direction), knobs);
    },
  };
}

type Knobs = ReturnType<typeof knobsOf>;

function knobsOf(prefix: string, direction: Direction) {
  const base = `${prefix}.behavior.${direction}`;
  const isUp = direction === 'scaleUp';
  const slower = isUp ? 'less' : 'more';
  const faster = isUp ? 'more' : 'less';
  const way = isUp ? 'up' : 'down';
  return {
    stabilization: define(
      `${base}.stabilizationWindowSeconds`,
      ['duration', 'parametric', slower],
      `how long past recommendations hold back scaling ${way}`,
    ),
    selectPolicy: define(
      `${base}.selectPolicy`,
      ['choice', 'restrictive'],
      `which policy for scaling ${way} wins: Max, Min or Disabled`,
    ),
    tolerance: define(
      `${base}.tolerance`,
      ['quantity', 'parametric', slower],
      `the relative deviation from the target below which nothing scales ${way}`,
    ),
    podsValue: define(
      `${base}.policies.pods.value`,
      ['integer', 'restrictive', faster],
      `most pods by which one period may scale ${way}`,
    ),
    podsPeriod: define(
      `${base}.policies.pods.periodSeconds`,
      ['duration', 'restrictive', slower],
      `the period of the limit in pods for scaling ${way}`,
    ),
    percentValue: define(
      `${base}.policies.percent.value`,
      ['percent', 'restrictive', faster],
      `most percent by which one period may scale ${way}`,
    ),
    percentPeriod: define(
      `${base}.policies.percent.periodSeconds`,
      ['duration', 'restrictive', slower],
      `the period of the limit in percent for scaling ${way}`,
    ),
  };
}

function readSide(into: Survey, node: Node, knobs: Knobs): void {
  if (node.value === undefined) return;
  add(into, knobs.stabilization, { node: descend(into, node, 'stabilizationWindowSeconds') });
  add(into, knobs.selectPolicy, { node: descend(into, node, 'selectPolicy') });
  add(into, knobs.tolerance, { node: descend(into, node, 'tolerance') });
  const policies = openList(into, descend(into, node, 'policies'));
  readPolicies(into, ofType(into, policies, 'Pods'), [knobs.podsValue, knobs.podsPeriod]);
  readPolicies(into, ofType(into, policies, 'Percent'), [knobs.percentValue, knobs.percentPeriod]);
  for (const policy of policies) refuseUnknown(into, policy);
}

function ofType(into: Survey, policies: readonly Node[], type: string): Node[] {
  const period = (policy: Node): number => {
    const { value } = descend(into, policy, 'periodSeconds');
    return typeof value === 'number' ? value : 0;
  };
  return policies
    .filter((policy) => descend(into, policy, 'type').value === type)
    .sort((a, b) => period(a) - period(b));
}

function refuseUnknown(into: Survey, policy: Node): void {
  const { value } = descend(into, policy, 'type');
  if (value !== 'Pods' && value !== 'Percent') fail(into, policy, 'has no known `type` (Pods or Percent)');
}

function readPolicies(
  into: Survey,
  policies: readonly Node[],
  [amount, period]: readonly [Definition, Definition],
): void {
  for (const [index, policy] of policies.entries()) {
    const number = index === 0 ? '' : `[#${index + 1}]`;
    const named = ({ name }: Definition): string => {
      const dot = name.lastIndexOf('.');
      return `${name.slice(0, dot)}${number}${name.slice(dot)}`;
    };
    add(into, amount, { node: descend(into, policy, 'value'), name: named(amount) });
    add(into, period, { node: descend(into, policy, 'periodSeconds'), name: named(period) });
  }
}
