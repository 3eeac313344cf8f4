/** Arbitrary changes: every operation and type, absent and huge values, coarse grids, instances. */
import fc from 'fast-check';
import type { Change, Operation } from '../../src/core/change.ts';
import type { Facts } from '../../src/core/facts.ts';
import { noChoice, type Parameter, type ParameterType, type Value } from '../../src/core/parameter.ts';
import { arbitraryHistory } from './arbitrary-history.ts';

interface Knob {
  readonly name: string;
  readonly type: ParameterType;
}

/** Two that are related by the API server, two that have instances, and the choices. */
const knobs: readonly Knob[] = [
  { name: 'exists', type: 'choice' },
  { name: 'image', type: 'choice' },
  { name: 'hpa.maxReplicas', type: 'integer' },
  { name: 'hpa.minReplicas', type: 'integer' },
  { name: 'hpa.target', type: 'percent' },
  { name: 'hpa.window', type: 'duration' },
  { name: 'containers[web].cpu', type: 'quantity' },
  { name: 'containers[log].cpu', type: 'quantity' },
];

export const numericNames = knobs.filter(({ type }) => type !== 'choice').map(({ name }) => name);
export const choiceValues = [noChoice, 'a', 'b', 'c'];

/** Mostly small, so that bounds are hit; sometimes far beyond 64 bits. */
const number: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt(-3n, 30n) },
  { weight: 1, arbitrary: fc.bigInt(-(10n ** 30n), 10n ** 30n) },
);

const quantum = fc.constantFrom(1n, 1n, 2n, 5n, 1_000_000n);
const capacity = fc.constantFrom('more', 'less', 'none');
const integration = fc.constantFrom('parametric', 'restrictive', 'substitutive');

function arbitraryValue(type: ParameterType): fc.Arbitrary<Value | undefined> {
  if (type === 'choice') return fc.constantFrom(...choiceValues);
  return fc.option(number, { nil: undefined, freq: 6 });
}

function arbitraryParameter({ name, type }: Knob, operation: Operation): fc.Arbitrary<Parameter> {
  const value = arbitraryValue(type);
  const current = operation === 'CREATE' ? fc.constant(undefined) : value;
  return fc
    .record({ current, requested: value, quantum, capacity, integration })
    .map(({ current, requested, ...rest }) => ({
      name,
      type,
      path: `/${name}`,
      notation: type === 'quantity' ? 'DecimalSI' : 'number',
      ...rest,
      ...(current === undefined ? {} : { current }),
      ...(requested === undefined ? {} : { requested }),
    }));
}

function parametersOf(operation: Operation): fc.Arbitrary<readonly Parameter[]> {
  if (operation === 'DELETE') {
    const exists = { name: 'exists', type: 'choice' } as const;
    return arbitraryParameter(exists, operation).map((parameter) => [
      { ...parameter, current: 'present', requested: 'absent' },
    ]);
  }
  return fc
    .subarray([...knobs], { minLength: 1 })
    .chain((chosen) => fc.tuple(...chosen.map((knob) => arbitraryParameter(knob, operation))));
}

const operations: readonly Operation[] = [
  'CREATE',
  'DELETE',
  'UPDATE',
  'UPDATE',
  'UPDATE',
  'UPDATE',
  'UPDATE',
];

const change: fc.Arbitrary<Change> = fc.constantFrom(...operations).chain((operation) =>
  fc.record({
    target: fc.constant({
      group: 'apps',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
      subresource: '',
    }),
    actor: fc.constant({ user: 'system:serviceaccount:shop:tuner', groups: ['tuners'] }),
    operation: fc.constant(operation),
    dryRun: fc.boolean(),
    parameters: parametersOf(operation),
  }),
);

/** Of each parameter of the change; of some it is not known. */
function historiesOf(parameters: readonly Parameter[], now: number): fc.Arbitrary<Facts['readHistory']> {
  const histories = parameters.map(({ type }) =>
    fc.option(arbitraryHistory(arbitraryValue(type), now), { nil: undefined, freq: 20 }),
  );
  return fc.tuple(...histories).map((found) => {
    const known = new Map(parameters.map(({ name }, index) => [name, found[index]]));
    return (name) => known.get(name);
  });
}

export const facts: fc.Arbitrary<Facts> = fc
  .tuple(fc.integer({ min: 100_000, max: 4_000_000_000_000 }), change)
  .chain(([now, change]) =>
    fc.record({
      now: fc.constant(now),
      change: fc.constant(change),
      object: fc.constant({}),
      oldObject: fc.constant({}),
      labels: fc.constant(new Map([['team', 'shop']])),
      readHistory: historiesOf(change.parameters, now),
    }),
  );
