/** Runs every guard's rules on every changed parameter: limits, relations, errors and the facts they used. */
import { bindRelation } from './bind.ts';
import type { Computed, Evaluated, Facts } from './facts.ts';
import type { FoundLimit, Guard, RuleOutcome } from './guard.ts';
import { type AppliedLimit, byId, sourceOf } from './limit.ts';
import { covers, type Parameter } from './parameter.ts';
import { everything } from './region.ts';
import type { BoundRelation, Relation } from './relation.ts';

/** A guard that could not be evaluated: the third outcome, which its failurePolicy decides. */
export interface GuardError {
  readonly policy: string;
  readonly position: string;
  /** Empty where the policy's condition failed. */
  readonly parameter: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly message: string;
}

export interface Evaluation {
  /** By parameter name, sorted by id. */
  readonly limits: ReadonlyMap<string, readonly AppliedLimit[]>;
  readonly relations: readonly BoundRelation[];
  readonly errors: readonly GuardError[];
  readonly facts: ReadonlyMap<string, string>;
}

interface Collector {
  readonly limits: Map<string, AppliedLimit[]>;
  readonly relations: BoundRelation[];
  readonly errors: GuardError[];
  readonly facts: Map<string, string>;
}

export function evaluateGuards(
  guards: readonly Guard[],
  changed: readonly Parameter[],
  facts: Facts,
): Evaluation {
  const into: Collector = { limits: new Map(), relations: [], errors: [], facts: new Map() };
  for (const guard of guards) {
    const governed = changed.filter((parameter) =>
      guard.parameters.some((pattern) => covers(pattern, parameter.name)),
    );
    if (governed.length > 0 && applies(guard, facts, into)) collect(guard, governed, facts, into);
  }
  return {
    limits: new Map([...into.limits].map(([name, limits]) => [name, limits.sort(byId)])),
    relations: into.relations.sort(byId),
    errors: into.errors.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
    facts: new Map([...into.facts].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function applies(guard: Guard, facts: Facts, into: Collector): boolean {
  if (guard.when === undefined) return true;
  const matched = run(guard.when, facts);
  if (!matched.ok) {
    addError(guard, '', `match.when: ${matched.error}`, into);
    return false;
  }
  addFacts(matched.used, into);
  return matched.value;
}

function collect(guard: Guard, governed: readonly Parameter[], facts: Facts, into: Collector): void {
  for (const parameter of governed) {
    for (const rule of guard.rules) {
      const found = run(() => toEvaluated(rule(parameter, facts), parameter), facts);
      if (!found.ok) addError(guard, parameter.name, found.error, into);
      else if (found.value !== undefined) addLimit(guard, parameter, found.value, into);
    }
  }
  for (const relation of guard.relations) addRelation(guard, relation, facts, into);
}

/** A limit on numbers says nothing of a choice: a policy that puts one there is an error, not a limit without effect. */
function toEvaluated(outcome: RuleOutcome, { type }: Parameter): Evaluated<FoundLimit | undefined> {
  if (outcome === undefined) return { ok: true, value: undefined };
  if ('error' in outcome) return { ok: false, error: outcome.error };
  if (outcome.admits.kind === everything(type).kind) return { ok: true, value: outcome };
  const article = type === 'integer' ? 'an' : 'a';
  return { ok: false, error: `\`${outcome.rule}\` does not apply to ${article} ${type}` };
}

/** A rule that throws is a bug in Flyball; even then the request is decided, by failurePolicy. */
function run<T>(compute: Computed<T>, facts: Facts): ReturnType<Computed<T>> {
  try {
    return compute(facts);
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

function addLimit(guard: Guard, parameter: Parameter, found: FoundLimit, into: Collector): void {
  const { used, ...limit } = found;
  addFacts(used, into);
  // A number that is removed is neither above nor below anything.
  const isRemoval = limit.admits.kind === 'numeric' && parameter.requested === undefined;
  const applied: AppliedLimit = {
    ...limit,
    ...sourceOf(guard),
    reason: isRemoval ? 'NotAllowed' : limit.reason,
    id: `${guard.policy}#${guard.position}/${limit.rule}`,
  };
  const known = into.limits.get(parameter.name);
  if (known === undefined) into.limits.set(parameter.name, [applied]);
  else known.push(applied);
}

function addRelation(guard: Guard, relation: Relation, facts: Facts, into: Collector): void {
  for (const bound of bindRelation(relation, facts.change.parameters)) {
    into.relations.push({ ...bound, ...sourceOf(guard), id: `${guard.policy}#${guard.position}/relation` });
  }
}

function addFacts(used: ReadonlyMap<string, string> | undefined, into: Collector): void {
  for (const [name, value] of used ?? []) into.facts.set(name, value);
}

function addError(guard: Guard, parameter: string, message: string, into: Collector): void {
  const { policy, position, failurePolicy } = guard;
  if (guard.mode === 'Enforce') into.errors.push({ policy, position, parameter, failurePolicy, message });
  else into.errors.push({ policy, position, parameter, failurePolicy: 'Ignore', message });
}

function key({ policy, position, parameter, message }: GuardError): string {
  return `${policy}#${position}/${parameter}/${message}`;
}
