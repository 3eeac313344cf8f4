/** The core's guards of one policy, with the exceptions that are active: each altered limit names its exception. */
import type { Guard, Rule } from '../core/guard.ts';
import type { Response, RuleName } from '../core/limit.ts';
import { covers } from '../core/parameter.ts';
import { budget } from '../core/rules/budget.ts';
import { choice } from '../core/rules/choice.ts';
import { anchorParameter } from './anchor.ts';
import type { CompiledPolicy } from './compile.ts';
import type { BudgetPlan } from './compile-budget.ts';
import type { GuardPlan, RuleEntry } from './compile-guard.ts';
import { partNames, type RuleParts, rulesOf } from './compile-rules.ts';
import type { CompiledException } from './exceptions.ts';
import type { GuardSpec } from './schema.ts';

const responses: Readonly<Record<GuardSpec['onViolation'], Response>> = {
  Clamp: 'clamp',
  Throttle: 'throttle',
  Deny: 'deny',
};

/** Of two exceptions that replace the same rule of a parameter, the one whose id sorts first is taken. */
export function buildGuards(
  policy: CompiledPolicy,
  exceptions: readonly CompiledException[],
): readonly Guard[] {
  const bounds = policy.plans.flatMap((plan) => [
    ...plan.entries.flatMap((entry) => entryGuards(policy, plan, { entry, exceptions })),
    ...relationGuards(policy, plan),
  ]);
  return [...bounds, ...policy.budgets.map((plan) => budgetGuard(policy, plan))];
}

interface Alteration {
  readonly exception: string;
  readonly patterns: readonly string[];
  /** Only the rules that the policy has and the exception replaces. */
  readonly parts: RuleParts;
}

/** The own guard keeps what no exception replaces; each exception's guard has what it does. */
function entryGuards(
  policy: CompiledPolicy,
  plan: GuardPlan,
  { entry, exceptions }: { readonly entry: RuleEntry; readonly exceptions: readonly CompiledException[] },
): Guard[] {
  const alterations = exceptions.flatMap(({ id, entries }) =>
    entries
      .filter((other) => alters(other, entry))
      .map(({ patterns, parts }) => ({ exception: id, patterns, parts: mergeParts(entry.parts, parts) })),
  );
  const altered = alterations.map(({ exception, patterns, parts }, index): Guard => {
    const rules = rulesFor(parts, (part, name) => {
      return isCovered(entry.patterns, name) && !isTaken(alterations.slice(0, index), part, name);
    });
    return { ...baseOf(policy, plan), exception, parameters: patterns, rules };
  });
  const rules =
    alterations.length === 0
      ? [...rulesOf(entry.parts).values()]
      : rulesFor(entry.parts, (part, name) => !isTaken(alterations, part, name));
  const own: Guard = { ...baseOf(policy, plan), parameters: entry.patterns, rules };
  return [own, ...altered, ...anchorGuards(policy, plan, [entry, ...alterations])];
}

/** Whether an exception’s entry replaces a rule of a policy’s. */
export function alters(exception: RuleEntry, entry: RuleEntry): boolean {
  const isSameType =
    exception.type === undefined || entry.type === undefined || exception.type === entry.type;
  return (
    isSameType &&
    partNames.some((name) => exception.parts[name] !== undefined && entry.parts[name] !== undefined) &&
    exception.patterns.some((a) => entry.patterns.some((b) => covers(a, b) || covers(b, a)))
  );
}

/** Nothing is added, nothing switched off: of a rule that has sides, only those that the exception gives change. */
function mergeParts(own: RuleParts, other: RuleParts): RuleParts {
  const shared = partNames.filter((name) => own[name] !== undefined && other[name] !== undefined);
  return {
    ...Object.fromEntries(shared.map((name) => [name, other[name]])),
    ...(shared.includes('range') ? { range: { ...own.range, ...other.range } } : {}),
    ...(shared.includes('step') ? { step: { ...own.step, ...other.step } } : {}),
    ...(shared.includes('cooldown') ? { cooldown: { ...own.cooldown, ...other.cooldown } } : {}),
    ...(own.rate && other.rate ? { rate: { ...own.rate, ...other.rate } } : {}),
  };
}

function isTaken(alterations: readonly Alteration[], part: RuleName, name: string): boolean {
  return alterations.some(({ parts, patterns }) => rulesOf(parts).has(part) && isCovered(patterns, name));
}

function rulesFor(parts: RuleParts, isMeant: (part: RuleName, name: string) => boolean): readonly Rule[] {
  return [...rulesOf(parts)].map(
    ([part, rule]): Rule =>
      (parameter, facts) =>
        isMeant(part, parameter.name) ? rule(parameter, facts) : undefined,
  );
}

function isCovered(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => covers(pattern, name));
}

/** Whoever is bounded by an anchor may not move it. */
function anchorGuards(
  policy: CompiledPolicy,
  plan: GuardPlan,
  of: readonly (RuleEntry | Alteration)[],
): Guard[] {
  const anchored = of.filter(({ parts }) => parts.drift?.isAnchored === true);
  if (anchored.length === 0) return [];
  const parameters = [...new Set(anchored.flatMap(({ patterns }) => patterns.map(anchorParameter)))];
  return [{ ...baseOf(policy, plan), response: 'deny', parameters, rules: [choice('unchanged')] }];
}

function relationGuards(policy: CompiledPolicy, plan: GuardPlan): Guard[] {
  const { relations, related } = plan;
  return relations.length === 0 ? [] : [{ ...baseOf(policy, plan), parameters: related, relations }];
}

/** No exception alters a sum: it belongs to all who share it. */
function budgetGuard(policy: CompiledPolicy, { position, onViolation, ...plan }: BudgetPlan): Guard {
  const base = baseOf(policy, { position, spec: { onViolation } });
  return { ...base, parameters: [plan.parameter], rules: [budget(plan.budget)] };
}

interface Answering {
  readonly position: string;
  readonly spec: Pick<GuardSpec, 'onViolation' | 'retryAfterSeconds'>;
}

function baseOf(policy: CompiledPolicy, { position, spec }: Answering): Guard {
  const { onViolation, retryAfterSeconds } = spec;
  return {
    policy: policy.id,
    mode: policy.mode,
    response: responses[onViolation],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    position,
    failurePolicy: policy.failurePolicy,
    parameters: [],
    rules: [],
    relations: [],
    ...(policy.when === undefined ? {} : { when: policy.when }),
  };
}
