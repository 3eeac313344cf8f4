/** Arbitrary guards, built by the real rules' constructors, and some that fail. */
import fc from 'fast-check';
import type { Amount } from '../../src/core/amount.ts';
import type { Computed } from '../../src/core/facts.ts';
import type { Guard, Rule } from '../../src/core/guard.ts';
import type { BoundRelation, Relation, Term } from '../../src/core/relation.ts';
import { choice } from '../../src/core/rules/choice.ts';
import { deadband } from '../../src/core/rules/deadband.ts';
import { drift } from '../../src/core/rules/drift.ts';
import { type Forbidden, freeze } from '../../src/core/rules/freeze.ts';
import { ownership } from '../../src/core/rules/ownership.ts';
import { type Bound, range } from '../../src/core/rules/range.ts';
import { step } from '../../src/core/rules/step.ts';
import { choiceValues, numericNames } from './arbitrary-change.ts';
import { dynamicsRule } from './arbitrary-history.ts';

const amount: fc.Arbitrary<Amount> = fc.oneof(
  fc.bigInt(0n, 12n).map((units): Amount => ({ kind: 'absolute', units })),
  fc.bigInt(0n, 20_000n).map((hundredths): Amount => ({ kind: 'percent', hundredths })),
);

const literal = fc.bigInt(-2n, 25n);

/** Computed from the clock alone: what depends on the request itself cannot be idempotent. */
function onTheClock(value: bigint): Bound {
  return ({ now }) => ({ ok: true, value: value + BigInt(now % 3), used: new Map([['time', `${now}`]]) });
}

const failed = { ok: false, error: 'variable `sum` is absent' } as const;

const bound: fc.Arbitrary<Bound> = fc.oneof(
  { weight: 8, arbitrary: literal },
  {
    weight: 2,
    arbitrary: literal.map(onTheClock),
  },
  { weight: 1, arbitrary: fc.constant(() => failed) },
);

const rangeRule = fc
  .record({ min: fc.option(bound, { nil: undefined }), max: fc.option(bound, { nil: undefined }) })
  .map(({ min, max }) =>
    range({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }),
  );

const stepRule = fc
  .record({
    increase: fc.option(amount, { nil: undefined }),
    decrease: fc.option(amount, { nil: undefined }),
  })
  .map(({ increase, decrease }) =>
    step({
      ...(increase === undefined ? {} : { increase }),
      ...(decrease === undefined ? {} : { decrease }),
    }),
  );

const freezeRule = fc
  .record({
    forbid: fc.constantFrom<Forbidden>('AnyChange', 'LessCapacity', 'MoreCapacity'),
    isOpen: fc.boolean(),
  })
  .map(({ forbid, isOpen }) =>
    freeze({ forbid, windowAt: (now) => (isOpen ? undefined : { from: now, until: now + 60_000 }) }),
  );

const ownershipRule = fc.subarray(['parametric', 'restrictive', 'substitutive'] as const).map(ownership);

const throwing = fc.constant((): never => {
  throw new Error('a bug');
});

const driftRule = fc.record({ from: bound, max: amount }).map(drift);
const choiceRule = fc.oneof(fc.constant('unchanged' as const), fc.subarray(choiceValues)).map(choice);

const numericRule: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 5, arbitrary: rangeRule },
  { weight: 4, arbitrary: stepRule },
  { weight: 6, arbitrary: dynamicsRule },
  { weight: 2, arbitrary: amount.map(deadband) },
  { weight: 2, arbitrary: driftRule },
  { weight: 2, arbitrary: freezeRule },
  { weight: 1, arbitrary: ownershipRule },
);

const anyRule: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 4, arbitrary: freezeRule },
  { weight: 2, arbitrary: ownershipRule },
  { weight: 2, arbitrary: stepRule },
  { weight: 3, arbitrary: dynamicsRule },
  { weight: 1, arbitrary: throwing },
  { weight: 1, arbitrary: numericRule },
  { weight: 1, arbitrary: choiceRule },
);

/** The parameters of a guard and rules that mostly suit them. */
const scope: fc.Arbitrary<Pick<Guard, 'parameters' | 'rules'>> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      parameters: fc.subarray([...numericNames, 'containers.cpu'], { minLength: 1 }),
      rules: fc.array(numericRule, { maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      parameters: fc.subarray(['exists', 'image'], { minLength: 1 }),
      rules: fc.array(fc.oneof(choiceRule, dynamicsRule), { maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      parameters: fc.constantFrom(['*'], ['hpa.*'], ['containers.*', 'nothing']),
      rules: fc.array(anyRule, { maxLength: 2 }),
    }),
  },
);

const term: fc.Arbitrary<Term> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      parameter: fc.constantFrom(...numericNames, 'containers.cpu', 'image', 'absent'),
      factor: fc.constantFrom(1n, 1n, 1n, 2n, 3n, 0n),
      offset: fc.bigInt(-3n, 3n),
    }),
  },
  { weight: 1, arbitrary: fc.record({ factor: fc.constant(1n), offset: literal }) },
);

const relation: fc.Arbitrary<Relation> = fc
  .record({ left: term, right: term, gap: fc.constantFrom(0n, 0n, 1n) })
  .map((parts) => ({ ...parts, text: `${parts.left.parameter} <= ${parts.right.parameter}` }));

const when: fc.Arbitrary<Computed<boolean>> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .boolean()
      .map((value) => () => ({ ok: true as const, value, used: new Map([['labels.team', 'shop']]) })),
  },
  { weight: 1, arbitrary: fc.constant(() => failed) },
  { weight: 1, arbitrary: throwing },
);

const mode = fc.constantFrom('Enforce', 'Enforce', 'Enforce', 'Enforce', 'Warn', 'Audit');
const response = fc.constantFrom('clamp', 'clamp', 'clamp', 'throttle', 'deny');
const failurePolicy = fc.constantFrom('Ignore', 'Ignore', 'Fail');

const draft = fc.record({
  mode,
  response,
  failurePolicy,
  scope,
  relations: fc.array(relation, { maxLength: 2 }),
  hasRelations: fc.constantFrom(false, false, true),
  when: fc.option(when, { nil: undefined, freq: 3 }),
});

/** Guards of different policies: none share an id. */
export const guards: fc.Arbitrary<readonly Guard[]> = fc.array(draft, { maxLength: 6 }).map((drafts) =>
  drafts.map(({ scope, relations, hasRelations, when, ...rest }, index) => ({
    ...rest,
    ...scope,
    policy: `shop/p${index}`,
    position: 'guards[0]',
    relations: hasRelations ? relations : [],
    ...(when === undefined ? {} : { when }),
  })),
);

function couple(left: string, right: string): BoundRelation {
  return {
    id: `api#${left}`,
    policy: 'Kubernetes',
    mode: 'Enforce',
    response: 'clamp',
    isCoupling: true,
    left: { parameter: left, factor: 1n, offset: 0n },
    right: { parameter: right, factor: 1n, offset: 0n },
    gap: 0n,
    text: `${left} <= ${right}`,
  };
}

/** What the API server requires: minReplicas <= maxReplicas, and one between instances. */
export const couplings: fc.Arbitrary<readonly BoundRelation[]> = fc.subarray([
  couple('hpa.minReplicas', 'hpa.maxReplicas'),
  couple('containers[log].cpu', 'containers[web].cpu'),
]);
