import fc from 'fast-check';
import { expect, it } from 'vitest';
import { check, decideOn, render, type Scenario, scenario, withParameters } from './scenario.ts';

/** A scenario with another order of its guards and parameters. */
const reordered: fc.Arbitrary<readonly [Scenario, Scenario]> = scenario.chain((given) =>
  fc.tuple(shuffled(given.guards), shuffled(given.facts.change.parameters)).map(([guards, parameters]) => {
    return [given, { ...withParameters(given, parameters), guards }] as const;
  }),
);

function shuffled<T>(items: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}

it('does not depend on the order of guards and parameters', () => {
  check(reordered, ([given, other]) => {
    expect(render(decideOn(other))).toBe(render(decideOn(given)));
    expect(decideOn(other)).toEqual(decideOn(given));
  });
});

it('is deterministic', () => {
  check(scenario, (given) => {
    expect(render(decideOn(given))).toBe(render(decideOn(given)));
  });
});

it('decides a dry run alike', () => {
  check(scenario, (given) => {
    const [wet, dry] = [false, true].map((dryRun) => {
      const change = { ...given.facts.change, dryRun };
      const decision = decideOn({ ...given, facts: { ...given.facts, change } });
      return render({ ...decision, change: { ...decision.change, dryRun: false } });
    });
    expect(dry).toBe(wet);
  });
});
