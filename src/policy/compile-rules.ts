/** The rules of one guard for parameters of one type: literals in smallest units, logic as functions. */
import type { Definition } from '../catalogue/kind.ts';
import { parseAmount, parseLiteral } from '../catalogue/literal.ts';
import type { Amount } from '../core/amount.ts';
import { isNew } from '../core/facts.ts';
import type { Rule } from '../core/guard.ts';
import type { RuleName } from '../core/limit.ts';
import type { Integration } from '../core/parameter.ts';
import { type ChoiceSpec, choice } from '../core/rules/choice.ts';
import { cooldown } from '../core/rules/cooldown.ts';
import { deadband } from '../core/rules/deadband.ts';
import { type DriftSpec, drift } from '../core/rules/drift.ts';
import { type FreezeSpec, freeze } from '../core/rules/freeze.ts';
import { ownership } from '../core/rules/ownership.ts';
import { persistence } from '../core/rules/persistence.ts';
import { type Bound, type RangeSpec, range } from '../core/rules/range.ts';
import { rate } from '../core/rules/rate.ts';
import { reversal } from '../core/rules/reversal.ts';
import { type StepSpec, step } from '../core/rules/step.ts';
import { anchorBound } from './anchor.ts';
import { compileBound } from './compile-bound.ts';
import { compileDynamics, type DynamicsParts } from './compile-dynamics.ts';
import { compileFreeze } from './compile-freeze.ts';
import type { FindParameter } from './parameters.ts';
import type { Finding, Path, ProblemCode } from './problem.ts';
import type { RuleSpecs } from './schema.ts';

/** What rules are made of: kept apart from them, so that an exception can replace or merge a part. */
export interface RuleParts extends DynamicsParts {
  readonly range?: RangeSpec;
  readonly step?: StepSpec;
  readonly deadband?: Amount;
  readonly drift?: DriftSpec & { readonly isAnchored: boolean };
  readonly choice?: ChoiceSpec;
  readonly ownership?: readonly Integration[];
  readonly freeze?: FreezeSpec;
}

export type PartName = keyof RuleParts;

export const partNames: readonly PartName[] = [
  'range',
  'step',
  'rate',
  'cooldown',
  'reversal',
  'persistence',
  'deadband',
  'drift',
  'choice',
  'ownership',
  'freeze',
];

/** Where findings go while a guard is compiled. */
export interface RuleContext {
  readonly path: Path;
  readonly find: FindParameter;
  readonly findings: Finding[];
}

/** What the guard bounds: a pattern, and the one definition it stands for; none under a wildcard. */
export interface Subject {
  readonly pattern: string;
  readonly definition?: Definition;
}

export function rulesOf(parts: RuleParts): ReadonlyMap<RuleName, Rule> {
  const rules = new Map<RuleName, Rule>();
  if (parts.range !== undefined) rules.set('range', range(parts.range));
  if (parts.step !== undefined) rules.set('step', step(parts.step));
  if (parts.rate !== undefined) rules.set('rate', rate(parts.rate));
  if (parts.cooldown !== undefined) rules.set('cooldown', cooldown(parts.cooldown));
  if (parts.reversal !== undefined) rules.set('reversal', reversal(parts.reversal));
  if (parts.persistence !== undefined) rules.set('persistence', persistence(parts.persistence));
  if (parts.deadband !== undefined) rules.set('deadband', deadband(parts.deadband));
  if (parts.drift !== undefined) rules.set('drift', driftRule(parts.drift));
  if (parts.choice !== undefined) rules.set('choice', choice(parts.choice));
  if (parts.ownership !== undefined) rules.set('ownership', ownership(parts.ownership));
  if (parts.freeze !== undefined) rules.set('freeze', freeze(parts.freeze));
  return rules;
}

/** A new object has no stored annotation to measure from. */
function driftRule(spec: NonNullable<RuleParts['drift']>): Rule {
  const rule = drift(spec);
  return (parameter, facts) =>
    spec.isAnchored && isNew(parameter, facts) ? undefined : rule(parameter, facts);
}

export function compileParts(specs: RuleSpecs, subject: Subject, context: RuleContext): RuleParts {
  const { definition } = subject;
  const numeric = definition === undefined ? {} : numericParts(specs, { ...subject, definition }, context);
  if (definition === undefined) refuseNumeric(specs, subject.pattern, 'is a pattern', context);
  const window =
    specs.freeze === undefined ? undefined : compileFreeze(specs.freeze, [...context.path, 'freeze']);
  if (window?.ok === false) context.findings.push(window.finding);
  checkChoice(specs, subject, context);
  return {
    ...numeric,
    ...compileDynamics(specs, { ...context, definition }),
    ...(specs.choice === undefined ? {} : { choice: specs.choice }),
    ...(specs.ownership === undefined ? {} : { ownership: specs.ownership.allow }),
    ...(window?.ok ? { freeze: { forbid: specs.forbid ?? 'AnyChange', windowAt: window.value } } : {}),
  };
}

type Named = Subject & { readonly definition: Definition };

function numericParts(specs: RuleSpecs, subject: Named, context: RuleContext): RuleParts {
  const { definition } = subject;
  if (definition.type === 'choice') {
    refuseNumeric(specs, definition.name, 'is a choice', context);
    return {};
  }
  return {
    ...(specs.range === undefined ? {} : { range: rangePart(specs.range, definition, context) }),
    ...(specs.step === undefined ? {} : { step: stepPart(specs.step, definition, context) }),
    ...optionalPart('deadband', amountAt(specs.deadband, definition, ['deadband'], context)),
    ...optionalPart('drift', driftPart(specs.drift, subject, context)),
  };
}

function optionalPart<K extends PartName>(name: K, part: RuleParts[K] | undefined): RuleParts {
  return part === undefined ? {} : { [name]: part };
}

function refuseNumeric(specs: RuleSpecs, name: string, what: string, context: RuleContext): void {
  for (const rule of ['range', 'step', 'deadband', 'drift'] as const)
    if (specs[rule] !== undefined)
      report(context, 'WrongRule', [rule], `does not apply to \`${name}\`, which ${what}`);
}

function checkChoice(
  { choice: allowed }: RuleSpecs,
  { pattern, definition }: Subject,
  context: RuleContext,
): void {
  if (allowed === undefined || allowed === 'unchanged' || definition?.type === 'choice') return;
  const what =
    definition === undefined
      ? 'is a pattern'
      : `is ${definition.type === 'integer' ? 'an' : 'a'} ${definition.type}`;
  const fix = 'use `range`, or `choice: unchanged`';
  report(context, 'WrongRule', ['choice'], `does not apply to \`${pattern}\`, which ${what}`, fix);
}

function rangePart(
  spec: NonNullable<RuleSpecs['range']>,
  definition: Definition,
  context: RuleContext,
): RangeSpec {
  const min = boundAt(spec.min, definition, 'min', context);
  const max = boundAt(spec.max, definition, 'max', context);
  if (typeof min === 'bigint' && typeof max === 'bigint' && min > max)
    report(
      context,
      'WrongLiteral',
      ['range', 'min'],
      `\`range.min\` ${spec.min} is above \`range.max\` ${spec.max}`,
    );
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function boundAt(
  value: unknown,
  definition: Definition,
  side: 'min' | 'max',
  { path, find, findings }: RuleContext,
): Bound | undefined {
  if (value === undefined) return undefined;
  const compiled = compileBound(value, { definition, side, find, path: [...path, 'range', side] });
  if (compiled.ok) return compiled.bound;
  findings.push(...compiled.findings);
  return undefined;
}

function stepPart(
  spec: NonNullable<RuleSpecs['step']>,
  definition: Definition,
  context: RuleContext,
): StepSpec {
  const increase = amountAt(spec.increase, definition, ['step', 'increase'], context);
  const decrease = amountAt(spec.decrease, definition, ['step', 'decrease'], context);
  return { ...(increase === undefined ? {} : { increase }), ...(decrease === undefined ? {} : { decrease }) };
}

function driftPart(spec: RuleSpecs['drift'], subject: Named, context: RuleContext): RuleParts['drift'] {
  if (spec === undefined) return undefined;
  const { definition, pattern } = subject;
  const max = amountAt(spec.max, definition, ['drift', 'max'], context);
  const isAnchored = spec.from === 'anchor';
  const from = isAnchored
    ? anchorBound(pattern, definition)
    : literalAt(spec.from, definition, ['drift', 'from'], context);
  return max === undefined || from === undefined ? undefined : { from, max, isAnchored };
}

function literalAt(
  value: unknown,
  definition: Definition,
  at: Path,
  context: RuleContext,
): bigint | undefined {
  const parsed = parseLiteral(definition, value);
  if (parsed.ok) return BigInt(parsed.value);
  report(context, 'WrongLiteral', at, parsed.error);
  return undefined;
}

function amountAt(
  value: unknown,
  definition: Definition,
  at: Path,
  context: RuleContext,
): Amount | undefined {
  if (value === undefined) return undefined;
  const parsed = parseAmount(definition, value);
  if (parsed.ok) return parsed.value;
  report(context, 'WrongLiteral', at, parsed.error);
  return undefined;
}

function report(
  { path, findings }: RuleContext,
  code: ProblemCode,
  at: Path,
  why: string,
  fix?: string,
): void {
  findings.push({ code, path: [...path, ...at], why, ...(fix === undefined ? {} : { fix }) });
}
