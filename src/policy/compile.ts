/** A policy's document, compiled: what it matches, its guards, its own parameters. Nothing is looked up later. */
import type { Computed, Facts } from '../core/facts.ts';
import type { Mode } from '../core/limit.ts';
import { type BudgetPlan, compileBudgets } from './compile-budget.ts';
import { compileGuards, type GuardPlan } from './compile-guard.ts';
import { compileMatch, type Matcher } from './compile-match.ts';
import { compilePath } from './compile-path.ts';
import { compileLogic, dependsOnMetadata, evaluateCondition, type LogicProgram } from './logic.ts';
import { checkParameter, type FindParameter, isInCatalogue, parameterFinder } from './parameters.ts';
import type { Source } from './parse.ts';
import { checkPatterns } from './pattern.ts';
import { distinctFindings, type Finding, type Path } from './problem.ts';
import type { Match, ParameterSpec, PolicyDocument } from './schema.ts';
import { checkSelector } from './selector.ts';
import type { CustomParameter } from './set.ts';

export interface CompiledPolicy {
  readonly source: Source<PolicyDocument>;
  /** `shop/checkout`, or `checkout` for a cluster policy. */
  readonly id: string;
  /** Undefined for a cluster policy. */
  readonly namespace?: string;
  readonly mode: Mode;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly matcher: Matcher;
  readonly when?: Computed<boolean>;
  readonly plans: readonly GuardPlan[];
  readonly budgets: readonly BudgetPlan[];
  readonly parameters: readonly CustomParameter[];
}

export type CompileResult =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export function compilePolicy(source: Source<PolicyDocument>): CompileResult {
  const { kind, metadata, spec } = source.value;
  const findings: Finding[] = [];
  const parameters = compileParameters(spec.parameters ?? [], findings);
  const find = parameterFinder(parameters.map(({ definition }) => definition));
  findings.push(...checkMatch(spec.match));
  const when = compileWhen(spec.match, find, findings);
  if (spec.guards === undefined && spec.budgets === undefined)
    findings.push({ code: 'MissingField', path: ['spec'], why: '`guards` or `budgets` is missing' });
  const plans = compileGuards(spec.guards ?? [], { find, findings });
  const budgets = compileBudgets(source.value, { find, findings });
  if (findings.length > 0) return { ok: false, findings: distinctFindings(findings) };
  const namespace = kind === 'GuardrailPolicy' ? metadata.namespace : undefined;
  const policy: CompiledPolicy = {
    source,
    id: namespace === undefined ? metadata.name : `${namespace}/${metadata.name}`,
    ...(namespace === undefined ? {} : { namespace }),
    mode: spec.mode,
    failurePolicy: spec.failurePolicy,
    matcher: compileMatch(spec.match),
    ...(when === undefined ? {} : { when }),
    plans,
    budgets,
    parameters,
  };
  return { ok: true, policy };
}

function compileParameters(specs: readonly ParameterSpec[], findings: Finding[]): CustomParameter[] {
  const names = new Set<string>();
  return specs.flatMap((spec, index) => {
    const path: Path = ['spec', 'parameters', index];
    const why = isInCatalogue(spec.name) ? 'is a name of the catalogue' : 'is defined twice';
    if (names.has(spec.name) || isInCatalogue(spec.name))
      findings.push({ code: 'DuplicateName', path: [...path, 'name'], why: `\`${spec.name}\` ${why}` });
    names.add(spec.name);
    const compiled = compilePath(spec, path);
    if (compiled.ok) return [compiled.parameter];
    findings.push(compiled.finding);
    return [];
  });
}

function checkMatch(match: Match): Finding[] {
  const at: Path = ['spec', 'match'];
  return [
    ...checkPatterns(match.names ?? [], [...at, 'names']),
    ...checkPatterns(match.namespaces ?? [], [...at, 'namespaces']),
    ...checkSelector(match.labels, [...at, 'labels']),
    ...checkSelector(match.namespaceSelector, [...at, 'namespaceSelector']),
    ...(['include', 'exclude'] as const).flatMap((side) =>
      (match.actors?.[side] ?? []).flatMap((actor, index) =>
        checkPatterns(Object.values(actor), [...at, 'actors', side, index]),
      ),
    ),
  ];
}

function compileWhen(match: Match, find: FindParameter, findings: Finding[]): Computed<boolean> | undefined {
  if (match.when === undefined) return undefined;
  const path: Path = ['spec', 'match', 'when'];
  const compiled = compileLogic(match.when, path, { result: 'truth', checkParameter: checkParameter(find) });
  if (compiled.ok) return conditionOf(compiled.program);
  findings.push(...compiled.findings);
  return undefined;
}

/** A condition on metadata is asked of the stored object too: relabelling in the same request is no way out. */
function conditionOf(program: LogicProgram): Computed<boolean> {
  if (!dependsOnMetadata(program)) return (facts) => evaluateCondition(program, facts);
  return (facts) => {
    const proposed = evaluateCondition(program, facts);
    if (!proposed.ok || proposed.value || facts.change.operation !== 'UPDATE') return proposed;
    return evaluateCondition(program, asStored(facts));
  };
}

function asStored(facts: Facts): Facts {
  const { metadata } = (facts.oldObject ?? {}) as { readonly metadata?: { readonly labels?: unknown } };
  // Of a subresource the labels are the parent's, which the request does not propose to change.
  const isWhole = facts.change.target.subresource === '';
  const labels = isWhole
    ? new Map(Object.entries(metadata?.labels ?? {}) as [string, string][])
    : facts.labels;
  return { ...facts, object: facts.oldObject, labels };
}
