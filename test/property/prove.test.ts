/**
 * What is said to be guaranteed is never exceeded, whatever an optimizer does; and where one rule alone bounds, it is
 * reached: a guarantee is neither broken nor empty. What landed is counted here without the code that derives claims.
 */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { define } from '../../src/catalogue/define.ts';
import type { Amount } from '../../src/core/amount.ts';
import type { Guard } from '../../src/core/guard.ts';
import { type Claims, proveClaims } from '../../src/core/prove.ts';
import type { Travel } from '../../src/core/travel.ts';
import { type RuleParts, rulesOf } from '../../src/policy/compile-rules.ts';
import { loadFolder } from '../../src/policy/load.ts';
import { boundsOf } from '../../src/policy/prove/bounds.ts';
import { provePolicies } from '../../src/policy/prove.ts';
import { adversaries, fastestBetween, fullestOf, type Landed, playGame } from './adversary.ts';
import { cooldownSpec, duration, persistenceSpec, rateSpec, reversalSpec } from './arbitrary-history.ts';
import { check } from './scenario.ts';

vi.setConfig({ testTimeout: 120_000 });

const user = 'system:serviceaccount:shop:tuner';
const definition = define('n', ['integer', 'restrictive'], 'a number');
const parameter = {
  name: 'n',
  type: 'integer',
  path: '/n',
  notation: 'number',
  quantum: 1n,
  capacity: 'more',
  integration: 'restrictive',
} as const;

function guardOf(parts: RuleParts): Guard {
  return {
    policy: 'p',
    position: 'guards[0]',
    mode: 'Enforce',
    response: 'clamp',
    failurePolicy: 'Fail',
    parameters: ['n'],
    rules: [...rulesOf(parts).values()],
    relations: [],
  };
}

function claimsOf(...parts: readonly RuleParts[]): Claims {
  return proveClaims(boundsOf(parts, { name: 'n', definition, hasOneActor: true }));
}

interface Played {
  readonly parts: readonly RuleParts[];
  readonly adversary: string;
  readonly start: bigint;
  readonly seed: number;
  readonly turns?: number;
  readonly waits?: readonly number[];
}

function play({ parts, adversary, start, seed, turns = 60, waits = [0, 1, 500, 1_000, 2_000] }: Played) {
  const { least = -50n, greatest = 100n, windows } = claimsOf(...parts);
  const make = adversaries[adversary];
  if (make === undefined) throw new Error(`no adversary ${adversary}`);
  const guards = parts.map(guardOf);
  return playGame({
    guards,
    adversary: make({ low: least, high: greatest }),
    parameter,
    start,
    user,
    turns,
    waits,
    windows: windows.slice(0, -1).map(({ within }) => within),
    seed,
  });
}

/** Undefined: nothing is claimed. */
function expectAtMost(reached: bigint, claimed: bigint | undefined, what: string): void {
  if (claimed !== undefined && reached > claimed) throw new Error(`${what}: ${reached} > ${claimed}`);
}

function expectKept(landed: readonly Landed[], claims: Claims): void {
  const { least, greatest } = claims;
  for (const { from, to } of landed) {
    expectAtMost(to, greatest, 'value');
    expectAtMost(-to, least === undefined ? undefined : -least, 'value below');
    expectAtMost(to - from, claims.increase, 'increase');
    expectAtMost(from - to, claims.decrease, 'decrease');
  }
  for (const { within, ...claim } of claims.windows) {
    const reached = fullestOf(landed, within);
    for (const what of ['change', 'net', 'changes', 'reversals'] as const)
      expectAtMost(reached[what], claim[what], `${what} in ${within}`);
  }
  if (least === undefined || greatest === undefined) return;
  expectNoSooner(fastestBetween(landed, least, greatest), claims.climb, 'climb');
  expectNoSooner(fastestBetween(landed, greatest, least), claims.fall, 'fall');
}

function expectNoSooner(passages: readonly Travel[], claimed: Travel | undefined, what: string): void {
  if (claimed === undefined && passages.length > 0) throw new Error(`${what}: was not possible`);
  for (const { milliseconds, changes } of passages) {
    expectAtMost(-changes, claimed && -claimed.changes, `${what} in changes`);
    expectAtMost(BigInt(-milliseconds), claimed && BigInt(-claimed.milliseconds), `${what} in time`);
  }
}

const amount: fc.Arbitrary<Amount> = fc.oneof(
  fc.bigInt(1n, 15n).map((units): Amount => ({ kind: 'absolute', units })),
  fc.bigInt(1n, 25_000n).map((hundredths): Amount => ({ kind: 'percent', hundredths })),
);

const step = fc
  .record({
    increase: fc.option(amount, { nil: undefined }),
    decrease: fc.option(amount, { nil: undefined }),
  })
  .map(({ increase, decrease }) => ({
    ...(increase === undefined ? {} : { increase }),
    ...(decrease === undefined ? {} : { decrease }),
  }));

const range = fc
  .record({
    min: fc.option(fc.bigInt(0n, 10n), { nil: undefined, freq: 6 }),
    max: fc.option(fc.bigInt(20n, 60n), { nil: undefined, freq: 6 }),
  })
  .map(({ min, max }) => ({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }));

const drift = fc.record({ from: fc.constantFrom(14n, 16n), max: amount, isAnchored: fc.constant(false) });

/** Small, so that it does not stop every movement. */
const band: fc.Arbitrary<Amount> = fc.oneof(
  fc.bigInt(1n, 4n).map((units): Amount => ({ kind: 'absolute', units })),
  fc.bigInt(1n, 2_000n).map((hundredths): Amount => ({ kind: 'percent', hundredths })),
);

const parts: fc.Arbitrary<RuleParts> = fc.record(
  {
    range,
    step,
    rate: rateSpec,
    cooldown: cooldownSpec,
    reversal: reversalSpec,
    persistence: persistenceSpec,
    deadband: band,
    drift,
  },
  { requiredKeys: [] },
);

const game = fc.record({
  parts: fc.array(parts, { minLength: 1, maxLength: 2 }),
  adversary: fc.constantFrom(...Object.keys(adversaries)),
  place: fc.nat(1_000),
  seed: fc.integer(),
  waits: fc.array(fc.oneof(fc.constantFrom(0, 1, 1_000), duration), { minLength: 1, maxLength: 3 }),
});

describe('no trajectory exceeds what is claimed', () => {
  it('of any rules of two guards, by any adversary', () => {
    let seen = 0;
    check(
      game,
      ({ place, ...one }) => {
        const claims = claimsOf(...one.parts);
        const { least = 0n, greatest = 60n } = claims;
        if (least > greatest) return;
        // Often at an end, from where the whole range is to be crossed.
        const inside = least + (BigInt(place) % (greatest - least + 1n));
        const start = place % 3 === 0 ? least : place % 3 === 1 ? greatest : inside;
        const landed = play({ ...one, start });
        seen += landed.length;
        expectKept(landed, claims);
      },
      800,
    );
    expect(seen).toBeGreaterThan(2_000);
  });

  it('of the policy for an agent that learns CPU targets', () => {
    const { set, ...loaded } = loadFolder(new URL('../../policies/rl-hpa-target', import.meta.url).pathname);
    const [proof, ...others] = provePolicies(loaded, 0);
    expect(others).toEqual([]);
    const claims = proof?.claims;
    if (set === undefined || proof === undefined || claims === undefined) throw new Error('a proof expected');
    const agent = { user: 'system:serviceaccount:optimizers:rl-hpa-target', groups: [] };
    const { guards } = set.select({
      group: 'autoscaling',
      kind: 'HorizontalPodAutoscaler',
      subresource: '',
      namespace: 'shop',
      name: 'web',
      operation: 'UPDATE',
      actor: agent,
      now: 0,
      readLabels: () => [new Map()],
      readNamespaceLabels: () => new Map(),
    });
    const target = { ...parameter, name: proof.parameter, type: 'percent' } as const;
    const seen = new Map<string, number>();
    for (const [name, make] of Object.entries(adversaries))
      for (const [seed, start] of [30n, 55n, 80n].entries()) {
        const adversary = make({ low: 30n, high: 80n });
        const rest = { parameter: target, start, user: agent.user, turns: 300, seed };
        const times = { windows: [1_800_000, 3_600_000], waits: [10_000, 60_000] };
        const landed = playGame({ guards, adversary, ...rest, ...times });
        expectKept(landed, claims);
        seen.set(name, (seen.get(name) ?? 0) + landed.length);
      }
    for (const [name, count] of seen) expect(count, name).toBeGreaterThan(1);
  });
});

const absolute = (units: bigint): Amount => ({ kind: 'absolute', units });
const percent = (share: bigint): Amount => ({ kind: 'percent', hundredths: share * 100n });
const hour = 3_600_000;
const whole = { min: 4n, max: 40n };

describe('what one rule claims is reached', () => {
  function lastWindow(claims: Claims) {
    const claim = claims.windows.at(-1);
    if (claim === undefined) throw new Error('a window expected');
    return claim;
  }

  it('range: both ends, in one change', () => {
    const claims = claimsOf({ range: whole });
    const landed = play({ parts: [{ range: whole }], adversary: 'swing', start: 4n, seed: 1, turns: 2 });
    expect(landed.map(({ to }) => to)).toEqual([claims.greatest, claims.least]);
    expect(claims).toMatchObject({
      climb: { milliseconds: 0, changes: 1n },
      fall: { milliseconds: 0, changes: 1n },
    });
  });

  it.each([
    ['absolute', { increase: absolute(5n), decrease: absolute(3n) }],
    ['shares', { increase: percent(50n), decrease: percent(20n) }],
    ['shares below one step of the grid', { increase: percent(1n), decrease: percent(1n) }],
    ['shares beyond the whole', { increase: percent(150n), decrease: percent(100n) }],
  ])('step, %s: the number of changes, and the largest of them', (_, spec) => {
    const rules = { range: whole, step: spec };
    const claims = claimsOf(rules);
    const largest = (adversary: string, start: bigint) => {
      const landed = play({ parts: [rules], adversary, start, seed: 1 });
      return {
        changes: landed.length,
        size: landed.map(({ from, to }) => (to > from ? to - from : from - to)),
      };
    };
    const [up, down] = [largest('greedy up', 4n), largest('greedy down', 40n)];
    expect(BigInt(up.changes)).toBe(claims.climb?.changes);
    expect(BigInt(down.changes)).toBe(claims.fall?.changes);
    // From every value of the range: one of them is the worst.
    const every = Array.from({ length: 37 }, (_, index) => 4n + BigInt(index));
    const worst = (adversary: string) =>
      every
        .flatMap((start) => play({ parts: [rules], adversary, start, seed: 1, turns: 1 }))
        .map(({ from, to }) => (to > from ? to - from : from - to))
        .reduce((a, b) => (a > b ? a : b));
    expect(worst('greedy up')).toBe(claims.increase);
    expect(worst('greedy down')).toBe(claims.decrease);
  });

  it('rate of change: the sum in its window and in a day, and the time from end to end', () => {
    const rules = { range: whole, rate: { change: 10n, within: 7 * hour } };
    const claims = claimsOf(rules);
    const landed = play({ parts: [rules], adversary: 'swing', start: 4n, seed: 1, waits: [0] });
    for (const { within, change } of claims.windows) expect(fullestOf(landed, within).change).toBe(change);
    expect(lastWindow(claims).change).toBe(40n);
    expect(fastestBetween(landed, 4n, 40n)[0]).toEqual(claims.climb);
  });

  it('rate of changes: how many in its window and in a day', () => {
    const rules = { range: whole, rate: { changes: 3, within: 5 * hour } };
    const claims = claimsOf(rules);
    const landed = play({ parts: [rules], adversary: 'alternator', start: 4n, seed: 1, waits: [0] });
    for (const { within, changes } of claims.windows) expect(fullestOf(landed, within).changes).toBe(changes);
    expect(lastWindow(claims).changes).toBe(15n);
  });

  it('cooldown: how many in a day, and the reversals', () => {
    const rules = { range: whole, cooldown: { increase: 7 * hour, decrease: 7 * hour } };
    const claims = claimsOf(rules);
    const landed = play({ parts: [rules], adversary: 'alternator', start: 4n, seed: 1, waits: [0] });
    const { changes, reversals, change } = fullestOf(landed, lastWindow(claims).within);
    expect({ changes, reversals, change }).toEqual({ changes: 4n, reversals: 4n, change: 4n * 36n });
    expect(lastWindow(claims)).toMatchObject({ changes, reversals, change });
  });

  it('cooldown that differs by direction: the reversals', () => {
    const rules = { range: whole, cooldown: { increase: 9 * hour, decrease: hour } };
    const claims = claimsOf(rules);
    const landed = play({ parts: [rules], adversary: 'alternator', start: 4n, seed: 1, waits: [0] });
    const { reversals } = fullestOf(landed, lastWindow(claims).within);
    expect(reversals).toBe(lastWindow(claims).reversals);
  });

  it('reversal: how many in its window, and the sum, which the range bounds between them', () => {
    const rules = { range: whole, reversal: { max: 2, within: 12 * hour } };
    const claims = claimsOf(rules);
    const landed = play({ parts: [rules], adversary: 'alternator', start: 4n, seed: 1, waits: [0] });
    for (const { within, reversals, change } of claims.windows)
      expect(fullestOf(landed, within)).toMatchObject({ reversals, change });
    expect(lastWindow(claims)).toMatchObject({ reversals: 4n, change: 5n * 36n });
  });

  it('persistence: how often it turns', () => {
    const rules = { range: whole, persistence: { requests: 3, spacing: 3 * hour } };
    const claims = claimsOf(rules);
    const landed = play({
      parts: [rules],
      adversary: 'alternator',
      start: 4n,
      seed: 1,
      turns: 400,
      waits: [1_000_000],
    });
    const { reversals } = fullestOf(landed, lastWindow(claims).within);
    expect(lastWindow(claims).reversals).toBe(4n);
    expect(reversals).toBe(4n);
  });

  it('step and cooldown: the time from end to end', () => {
    const rules = {
      range: whole,
      step: { increase: absolute(5n) },
      cooldown: { increase: 60_000, decrease: 1_000 },
    };
    const claims = claimsOf(rules);
    const landed = play({ parts: [rules], adversary: 'greedy up', start: 4n, seed: 1, waits: [0] });
    expect(fastestBetween(landed, 4n, 40n)).toContainEqual(claims.climb);
    expect(claims.climb).toEqual({ milliseconds: 7 * 60_000, changes: 8n });
  });

  it('nothing of time: nothing is claimed of it, and nothing holds', () => {
    const claims = claimsOf({ range: whole });
    expect(lastWindow(claims)).toMatchObject({ change: undefined, changes: undefined, reversals: undefined });
    const landed = play({ parts: [{ range: whole }], adversary: 'swing', start: 4n, seed: 1, waits: [0] });
    expect(fullestOf(landed, 1).changes).toBe(60n);
  });
});
