import type { Computed, Facts } from './facts.ts';
import type { Limit, Source } from './limit.ts';
import type { Parameter } from './parameter.ts';
import type { Relation } from './relation.ts';

/** A limit, and the values that computed bounds read for it. */
export type FoundLimit = Limit & { readonly used?: ReadonlyMap<string, string> };

/** A rule's answer: a limit, nothing (no opinion), or why it could not be evaluated. */
export type RuleOutcome = FoundLimit | undefined | { readonly error: string };

/** A pure function of a parameter and the facts; it returns a limit and never decides. */
export type Rule = (parameter: Parameter, facts: Facts) => RuleOutcome;

/** One entry of a policy's `guards`, compiled: what it bounds, by which rules, and how it answers. */
export interface Guard extends Source {
  /** `guards[0]`. */
  readonly position: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly parameters: readonly string[];
  readonly rules: readonly Rule[];
  readonly relations: readonly Relation[];
  /** The policy's `match.when`: false means that the guard has no say. */
  readonly when?: Computed<boolean>;
}
