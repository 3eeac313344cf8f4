/** The hard limits of a policy that are known without a request: ranges of literals, and lists of choices. */
import { stripInstances } from '../../core/parameter.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { GuardPlan } from '../compile-guard.ts';
import type { RuleParts } from '../compile-rules.ts';
import type { Path } from '../problem.ts';

interface Bounds {
  readonly rule: 'range' | 'choice';
  /** Of a range; undefined where open. */
  readonly min?: bigint;
  readonly max?: bigint;
  /** Of a choice; empty for a range. */
  readonly allowed: readonly string[];
  /** False where a bound is computed: what is open here may be closed then. */
  readonly isExact: boolean;
}

export interface LiteralLimit extends Bounds {
  readonly policy: CompiledPolicy;
  readonly plan: GuardPlan;
  readonly pattern: string;
  /** Without instances. */
  readonly bare: string;
  readonly at: Path;
}

export function literalLimits(policy: CompiledPolicy): LiteralLimit[] {
  return policy.plans.flatMap((plan) =>
    plan.entries.flatMap(({ parts, subjects }) =>
      subjects.flatMap(({ pattern }) =>
        boundsOf(parts).map((bounds): LiteralLimit => {
          const at: Path = [...plan.path, bounds.rule];
          return { policy, plan, pattern, bare: stripInstances(pattern), at, ...bounds };
        }),
      ),
    ),
  );
}

function boundsOf({ range, choice }: RuleParts): Bounds[] {
  return [
    ...(range === undefined ? [] : [rangeBounds(range)]),
    ...(choice === undefined || choice === 'unchanged'
      ? []
      : [{ rule: 'choice', allowed: choice, isExact: true } as const]),
  ];
}

/** A computed bound may be anything: it is left open. */
function rangeBounds({ min, max }: NonNullable<RuleParts['range']>): Bounds {
  return {
    rule: 'range',
    allowed: [],
    isExact: typeof min !== 'function' && typeof max !== 'function',
    ...(typeof min === 'bigint' ? { min } : {}),
    ...(typeof max === 'bigint' ? { max } : {}),
  };
}

/** Of two limits by the same rule. */
export function areDisjoint(a: LiteralLimit, b: LiteralLimit): boolean {
  if (a.rule === 'choice') return !a.allowed.some((value) => b.allowed.includes(value));
  return isAbove(a.min, b.max) || isAbove(b.min, a.max);
}

function isAbove(min: bigint | undefined, max: bigint | undefined): boolean {
  return min !== undefined && max !== undefined && min > max;
}

/** Whether all that `inner` admits is admitted by `outer`, by the same rule. */
export function containsLimit(outer: LiteralLimit, inner: LiteralLimit): boolean {
  if (inner.rule === 'choice') return inner.allowed.every((value) => outer.allowed.includes(value));
  const isLow = outer.min === undefined || (inner.min !== undefined && outer.min <= inner.min);
  const isHigh = outer.max === undefined || (inner.max !== undefined && outer.max >= inner.max);
  return isLow && isHigh;
}
