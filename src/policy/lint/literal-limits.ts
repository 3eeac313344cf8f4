/** The hard limits of a policy that are known without a request: ranges of literals, and lists of choices. */
import { stripInstances } from '../../core/parameter.ts';
import {
  between,
  choices,
  contains,
  type Interval,
  intersect,
  isEmpty,
  type Region,
} from '../../core/region.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { GuardPlan } from '../compile-guard.ts';
import type { RuleParts } from '../compile-rules.ts';
import type { Path } from '../problem.ts';

export interface LiteralLimit {
  readonly policy: CompiledPolicy;
  readonly plan: GuardPlan;
  readonly rule: 'range' | 'choice';
  readonly pattern: string;
  /** Without instances. */
  readonly bare: string;
  readonly region: Region;
  readonly at: Path;
  /** False where a bound is computed: what is open here may be closed then. */
  readonly isExact: boolean;
}

export function literalLimits(policy: CompiledPolicy): LiteralLimit[] {
  return policy.plans.flatMap((plan) =>
    plan.entries.flatMap(({ parts, subjects }) =>
      subjects.flatMap(({ pattern }) =>
        regionsOf(parts).map(([rule, region]): LiteralLimit => {
          const bare = stripInstances(pattern);
          const isExact = rule === 'choice' || !isComputed(parts.range);
          return { policy, plan, rule, pattern, bare, region, at: [...plan.path, rule], isExact };
        }),
      ),
    ),
  );
}

/** A computed bound may be anything: it is left open. */
function regionsOf({ range, choice }: RuleParts): (readonly ['range' | 'choice', Region])[] {
  const literal = (bound: unknown): bigint | undefined => (typeof bound === 'bigint' ? bound : undefined);
  const region = range === undefined ? undefined : between(literal(range.min), literal(range.max));
  return [
    ...(region === undefined ? [] : [['range', region] as const]),
    ...(choice === undefined || choice === 'unchanged' ? [] : [['choice', choices(choice)] as const]),
  ];
}

function isComputed(range: RuleParts['range']): boolean {
  return typeof range?.min === 'function' || typeof range?.max === 'function';
}

/** Compared without building their intersection: there may be millions of pairs. */
export function areDisjoint(a: LiteralLimit, b: LiteralLimit): boolean {
  if (a.region.kind === 'choice' || b.region.kind === 'choice') return isEmpty(intersect(a.region, b.region));
  const [one] = a.region.intervals;
  const [other] = b.region.intervals;
  return one === undefined || other === undefined || isBelow(one, other) || isBelow(other, one);
}

function isBelow({ high }: Interval, { low }: Interval): boolean {
  return high.at !== undefined && low.at !== undefined && high.at < low.at;
}

/** Whether all that `inner` admits is admitted by `outer`. */
export function containsLimit(outer: LiteralLimit, inner: LiteralLimit): boolean {
  if (inner.region.kind === 'choice')
    return (
      inner.region.allowed !== 'any' &&
      [...inner.region.allowed].every((value) => contains(outer.region, value))
    );
  const [a] = outer.region.kind === 'numeric' ? outer.region.intervals : [];
  const [b] = inner.region.intervals;
  if (a === undefined || b === undefined) return false;
  const isLow = a.low.at === undefined || (b.low.at !== undefined && a.low.at <= b.low.at);
  const isHigh = a.high.at === undefined || (b.high.at !== undefined && a.high.at >= b.high.at);
  return isLow && isHigh;
}
