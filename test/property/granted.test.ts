import { expect, it } from 'vitest';
import { bindRelation } from '../../src/core/bind.ts';
import { type Decision, isGranted } from '../../src/core/decide.ts';
import { covers, type Value } from '../../src/core/parameter.ts';
import { between, contains, everyNumber, intersect, type NumericRegion } from '../../src/core/region.ts';
import { holds, type Relation } from '../../src/core/relation.ts';
import { type Outcome, strictest, type Verdict } from '../../src/core/verdict.ts';
import { check, decideOn, grantedValues, numbersOf, type Scenario, scenario } from './scenario.ts';

/** Runs a property on every verdict of arbitrary decisions. */
function checkVerdicts(property: (verdict: Verdict, decision: Decision) => void): void {
  check(scenario, (given) => {
    const decision = decideOn(given);
    for (const verdict of decision.verdicts) property(verdict, decision);
  });
}

it('grants only what every hard limit admits', () => {
  checkVerdicts(({ granted, limits, outcome }) => {
    if (outcome !== 'admit' && outcome !== 'clamp') return;
    const hard = limits.filter(({ tier }) => tier === 'hard');
    for (const limit of hard) expect(contains(limit.admits, granted)).toBe(true);
  });
});

it('grants what meets every enforced relation that the request touches, and every coupling that the request met', () => {
  check(
    scenario,
    (given) => {
      const decision = decideOn(given);
      if (!isGranted(decision)) return;
      const granted = numbersOf(grantedValues(decision));
      for (const relation of relationsThatCount(given, decision)) expect(holds(relation, granted)).toBe(true);
    },
    3_000,
  );
});

function relationsThatCount({ guards, couplings }: Scenario, { change, verdicts }: Decision): Relation[] {
  const { parameters } = change;
  const changed = new Set(verdicts.map(({ parameter }) => parameter.name));
  const requested = numbersOf(parameters.map(({ name, requested }) => [name, requested]));
  const policies = guards.filter(
    ({ mode, when, parameters }) =>
      mode === 'Enforce' &&
      when === undefined &&
      [...changed].some((name) => parameters.some((pattern) => covers(pattern, name))),
  );
  const touched = ({ left, right }: Relation): boolean =>
    [left.parameter, right.parameter].some((name) => name !== undefined && changed.has(name));
  return [
    ...policies.flatMap(({ relations }) => relations.flatMap((one) => bindRelation(one, parameters))),
    ...couplings.filter((coupling) => holds(coupling, requested)),
  ].filter(touched);
}

it('answers no weaker than the strictest determining response, and an error of Fail denies', () => {
  const strictness: readonly Outcome[] = ['admit', 'clamp', 'throttle', 'deny'];
  check(scenario, (given) => {
    const { outcome, verdicts, errors } = decideOn(given);
    for (const verdict of verdicts) {
      const due = strictest(verdict.determining.map(({ response }) => response));
      expect(strictness.indexOf(verdict.outcome)).toBeGreaterThanOrEqual(strictness.indexOf(due));
      expect(strictness.indexOf(outcome)).toBeGreaterThanOrEqual(strictness.indexOf(verdict.outcome));
    }
    if (errors.some(({ failurePolicy }) => failurePolicy === 'Fail')) expect(outcome).toBe('deny');
  });
});

it('names a determining limit wherever it does not admit', () => {
  checkVerdicts(({ parameter, granted, determining, outcome }) => {
    if (granted !== parameter.requested) expect(determining.length).toBeGreaterThan(0);
    if (outcome !== 'admit' && granted !== undefined) expect(granted).not.toBe(parameter.requested);
    expect(outcome === 'admit').toBe(determining.length === 0);
    for (const { mode } of determining) expect(mode).toBe('Enforce');
  });
});

it('grants points of the grid, unless asked for another, already there, or where the grid has none', () => {
  checkVerdicts(({ parameter: { current, requested, quantum }, granted, region }) => {
    if (typeof granted !== 'bigint' || granted === requested || granted === current) return;
    if (region.kind === 'choice' || granted % quantum === 0n) return;
    const edges = region.intervals.flatMap(({ low, high }) => [low.at, high.at]);
    expect(edges).toContain(granted);
    const asked = spanned(current, requested);
    const near = contains(asked, granted) ? intersect(region, asked) : region;
    const piece = near.intervals.find((interval) =>
      contains({ kind: 'numeric', intervals: [interval] }, granted),
    );
    const [low, high] = [piece?.low.at, piece?.high.at];
    if (low === undefined || high === undefined) throw new Error('an unbounded piece has points of the grid');
    // The first multiple of the quantum at or above `low`.
    const first = low + (((-low % quantum) + quantum) % quantum);
    expect(first > high).toBe(true);
  });
});

/** The values from one to the other; all, where one of them is absent. */
function spanned(a: Value | undefined, b: Value | undefined): NumericRegion {
  if (typeof a !== 'bigint' || typeof b !== 'bigint') return everyNumber;
  return a < b ? between(a, b) : between(b, a);
}

it('moves no further than asked where the region contains current', () => {
  checkVerdicts(({ parameter: { current, requested }, granted, region }) => {
    if (typeof current !== 'bigint' || typeof requested !== 'bigint' || typeof granted !== 'bigint') return;
    if (!contains(region, current)) return;
    const [low, high] = current < requested ? [current, requested] : [requested, current];
    expect(granted >= low && granted <= high).toBe(true);
  });
});

it('grants what lies in the region, and nothing where it is refused whole', () => {
  checkVerdicts(({ granted, region, outcome }) => {
    if (granted !== undefined) expect(contains(region, granted)).toBe(true);
    if (outcome === 'clamp') expect(granted).toBeDefined();
  });
});
