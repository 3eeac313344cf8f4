/**
 * The rules of history against oracles that only judge one value at one time, and share no code with them: what is
 * admitted is exactly what the oracle admits, and the time that is named is the first at which it does.
 */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Facts } from '../../src/core/facts.ts';
import type { FoundLimit, Rule } from '../../src/core/guard.ts';
import type { History, Movement } from '../../src/core/history.ts';
import type { Parameter, Value } from '../../src/core/parameter.ts';
import { contains } from '../../src/core/region.ts';
import { type CooldownSpec, cooldown } from '../../src/core/rules/cooldown.ts';
import { type PersistenceSpec, persistence } from '../../src/core/rules/persistence.ts';
import { type RateSpec, rate } from '../../src/core/rules/rate.ts';
import { type ReversalSpec, reversal } from '../../src/core/rules/reversal.ts';
import {
  actors,
  arbitraryHistory,
  cooldownSpec,
  persistenceSpec,
  rateSpec,
  reversalSpec,
} from './arbitrary-history.ts';
import { check } from './scenario.ts';

/** Each run asks for some twenty values. */
const runs = 400;

vi.setConfig({ testTimeout: 60_000 });

const start = 1_000_000;
const [tuner = ''] = actors;
const number = fc.bigInt(0n, 20n);

interface Situation {
  readonly now: number;
  readonly base: Value;
  readonly history: History;
}

const numeric: fc.Arbitrary<Situation> = fc.record({
  now: fc.constant(start),
  base: number,
  history: arbitraryHistory(number, start),
});
const text = fc.constantFrom('a', 'b', 'c');
const chosen: fc.Arbitrary<Situation> = fc.record({
  now: fc.constant(start),
  base: text,
  history: arbitraryHistory(text, start),
});

function limitOf(rule: Rule, { now, base, history }: Situation, requested: Value): FoundLimit {
  const parameter: Parameter = {
    name: 'n',
    type: typeof base === 'string' ? 'choice' : 'integer',
    path: '/n',
    notation: 'number',
    quantum: 1n,
    capacity: 'more',
    integration: 'restrictive',
    current: base,
    requested,
  };
  const facts: Facts = {
    now,
    change: {
      target: { group: '', kind: 'K', namespace: 'n', name: 'o', subresource: '' },
      actor: { user: tuner, groups: [] },
      operation: 'UPDATE',
      dryRun: false,
      parameters: [parameter],
    },
    object: {},
    oldObject: {},
    labels: new Map(),
    readHistory: () => history,
  };
  const limit = rule(parameter, facts);
  if (limit === undefined || 'error' in limit) throw new Error('a limit expected');
  return limit;
}

function admits(rule: Rule, situation: Situation, requested: Value): boolean {
  return contains(limitOf(rule, situation, requested).admits, requested);
}

const otherNumbers = Array.from({ length: 24 }, (_, index) => BigInt(index) - 2n);
const others = (base: Value): readonly Value[] =>
  (typeof base === 'string' ? ['a', 'b', 'c'] : otherNumbers).filter((value) => value !== base);

/** One value at one time; what is unchanged is always admitted. */
type Oracle = (situation: Situation, requested: Value) => boolean;

/** Also of what a limit on one request says of the other values: where it admits, asking for them is admitted. */
function isExact(rule: Rule, oracle: Oracle, situation: Situation): void {
  for (const requested of others(situation.base)) {
    const { admits: region } = limitOf(rule, situation, requested);
    expect(contains(region, situation.base)).toBe(true);
    expect(contains(region, requested)).toBe(oracle(situation, requested));
    for (const value of others(situation.base))
      if (contains(region, value)) expect(admits(rule, situation, value)).toBe(true);
  }
}

/** With the history as it is; for persistence, with the proposal that was made. */
type Later = (situation: Situation, requested: Value) => History;
const asItIs: Later = ({ history }) => history;
const far = 100_000;

/** The time is the first, and where none is named there is none. */
function namesTheTime(rule: Rule, situation: Situation, later: Later = asItIs): void {
  for (const requested of others(situation.base)) {
    const { admits: region, opensAt } = limitOf(rule, situation, requested);
    if (contains(region, requested)) {
      expect(opensAt).toBeUndefined();
      continue;
    }
    const at = (now: number): boolean =>
      admits(rule, { ...situation, now, history: later(situation, requested) }, requested);
    if (opensAt === undefined) {
      for (const now of [situation.now + 1, situation.now + 2_000, situation.now + far])
        expect(at(now)).toBe(false);
      continue;
    }
    expect(opensAt).toBeGreaterThan(situation.now);
    expect(at(opensAt)).toBe(true);
    expect(at(opensAt - 1)).toBe(false);
  }
}

function isAbove(value: Value, base: Value): boolean {
  return typeof value === 'bigint' && typeof base === 'bigint' && value > base;
}

function size(from: Value | undefined, to: Value | undefined): bigint {
  if (typeof from !== 'bigint' || typeof to !== 'bigint') return 0n;
  return from > to ? from - to : to - from;
}

function isInside(at: number, now: number, within: number): boolean {
  return now - at < within;
}

/** Written out: what is forgotten is so many movements, all at its end. */
function rateOracle({ change, changes, within, by }: RateSpec): Oracle {
  return ({ now, base, history: { movements, forgotten } }, requested) => {
    let sum = size(base, requested);
    let count = 1;
    for (const { at, from, to, actor } of movements) {
      if (!isInside(at, now, within) || (by === 'actor' && actor !== tuner)) continue;
      sum += size(from, to);
      count += 1;
    }
    if (forgotten !== undefined && isInside(forgotten.until, now, within)) {
      sum += forgotten.change;
      count += forgotten.changes;
    }
    const isOverspent = change !== undefined && sum > change;
    return !isOverspent && (changes === undefined || count <= changes);
  };
}

function cooldownOracle({ increase = 0, decrease = 0 }: CooldownSpec): Oracle {
  return ({ now, base, history: { movements, forgotten } }, requested) => {
    const times = movements.map(({ at }) => at);
    if (forgotten !== undefined && forgotten.changes > 0) times.push(forgotten.until);
    const longest = Math.max(increase, decrease);
    const rest = typeof base === 'string' ? longest : isAbove(requested, base) ? increase : decrease;
    return rest === 0 || times.every((at) => !isInside(at, now, rest));
  };
}

function reversalOracle({ max, within }: ReversalSpec): Oracle {
  return ({ now, base, history: { movements, forgotten } }, requested) => {
    const way = ({ from, to }: Pick<Movement, 'from' | 'to'>): string =>
      size(from, to) === 0n ? '' : Number(to) > Number(from) ? 'up' : 'down';
    const before = forgotten === undefined ? '' : forgottenWay(forgotten);
    const ways = [
      { at: forgotten?.until ?? 0, way: before },
      ...movements.map((one) => ({ at: one.at, way: way(one) })),
      { at: now, way: way({ from: base, to: requested }) },
    ].filter((one) => one.way !== '');
    const turns = ways.filter((one, index) => index > 0 && one.way !== ways[index - 1]?.way);
    const isTurn = turns.at(-1) === ways.at(-1);
    const old = forgotten !== undefined && isInside(forgotten.until, now, within) ? forgotten.reversals : 0;
    return !isTurn || turns.filter(({ at }) => isInside(at, now, within)).length + old <= max;
  };
}

function forgottenWay({ direction, changes }: NonNullable<History['forgotten']>): string {
  if (direction === undefined) return changes > 0 ? 'unknown' : '';
  return direction === 'increase' ? 'up' : 'down';
}

/** An unbroken chain of proposals that all ask for as much, found by trying each as the first. */
function persistenceOracle(spec: PersistenceSpec): Oracle {
  return ({ now, base, history: { proposals } }, requested) => {
    const asks = [
      ...proposals.map((one) => ({ at: one.at, value: one.requested })),
      { at: now, value: requested },
    ];
    const isAsMuch = (value: Value | undefined): boolean => {
      if (typeof requested === 'string') return value === requested;
      if (typeof value !== 'bigint' || typeof base !== 'bigint') return false;
      return requested > base ? value >= requested : value <= requested;
    };
    const firsts = asks
      .map((_, index) => asks.slice(index))
      .filter((rest) => rest.every(({ value }) => isAsMuch(value)));
    return firsts.some((rest) => {
      const times = rest.map(({ at }) => at);
      if (!isUnbroken(times, Math.max(spec.for ?? 0, 10 * spec.spacing))) return false;
      if (spec.for === undefined) return isOften(times, spec.requests, spec.spacing);
      return now - (times[0] ?? now) >= spec.for;
    });
  };
}

/** Counted back from the present one. */
function isOften(times: readonly number[], requests: number, spacing: number): boolean {
  let count = 0;
  let next = Number.POSITIVE_INFINITY;
  for (const at of times.toReversed()) {
    if (Math.abs(next - at) < spacing) continue;
    count += 1;
    next = at;
  }
  return count >= requests;
}

/** A request that asks for what is stored may never be seen: silence, too, ends what was proposed. */
function isUnbroken(times: readonly number[], gap: number): boolean {
  return times.every((at, index) => index === 0 || at - (times[index - 1] ?? at) <= gap);
}

/** As the ledger would have it: what was asked now is the latest proposal. */
const asProposed: Later = ({ now, history }, requested) => ({
  ...history,
  proposals: [...history.proposals, { at: now, requested, actor: tuner }],
});

/** A clock that never runs backwards has no proposals ahead of it. */
function untilNow({ history, ...rest }: Situation): Situation {
  return {
    ...rest,
    history: { ...history, proposals: history.proposals.filter(({ at }) => at <= rest.now) },
  };
}

describe('admits exactly what the oracle admits, and names the first time at which it does', () => {
  it('rate', () => {
    check(
      fc.tuple(rateSpec, numeric),
      ([spec, situation]) => {
        isExact(rate(spec), rateOracle(spec), situation);
        namesTheTime(rate(spec), situation);
      },
      runs,
    );
  });

  it('rate of a choice, which has no sum', () => {
    check(
      fc.tuple(rateSpec, chosen),
      ([{ change: _, ...spec }, situation]) => {
        isExact(rate(spec), rateOracle(spec), situation);
        namesTheTime(rate(spec), situation);
      },
      runs,
    );
  });

  it('cooldown', () => {
    check(
      fc.tuple(cooldownSpec, numeric),
      ([spec, situation]) => {
        isExact(cooldown(spec), cooldownOracle(spec), situation);
        namesTheTime(cooldown(spec), situation);
      },
      runs,
    );
  });

  it('cooldown of a choice', () => {
    check(
      fc.tuple(cooldownSpec, chosen),
      ([spec, situation]) => {
        isExact(cooldown(spec), cooldownOracle(spec), situation);
        namesTheTime(cooldown(spec), situation);
      },
      runs,
    );
  });

  it('reversal', () => {
    check(
      fc.tuple(reversalSpec, numeric),
      ([spec, situation]) => {
        isExact(reversal(spec), reversalOracle(spec), situation);
        namesTheTime(reversal(spec), situation);
      },
      runs,
    );
  });

  it('persistence', () => {
    check(
      fc.tuple(persistenceSpec, numeric),
      ([spec, given]) => {
        const situation = untilNow(given);
        isExact(persistence(spec), persistenceOracle(spec), situation);
        namesTheTime(persistence(spec), situation, asProposed);
      },
      runs,
    );
  });

  it('persistence of a choice', () => {
    check(
      fc.tuple(persistenceSpec, chosen),
      ([spec, given]) => {
        const situation = untilNow(given);
        isExact(persistence(spec), persistenceOracle(spec), situation);
        namesTheTime(persistence(spec), situation, asProposed);
      },
      runs,
    );
  });
});
