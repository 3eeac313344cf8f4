/** Arbitrary updates of the kinds that are patched most, and guards on their knobs by the real rules' constructors. */
import fc from 'fast-check';
import type { Amount } from '../../../src/core/amount.ts';
import type { Guard, Rule } from '../../../src/core/guard.ts';
import { choice } from '../../../src/core/rules/choice.ts';
import { deadband } from '../../../src/core/rules/deadband.ts';
import { drift } from '../../../src/core/rules/drift.ts';
import { freeze } from '../../../src/core/rules/freeze.ts';
import { range } from '../../../src/core/rules/range.ts';
import { step } from '../../../src/core/rules/step.ts';
import type { ReviewRequest } from '../../../src/webhook/review.ts';
import { guardOf, relationOf } from '../core/sample.ts';

type Json = Readonly<Record<string, unknown>>;

const maybe = <T>(it: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(it, { nil: undefined, freq: 5 });
const small = fc.integer({ min: 0, max: 40 });
const cpu = fc.constantFrom('0', '100m', '250m', '0.5', '1', '1500m', '2', '3e0', '4', '100');
const memory = fc.constantFrom('0', '1000000', '64Mi', '128Mi', '0.5Gi', '1Gi', '1e9', '1500M', '2Gi');

const metric = (name: string, target: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  target.map((it) => ({ type: 'Resource', resource: { name, target: it } }));
const utilization = fc
  .integer({ min: 1, max: 100 })
  .map((averageUtilization) => ({ type: 'Utilization', averageUtilization }));
const metrics = fc
  .tuple(
    maybe(metric('cpu', utilization)),
    maybe(
      metric(
        'memory',
        memory.map((averageValue) => ({ averageValue })),
      ),
    ),
  )
  .chain((list) => fc.shuffledSubarray(list.filter((it) => it !== undefined)));

const hpa = fc.record({
  spec: fc.record(
    {
      minReplicas: small,
      maxReplicas: small,
      metrics,
      scaleTargetRef: fc
        .constantFrom('a', 'b')
        .map((name) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name })),
      behavior: fc.record(
        { scaleDown: fc.record({ stabilizationWindowSeconds: small }, { requiredKeys: [] }) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['maxReplicas', 'scaleTargetRef'] },
  ),
});

const resources = fc.record({ cpu, memory, 'nvidia.com/gpu': small.map(String) }, { requiredKeys: [] });
const container = fc.constantFrom('web', 'a~b', 'log').chain((name) =>
  fc.record({
    name: fc.constant(name),
    image: fc.constantFrom('a:1', 'a:2'),
    resources: fc.record({ requests: resources, limits: resources }, { requiredKeys: [] }),
  }),
);
const deployment = fc.record({
  spec: fc.record(
    {
      replicas: small,
      strategy: fc.record({
        type: fc.constant('RollingUpdate'),
        rollingUpdate: fc.record(
          {
            maxSurge: fc.oneof(
              small,
              small.map((n) => `${n}%`),
            ),
            maxUnavailable: fc.oneof(
              small,
              small.map((n) => `${n}%`),
            ),
          },
          { requiredKeys: [] },
        ),
      }),
      template: fc.record({
        spec: fc.record(
          {
            containers: fc.uniqueArray(container, {
              selector: ({ name }) => name,
              minLength: 1,
              maxLength: 3,
            }),
            schedulerName: fc.constantFrom('default-scheduler', 'other'),
            nodeSelector: fc.constantFrom({}, { disk: 'ssd' }, { 'a/b~c': 'd' }),
          },
          { requiredKeys: ['containers'] },
        ),
      }),
    },
    { requiredKeys: ['template'] },
  ),
});
const scale = fc.record({ spec: fc.record({ replicas: small }, { requiredKeys: [] }) });
const quota = fc.record({
  spec: fc.record({
    hard: fc.record(
      { cpu, 'requests.memory': memory, 'count/deployments.apps': small.map(String), 'a~1b': cpu },
      { requiredKeys: [] },
    ),
  }),
});

const kinds = fc.constantFrom(
  { resource: { group: 'autoscaling', resource: 'horizontalpodautoscalers' }, subresource: '', object: hpa },
  { resource: { group: 'apps', resource: 'deployments' }, subresource: '', object: deployment },
  { resource: { group: 'apps', resource: 'deployments' }, subresource: 'scale', object: scale },
  { resource: { group: '', resource: 'resourcequotas' }, subresource: '', object: quota },
);

export const request: fc.Arbitrary<ReviewRequest> = kinds.chain(({ resource, subresource, object }) =>
  fc
    .tuple(
      object as fc.Arbitrary<Json>,
      object as fc.Arbitrary<Json>,
      fc.constantFrom('CREATE', 'UPDATE', 'UPDATE', 'UPDATE'),
    )
    .map(
      ([before, after, operation]): ReviewRequest => ({
        uid: 'u',
        group: '',
        version: 'v1',
        kind: '',
        resource: { ...resource, version: 'v1' },
        subresource,
        namespace: 'shop',
        name: 'web',
        operation: subresource === 'scale' ? 'UPDATE' : operation,
        user: 'tuner',
        groups: [],
        dryRun: false,
        object: after,
        oldObject: operation === 'CREATE' && subresource !== 'scale' ? null : before,
      }),
    ),
);

const whole = { integer: 1n, cpu: 1_000_000n, memory: 2n ** 20n * 10n ** 9n };
const amount = (unit: bigint): fc.Arbitrary<Amount> =>
  fc.oneof(
    fc.bigInt(0n, 15n).map((units): Amount => ({ kind: 'absolute', units: units * unit })),
    fc.bigInt(0n, 10_000n).map((hundredths): Amount => ({ kind: 'percent', hundredths })),
  );

function numericRule(unit: bigint): fc.Arbitrary<Rule> {
  const bound = fc.bigInt(0n, 30n).map((it) => it * unit);
  const spec = fc.record({ min: bound, max: bound }, { requiredKeys: [] });
  return fc.oneof(
    { weight: 5, arbitrary: spec.map(range) },
    {
      weight: 3,
      arbitrary: fc
        .record({ increase: amount(unit), decrease: amount(unit) }, { requiredKeys: [] })
        .map(step),
    },
    { weight: 1, arbitrary: amount(unit).map(deadband) },
    { weight: 1, arbitrary: fc.record({ from: bound, max: amount(unit) }).map(drift) },
    {
      weight: 1,
      arbitrary: fc.constant(
        freeze({ forbid: 'LessCapacity', windowAt: (now) => ({ from: now, until: now + 1 }) }),
      ),
    },
  );
}

const scopes: readonly (readonly [readonly string[], bigint])[] = [
  [['hpa.minReplicas', 'hpa.maxReplicas', 'deployment.replicas'], whole.integer],
  [['hpa.maxReplicas', 'deployment.replicas'], whole.integer],
  [['hpa.metrics.cpu.averageUtilization', 'deployment.strategy.*'], whole.integer],
  [['containers.requests.cpu', 'quota.hard'], whole.cpu],
  [['containers.limits.cpu', 'quota.hard[cpu]'], 100n * whole.cpu],
  [
    ['containers.limits.memory', 'containers.requests.memory', 'hpa.metrics.memory.averageValue'],
    64n * whole.memory,
  ],
  [['containers.requests', 'quota.hard[count/deployments.apps]'], 10n ** 9n],
  [['hpa.behavior.*'], 1_000n],
];

const numeric = fc
  .constantFrom(...scopes)
  .chain(([parameters, unit]) =>
    fc.array(numericRule(unit), { maxLength: 2 }).map((rules) => ({ parameters, rules })),
  );
const chosen = fc.record({
  parameters: fc.constantFrom(['containers.image', 'hpa.scaleTargetRef'], ['pod.*']),
  rules: fc.constantFrom([choice('unchanged')], [choice(['default-scheduler', 'a:1'])]),
});
const related = fc
  .constantFrom(
    'hpa.minReplicas + 2 <= hpa.maxReplicas',
    'containers.limits.cpu <= 2containers.requests.cpu',
    'deployment.replicas <= 9',
  )
  .map((text) => ({ parameters: ['*'], relations: [relationOf(text)] }));

/** Mostly clamps, since only they patch. */
export const guards: fc.Arbitrary<readonly Guard[]> = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 6, arbitrary: numeric },
        { weight: 2, arbitrary: chosen },
        { weight: 1, arbitrary: related },
      ),
      fc.constantFrom('clamp', 'clamp', 'clamp', 'clamp', 'clamp', 'throttle', 'deny'),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((drafts) =>
    drafts.map(([scope, response], index) =>
      guardOf({ policy: `shop/p${index}`, failurePolicy: 'Ignore', response, ...scope }),
    ),
  );
