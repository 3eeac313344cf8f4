import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Guard } from '../../src/core/guard.ts';
import { type AppliedLimit, tiers } from '../../src/core/limit.ts';
import { contains, everything, intersect, type Region } from '../../src/core/region.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { choiceValues } from './arbitrary-change.ts';
import { guards } from './arbitrary-guard.ts';
import { check, decideOn, type Scenario, scenario } from './scenario.ts';

/** A scenario, and the same with further enforced guards. Relations bound several parameters at once: not here. */
const extended: fc.Arbitrary<readonly [Scenario, Scenario]> = fc
  .tuple(scenario, guards)
  .map(([given, extra]) => {
    const before: Scenario = { ...given, couplings: [], guards: given.guards.map(withoutRelations) };
    const further = extra.map((guard, index): Guard => {
      return { ...withoutRelations(guard), mode: 'Enforce', policy: `shop/extra${index}` };
    });
    return [before, { ...before, guards: [...before.guards, ...further] }] as const;
  });

function withoutRelations(guard: Guard): Guard {
  return { ...guard, relations: [] };
}

function checkPairs(property: (before: Verdict, after: Verdict) => void): void {
  check(extended, ([given, more]) => {
    const after = decideOn(more).verdicts;
    for (const [index, verdict] of decideOn(given).verdicts.entries()) {
      const other = after[index];
      if (other === undefined) throw new Error(`no second verdict for ${verdict.parameter.name}`);
      property(verdict, other);
    }
  });
}

it('never widens the intersection of a tier by a further policy', () => {
  checkPairs((before, after) => {
    for (const tier of tiers) {
      const [inner, outer] = [after, before].map(({ limits, parameter }) =>
        meet(
          limits.filter((limit) => limit.tier === tier),
          everything(parameter.type),
        ),
      );
      if (inner !== undefined && outer !== undefined) expectWithin(inner, outer);
    }
  });
});

it('never widens the region by a further policy, while no tier is empty or yields', () => {
  checkPairs((before, after) => {
    if (after.yielded.length > 0 || before.yielded.length > 0) return;
    expectWithin(after.region, before.region);
  });
});

it('never answers less strictly by a further policy, while no tier yields', () => {
  checkPairs((before, after) => {
    if (after.yielded.length > 0 || before.yielded.length > 0) return;
    const ids = new Set(after.determining.map(({ id }) => id));
    for (const { id } of before.determining) expect(ids).toContain(id);
  });
});

function meet(limits: readonly AppliedLimit[], start: Region): Region {
  return limits.reduce((sum, { admits }) => intersect(sum, admits), start);
}

/** A union of intervals lies in another where its critical points do: each edge of both, its neighbours, the far ends. */
function expectWithin(inner: Region, outer: Region): void {
  for (const point of [...choiceValues, ...criticalPoints(inner), ...criticalPoints(outer)]) {
    if (contains(inner, point)) expect(contains(outer, point)).toBe(true);
  }
}

function criticalPoints(region: Region): bigint[] {
  if (region.kind === 'choice') return [];
  const edges = region.intervals.flatMap(({ low, high }) => [low.at, high.at]);
  const far = 10n ** 40n;
  return [-far, far, ...edges.flatMap((at) => (at === undefined ? [] : [at - 1n, at, at + 1n]))];
}
