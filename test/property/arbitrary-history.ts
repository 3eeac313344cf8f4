/** Arbitrary pasts, near enough to now that windows of seconds cut them, and the rules that read them. */
import fc from 'fast-check';
import type { Rule } from '../../src/core/guard.ts';
import type { Forgotten, History, Movement, Proposal } from '../../src/core/history.ts';
import type { Value } from '../../src/core/parameter.ts';
import { type CooldownSpec, cooldown } from '../../src/core/rules/cooldown.ts';
import { type PersistenceSpec, persistence } from '../../src/core/rules/persistence.ts';
import { type RateSpec, rate } from '../../src/core/rules/rate.ts';
import { type ReversalSpec, reversal } from '../../src/core/rules/reversal.ts';

export const actors = ['system:serviceaccount:shop:tuner', 'rl'];

/** Few different times, so that edges of windows are met; sometimes ahead of now, as a clock that was set back leaves it. */
const age = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }).map((seconds) => seconds * 1000) },
  { weight: 2, arbitrary: fc.integer({ min: -2_000, max: 12_000 }) },
);

/** Milliseconds: of the same few. */
export const duration = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 8 }).map((seconds) => seconds * 1000) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9_000 }) },
);

const actor = fc.constantFrom(...actors);

/** The last value is where the parameter stands, unless something else moved it since. */
export function arbitraryHistory(value: fc.Arbitrary<Value | undefined>, now: number): fc.Arbitrary<History> {
  const movement = fc.record({ age, to: value, actor });
  const proposal = fc.record({ age, requested: value, actor });
  return fc
    .record({
      first: value,
      movements: fc.array(movement, { maxLength: 8 }),
      proposals: fc.array(proposal, { maxLength: 8 }),
      forgotten: fc.option(forgotten, { nil: undefined, freq: 3 }),
      last: fc.option(value, { nil: undefined, freq: 3 }),
    })
    .map(({ first, movements, proposals, forgotten, last }): History => {
      const until = now - (forgotten?.age ?? 0) - 4_000;
      return {
        movements: chain(first, movements, now),
        proposals: byTime(proposals).map(({ age, ...rest }): Proposal => ({ at: now - age, ...rest })),
        ...(forgotten === undefined ? {} : { forgotten: { ...forgotten.what, until } }),
        ...(last === undefined ? {} : { last: { at: now, value: last } }),
      };
    });
}

interface Aged {
  readonly age: number;
}

/** Each goes on from where the one before ended. */
function chain(
  first: Value | undefined,
  moves: readonly (Aged & { readonly to: Value | undefined; readonly actor: string })[],
  now: number,
): Movement[] {
  let from = first;
  return byTime(moves).map(({ age, to, actor }) => {
    const movement = { at: now - age, from, to, actor };
    from = to;
    return movement;
  });
}

function byTime<T extends Aged>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => b.age - a.age);
}

const direction = fc.constantFrom(undefined, 'increase', 'decrease');

const forgotten: fc.Arbitrary<{ readonly age: number; readonly what: Omit<Forgotten, 'until'> }> = fc.record({
  age,
  what: fc
    .record({
      change: fc.bigInt(0n, 9n),
      changes: fc.integer({ min: 0, max: 3 }),
      reversals: fc.integer({ min: 0, max: 2 }),
      direction,
    })
    .map(({ direction, ...rest }) => ({ ...rest, ...(direction === undefined ? {} : { direction }) })),
});

export const rateSpec: fc.Arbitrary<RateSpec> = fc
  .record({
    change: fc.option(fc.bigInt(0n, 20n), { nil: undefined, freq: 3 }),
    changes: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 2 }),
    within: duration,
    by: fc.constantFrom('object', 'object', 'actor'),
  })
  .map(({ change, changes, ...rest }) => ({
    ...rest,
    ...(change === undefined ? {} : { change }),
    ...(changes === undefined ? {} : { changes }),
  }));

export const cooldownSpec: fc.Arbitrary<CooldownSpec> = fc.oneof(
  duration.map((increase) => ({ increase })),
  duration.map((decrease) => ({ decrease })),
  fc.record({ increase: duration, decrease: duration }),
);

export const reversalSpec: fc.Arbitrary<ReversalSpec> = fc.record({
  max: fc.integer({ min: 0, max: 3 }),
  within: duration,
});

const spacing = fc.constantFrom(500, 1_000, 2_000);

export const persistenceSpec: fc.Arbitrary<PersistenceSpec> = fc.oneof(
  fc.record({ requests: fc.integer({ min: 2, max: 4 }), spacing }),
  fc.record({ for: duration, spacing }),
);

export const dynamicsRule: fc.Arbitrary<Rule> = fc.oneof(
  rateSpec.map(rate),
  cooldownSpec.map(cooldown),
  reversalSpec.map(reversal),
  persistenceSpec.map(persistence),
);
