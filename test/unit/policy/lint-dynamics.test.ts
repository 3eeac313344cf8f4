import { expect, it } from 'vitest';
import { lintOf, policy } from './sample.ts';

const rests =
  'Shadowed rate: the value rests 10m after each movement, so that 10m never hold two (fix: take `rate` out, bound one change by `step`, or give a longer `within`)';

it.each<[guard: string, expected: string[]]>([
  ['parameter: hpa.maxReplicas, rate: {change: 1, within: 10m}', []],
  [
    'parameter: hpa.maxReplicas, rate: {change: 0, within: 10m}',
    [
      'NoMovement rate: `hpa.maxReplicas` moves by 1 at the least, and `change` is 0 (fix: give a larger `change`)',
    ],
  ],
  ['parameter: hpa.maxReplicas, rate: {changes: 1, within: 10m}', []],
  ['parameter: hpa.metrics.pods.averageValue, rate: {change: "1", within: 10m}', []],
  [
    'parameter: "quota.hard[requests.cpu]", rate: {change: 100u, within: 10m}',
    [
      'NoMovement rate: `quota.hard[requests.cpu]` moves by 1m at the least, and `change` is 100u (fix: give a larger `change`)',
    ],
  ],
  [
    'parameter: "quota.hard[requests.memory]", rate: {change: 100m, within: 10m}',
    [
      'NoMovement rate: `quota.hard[requests.memory]` moves by 1 at the least, and `change` is 100m (fix: give a larger `change`)',
    ],
  ],
  ['parameter: "quota.hard[requests.cpu]", rate: {change: 1m, within: 10m}', []],
  [
    'parameter: hpa.behavior.scaleDown.stabilizationWindowSeconds, rate: {change: 500ms, within: 10m}',
    [
      'NoMovement rate: `hpa.behavior.scaleDown.stabilizationWindowSeconds` moves by 1s at the least, and `change` is 500ms (fix: give a larger `change`)',
    ],
  ],
  [
    'parameter: hpa.maxReplicas, rate: {changes: 5, within: 10m}, cooldown: {increase: 10m, decrease: 1h}',
    [rests],
  ],
  ['parameter: hpa.maxReplicas, rate: {changes: 5, within: 10m}, cooldown: {increase: 9m, decrease: 1h}', []],
  ['parameter: hpa.maxReplicas, rate: {changes: 5, within: 10m}, cooldown: {decrease: 1h}', []],
  ['parameter: hpa.maxReplicas, cooldown: {increase: 10m, decrease: 10m}', []],
  [
    'parameter: hpa.maxReplicas, reversal: {max: 0, within: 1h}',
    [
      'NoWayBack reversal: `max: 0` lets a value move in one direction only, and never come back (fix: give `max: 1` at the least)',
    ],
  ],
  ['parameter: hpa.maxReplicas, reversal: {max: 1, within: 1h}', []],
])('{%s}', (guard, expected) => {
  const resources = '[{group: autoscaling, kind: HorizontalPodAutoscaler}, {group: "", kind: ResourceQuota}]';
  const found = lintOf(policy({ resources, guards: [`{${guard}}`] }));
  expect(found.map((line) => line.replace(/ \d+:\d+: spec\.guards\[0\]\./, ' '))).toEqual(expected);
});
