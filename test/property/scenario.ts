/** What is decided on, in one value, and the ways to decide and to compare. */
import fc from 'fast-check';
import { type Decision, decide } from '../../src/core/decide.ts';
import type { Facts } from '../../src/core/facts.ts';
import type { Guard } from '../../src/core/guard.ts';
import type { Parameter, Value } from '../../src/core/parameter.ts';
import type { BoundRelation } from '../../src/core/relation.ts';
import { facts } from './arbitrary-change.ts';
import { couplings, guards } from './arbitrary-guard.ts';

export interface Scenario {
  readonly guards: readonly Guard[];
  readonly couplings: readonly BoundRelation[];
  readonly facts: Facts;
}

export const scenario: fc.Arbitrary<Scenario> = fc.record({ guards, couplings, facts });

export function decideOn({ guards, couplings, facts }: Scenario): Decision {
  return decide(guards, couplings, facts);
}

/** Runs a property; on failure fast-check throws with the seed, the path and the smallest scenario. `FLYBALL_PROPERTY_RUNS` sets another number of runs. */
export function check<T>(arbitrary: fc.Arbitrary<T>, property: (it: T) => void, runs = 1_000): void {
  fc.assert(fc.property(arbitrary, property), {
    numRuns: Number(process.env['FLYBALL_PROPERTY_RUNS'] ?? runs),
  });
}

/** The decision as text, in the order in which maps and sets hold their members: equal texts are equal decisions. */
export function render(decision: Decision): string {
  return JSON.stringify(decision, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Map || value instanceof Set) return [...value];
    return value;
  });
}

export function withParameters(scenario: Scenario, parameters: readonly Parameter[]): Scenario {
  const change = { ...scenario.facts.change, parameters };
  return { ...scenario, facts: { ...scenario.facts, change } };
}

/** The granted value of every parameter: what is not changed stays as it is. */
export function grantedValues(decision: Decision): Map<string, Value | undefined> {
  const values = new Map(decision.change.parameters.map(({ name, current }) => [name, current]));
  for (const { parameter, granted } of decision.verdicts) values.set(parameter.name, granted);
  return values;
}

/** The numbers among them, as relations read them. */
export function numbersOf(values: Iterable<readonly [string, Value | undefined]>): Map<string, bigint> {
  return new Map([...values].filter((entry): entry is [string, bigint] => typeof entry[1] === 'bigint'));
}

/** The same change, asking for what was granted. */
export function askForGranted(scenario: Scenario, decision: Decision): Scenario {
  const granted = grantedValues(decision);
  const parameters = decision.change.parameters.map(({ requested: _, ...parameter }): Parameter => {
    const value = granted.get(parameter.name);
    return value === undefined ? parameter : { ...parameter, requested: value };
  });
  return withParameters(scenario, parameters);
}
