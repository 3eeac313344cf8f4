/** `budgets` of a policy: which parameter is added up, over whose objects, and up to where. */
import type { Definition } from '../catalogue/kind.ts';
import { parseLiteral } from '../catalogue/literal.ts';
import { summable } from '../catalogue/summable.ts';
import type { BudgetSpec as Budget } from '../core/rules/budget.ts';
import type { FindParameter } from './parameters.ts';
import { checkPatterns, matchesAny } from './pattern.ts';
import type { Finding, Path, ProblemCode } from './problem.ts';
import type { BudgetSpec, PolicyDocument } from './schema.ts';

export interface BudgetPlan {
  /** `budgets[0]`. */
  readonly position: string;
  readonly path: Path;
  readonly parameter: string;
  readonly definition: Definition;
  readonly onViolation: BudgetSpec['onViolation'];
  readonly budget: Budget;
}

interface Compiling {
  readonly find: FindParameter;
  readonly findings: Finding[];
}

/** What is wrong goes to `findings`; a budget that has such a finding is left out. */
export function compileBudgets(document: PolicyDocument, { find, findings }: Compiling): BudgetPlan[] {
  const names = new Set<string>();
  const { budgets = [] } = document.spec;
  return budgets.flatMap((spec, index): BudgetPlan[] => {
    const path: Path = ['spec', 'budgets', index];
    const why = `\`${spec.name}\` is defined twice`;
    if (names.has(spec.name)) findings.push({ code: 'DuplicateName', path: [...path, 'name'], why });
    names.add(spec.name);
    const scope = scopeOf(spec, document);
    const sum = sumOf(spec, find);
    if (!scope.ok) findings.push({ ...scope, path: [...path, ...scope.at] });
    if (!sum.ok) findings.push({ ...sum, path: [...path, ...sum.at] });
    findings.push(...checkPatterns(spec.over?.namespaces ?? [], [...path, 'over', 'namespaces']));
    if (!scope.ok || !sum.ok) return [];
    const { name, onViolation } = spec;
    const budget: Budget = { name, max: sum.max, ...scope.scope };
    const { parameter } = spec.sum;
    return [
      { position: `budgets[${index}]`, path, parameter, definition: sum.definition, onViolation, budget },
    ];
  });
}

interface Fault {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly at: Path;
  readonly why: string;
  readonly fix?: string;
}

type Scope = { readonly ok: true; readonly scope: Pick<Budget, 'isCounted' | 'over'> } | Fault;

function scopeOf({ over }: BudgetSpec, { kind, metadata, spec }: PolicyDocument): Scope {
  const own = kind === 'GuardrailPolicy' ? metadata.namespace : undefined;
  if (own !== undefined) return ownScope(over?.namespaces, own);
  const { namespaces, namespaceSelector } = spec.match;
  const patterns = over?.namespaces ?? namespaces;
  if (patterns === undefined && namespaceSelector !== undefined) {
    const why = '`over` is missing: a namespaceSelector does not say whose objects count';
    return { ok: false, code: 'MissingField', at: [], why };
  }
  if (patterns === undefined) return { ok: true, scope: { isCounted: () => true, over: 'all namespaces' } };
  return { ok: true, scope: scopeOver(patterns) };
}

/** A tenant sees and bounds its own namespace alone. */
function ownScope(over: readonly string[] | undefined, own: string): Scope {
  if (over === undefined || over.every((one) => one === own)) return { ok: true, scope: scopeOver([own]) };
  const why = `a GuardrailPolicy adds up its own namespace \`${own}\` alone`;
  const fix = 'use a ClusterGuardrailPolicy';
  return { ok: false, code: 'WrongValue', at: ['over', 'namespaces'], why, fix };
}

function scopeOver(patterns: readonly string[]): Pick<Budget, 'isCounted' | 'over'> {
  const over = `${patterns.length === 1 ? 'namespace' : 'namespaces'} ${patterns.join(', ')}`;
  return { isCounted: (namespace) => matchesAny(patterns, namespace), over };
}

type Sum = { readonly ok: true; readonly definition: Definition; readonly max: bigint } | Fault;

function sumOf({ sum: { parameter }, max }: BudgetSpec, find: FindParameter): Sum {
  const at: Path = ['sum', 'parameter'];
  const found = find(parameter);
  if (!found.ok) return { ...found, code: 'UnknownParameter', at };
  const [definition] = found.definitions;
  const isMeant = definition !== undefined && !found.isWildcard && summable.includes(definition);
  if (!isMeant) {
    const why = `\`${parameter}\` is nothing that is added up`;
    const fix = `use one of ${summable.map(({ name }) => `\`${name}\``).join(', ')}`;
    return { ok: false, code: 'WrongRule', at, why, fix };
  }
  if ((definition.type === 'quantity') !== parameter.endsWith(']'))
    return wrongInstance(parameter, definition);
  const literal = parseLiteral(definition, max);
  if (literal.ok && typeof literal.value === 'bigint' && literal.value >= 0n)
    return { ok: true, definition, max: literal.value };
  const why = literal.ok ? 'must not be negative' : literal.error;
  return { ok: false, code: 'WrongLiteral', at: ['max'], why };
}

/** A quota has many values, which do not add up with each other; all else has one. */
function wrongInstance(parameter: string, { name, type }: Definition): Fault {
  const why = `\`${parameter}\` is not one value of one object`;
  const fix = type === 'quantity' ? `name one, such as \`${name}[requests.cpu]\`` : `use \`${name}\``;
  return { ok: false, code: 'WrongValue', at: ['sum', 'parameter'], why, fix };
}
