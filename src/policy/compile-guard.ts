/** One entry of `guards`: its parameters by type, its rules and its relations. */
import type { Definition } from '../catalogue/kind.ts';
import type { ParameterType } from '../core/parameter.ts';
import type { Relation } from '../core/relation.ts';
import { compileRelation } from './compile-relation.ts';
import { compileParts, type PartName, partNames, type RuleContext, type RuleParts } from './compile-rules.ts';
import type { FindParameter } from './parameters.ts';
import type { Finding, Path } from './problem.ts';
import type { ExceptionGuardSpec, GuardSpec } from './schema.ts';

/** One pattern: where it is written, and what it stands for. */
export interface EntrySubject {
  readonly pattern: string;
  readonly at: Path;
  readonly definitions: readonly Definition[];
}

/** The rules for some parameters of one type; `type` is undefined for patterns such as `hpa.*`. */
export interface RuleEntry {
  readonly patterns: readonly string[];
  readonly subjects: readonly EntrySubject[];
  readonly type?: ParameterType;
  readonly parts: RuleParts;
}

export interface GuardPlan {
  /** `guards[0]`. */
  readonly position: string;
  readonly path: Path;
  readonly spec: GuardSpec;
  readonly entries: readonly RuleEntry[];
  readonly relations: readonly Relation[];
  /** The parameters that the relations are about. */
  readonly related: readonly string[];
}

export interface GuardContext {
  readonly find: FindParameter;
  readonly findings: Finding[];
}

export function compileGuards(specs: readonly GuardSpec[], context: GuardContext): GuardPlan[] {
  return specs.map((spec, index) => compileGuard(spec, index, context));
}

function compileGuard(spec: GuardSpec, index: number, context: GuardContext): GuardPlan {
  const path: Path = ['spec', 'guards', index];
  const { findings, find } = context;
  checkResponse(spec, path, findings);
  const related =
    spec.relation === undefined ? undefined : compileRelation(spec.relation, [...path, 'relation'], find);
  if (related?.ok === false) findings.push(related.finding);
  const known = related?.ok ? related : { relations: [], parameters: [] };
  const entries = compileEntries(spec, path, { ...context, hasRelation: spec.relation !== undefined });
  return {
    position: `guards[${index}]`,
    path,
    spec,
    entries,
    relations: known.relations,
    related: known.parameters,
  };
}

function checkResponse(spec: GuardSpec, path: Path, findings: Finding[]): void {
  if (spec.retryAfterSeconds === undefined || spec.onViolation === 'Throttle') return;
  const why = 'only a throttled request is told when to come back';
  findings.push({
    code: 'WrongValue',
    path: [...path, 'retryAfterSeconds'],
    why,
    fix: 'set `onViolation: Throttle`',
  });
}

/** Of a policy's guard or of an exception's. */
export function compileEntries(
  spec: ExceptionGuardSpec,
  path: Path,
  context: GuardContext & { readonly hasRelation: boolean },
): RuleEntry[] {
  const given = partNames.filter((name) => spec[name] !== undefined);
  const named = namesOf(spec, path);
  context.findings.push(...checkShape(spec, path, { given, isNamed: named.length > 0, ...context }));
  const entries = new Map<string, RuleEntry>();
  for (const { pattern, at } of named) addEntry(entries, { pattern, at, given }, { ...context, path, spec });
  return [...entries.values()];
}

interface NamedAt {
  readonly pattern: string;
  readonly at: Path;
}

function namesOf({ parameter, parameters = [] }: ExceptionGuardSpec, path: Path): NamedAt[] {
  const single = parameter === undefined ? [] : [{ pattern: parameter, at: [...path, 'parameter'] }];
  return [
    ...single,
    ...parameters.map((pattern, index) => ({ pattern, at: [...path, 'parameters', index] })),
  ];
}

interface Shape {
  readonly given: readonly PartName[];
  readonly isNamed: boolean;
  readonly hasRelation: boolean;
}

function checkShape(spec: ExceptionGuardSpec, path: Path, { given, isNamed, hasRelation }: Shape): Finding[] {
  const findings: Finding[] = [];
  const rules = partNames.map((name) => `\`${name}\``).join(', ');
  if (spec.parameter !== undefined && spec.parameters !== undefined)
    findings.push({
      code: 'WrongValue',
      path,
      why: 'has both `parameter` and `parameters`',
      fix: 'keep one of them',
    });
  if (given.length === 0 && !hasRelation)
    findings.push({ code: 'MissingField', path, why: `has no rule (${rules})` });
  if (given.length > 0 && !isNamed)
    findings.push({ code: 'MissingField', path, why: '`parameter` is missing' });
  if (spec.forbid !== undefined && spec.freeze === undefined)
    findings.push({ code: 'WrongRule', path: [...path, 'forbid'], why: 'means nothing without `freeze`' });
  return findings;
}

interface EntryContext extends GuardContext {
  readonly path: Path;
  readonly spec: ExceptionGuardSpec;
}

/** Parameters of one type share their parts; an anchor is each parameter's own. */
function addEntry(
  entries: Map<string, RuleEntry>,
  { pattern, at, given }: NamedAt & { readonly given: readonly PartName[] },
  { find, findings, path, spec }: EntryContext,
): void {
  const found = find(pattern);
  if (!found.ok) {
    const { why, fix } = found;
    findings.push({ code: 'UnknownParameter', path: at, why, ...(fix === undefined ? {} : { fix }) });
    return;
  }
  const definition = found.isWildcard ? undefined : found.definitions[0];
  const key = given.includes('drift') ? pattern : (definition?.type ?? '*');
  const known = entries.get(key);
  const context: RuleContext = { path, find, findings: known === undefined ? findings : [] };
  const parts = known?.parts ?? compileParts(spec, { pattern, ...(definition && { definition }) }, context);
  entries.set(key, {
    patterns: [...(known?.patterns ?? []), pattern],
    subjects: [...(known?.subjects ?? []), { pattern, at, definitions: found.definitions }],
    ...(definition && { type: definition.type }),
    parts,
  });
}
