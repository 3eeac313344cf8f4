/** Guards that do nothing: superfluous beside another one, or bounds that bound no movement. */
import type { Amount } from '../../core/amount.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { EntrySubject, GuardPlan, RuleEntry } from '../compile-guard.ts';
import { lintDynamics } from './dynamics.ts';
import type { LintFinding } from './finding.ts';
import { containsLimit, type LiteralLimit, literalLimits } from './literal-limits.ts';

export function lintGuards({ policies }: { readonly policies: readonly CompiledPolicy[] }): LintFinding[] {
  return policies.flatMap((policy) => [
    ...lintShadowed(policy),
    ...policy.plans.flatMap((plan) => plan.entries.flatMap((entry) => lintEntry(policy, plan, entry))),
    ...lintDynamics(policy),
  ]);
}

const strictness = ['Clamp', 'Throttle', 'Deny'];

/** A wider bound with a stricter answer is meant: clamp beyond 40, deny beyond 400. */
function lintShadowed(policy: CompiledPolicy): LintFinding[] {
  const limits = literalLimits(policy);
  return limits.flatMap((limit, index) => {
    const other = limits.find((candidate, at) => at !== index && shadows(candidate, limit, at < index));
    if (other === undefined) return [];
    const why = `${limit.rule} of \`${limit.pattern}\` is already as tight in ${other.plan.position}`;
    return [
      {
        source: policy.source,
        code: 'Shadowed',
        path: [...limit.plan.path, limit.rule],
        why,
        fix: 'take it out',
      },
    ];
  });
}

function shadows(by: LiteralLimit, limit: LiteralLimit, isEarlier: boolean): boolean {
  const rank = ({ plan }: LiteralLimit): number => strictness.indexOf(plan.spec.onViolation);
  if (by.pattern !== limit.pattern || by.rule !== limit.rule || !limit.isExact || rank(by) < rank(limit))
    return false;
  const isSame = containsLimit(by, limit) && rank(by) === rank(limit);
  return containsLimit(limit, by) && (!isSame || isEarlier);
}

function lintEntry(
  { source }: CompiledPolicy,
  { path }: GuardPlan,
  { parts, subjects }: RuleEntry,
): LintFinding[] {
  const findings: LintFinding[] = [];
  const report = (rule: string, why: string, fix: string): void => {
    findings.push({ source, code: 'NoMovement', path: [...path, rule], why, fix });
  };
  for (const side of ['increase', 'decrease'] as const)
    if (isZero(parts.step?.[side]))
      report('step', `\`${side}: 0\` forbids every ${side}`, 'use `choice: unchanged` or `freeze`');
  if (parts.deadband !== undefined && excludesNothing(parts.deadband, subjects))
    report('deadband', 'no change is smaller, so that it keeps nothing', 'give a larger amount');
  const forbid = parts.freeze?.forbid ?? 'AnyChange';
  if (forbid !== 'AnyChange' && subjects.every(hasNoDirection))
    report(
      'forbid',
      `nothing that the guard names is more or less capacity, so that ${forbid} forbids nothing`,
      'use `forbid: AnyChange`',
    );
  return findings;
}

function isZero(amount: Amount | undefined): boolean {
  return (
    amount !== undefined && (amount.kind === 'absolute' ? amount.units === 0n : amount.hundredths === 0n)
  );
}

/** Integers and percentages move by one at the least. */
function excludesNothing(amount: Amount, subjects: readonly EntrySubject[]): boolean {
  const isWhole = subjects.every(({ definitions }) =>
    definitions.every(({ type }) => type === 'integer' || type === 'percent'),
  );
  return isZero(amount) || (isWhole && amount.kind === 'absolute' && amount.units <= 1n);
}

function hasNoDirection({ definitions }: EntrySubject): boolean {
  return definitions.every(({ type, capacity }) => type === 'choice' || capacity === 'none');
}
