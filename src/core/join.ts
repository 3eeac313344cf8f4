/** Brings the verdicts of related parameters together. */
import { type Candidate, solve } from './couple.ts';
import { type AppliedLimit, byId, sourceOf } from './limit.ts';
import type { Parameter } from './parameter.ts';
import { attribute, between, contains, everyNumber, intersect } from './region.ts';
import { type BoundRelation, boundOf, describeRelation, holds, termValue, type Vector } from './relation.ts';
import { outcomeOf, type Verdict } from './verdict.ts';

/**
 * The verdicts with all relations met. A coupling of the API server's own is left to it where the request itself
 * breaks it; a policy's relation counts wherever the request changes one of its sides; one that is not enforced
 * only advises.
 */
export function joinRelations(
  verdicts: readonly Verdict[],
  parameters: readonly Parameter[],
  all: readonly BoundRelation[],
): readonly Verdict[] {
  if (all.length === 0) return verdicts;
  const related = relatedTo(all, parameters);
  const requested = vectorOf(related.map((parameter) => [parameter.name, parameter.requested]));
  const known = new Map(related.map((parameter) => [parameter.name, parameter]));
  const advised = advise(verdicts, all, { solution: requested, known });
  const relations = all.filter(
    (one) =>
      one.mode === 'Enforce' &&
      !(one.isCoupling && !holds(one, requested)) &&
      verdicts.some(({ parameter }) => isAbout(one, parameter)),
  );
  const separate = vectorOf([
    ...requested,
    ...verdicts.map((verdict) => [verdict.parameter.name, verdict.granted] as const),
  ]);
  if (relations.every((relation) => holds(relation, separate))) return advised;
  const solution = solve(candidatesOf(verdicts, parameters, relations), relations);
  return advised.map((verdict) => {
    const own = relations.filter((relation) => isAbout(relation, verdict.parameter));
    if (own.length === 0) return verdict;
    return solution === undefined ? refuse(verdict, own) : settle(verdict, own, { solution, known });
  });
}

/** An object may have hundreds of parameters, of which relations are about a few. */
function relatedTo(relations: readonly BoundRelation[], parameters: readonly Parameter[]): Parameter[] {
  const named = new Set(relations.flatMap(({ left, right }) => [left.parameter, right.parameter]));
  return parameters.filter(({ name }) => named.has(name));
}

function isAbout({ left, right }: BoundRelation, { name }: Parameter): boolean {
  return left.parameter === name || right.parameter === name;
}

function advise(
  verdicts: readonly Verdict[],
  all: readonly BoundRelation[],
  requested: Settlement,
): readonly Verdict[] {
  const broken = all.filter(
    (relation) => relation.mode !== 'Enforce' && !holds(relation, requested.solution),
  );
  if (broken.length === 0) return verdicts;
  return verdicts.map((verdict) => {
    const own = broken.filter((relation) => isAbout(relation, verdict.parameter));
    return {
      ...verdict,
      advisory: [
        ...verdict.advisory,
        ...own.map((relation) => limitOf(relation, verdict.parameter.name, requested)),
      ],
    };
  });
}

function candidatesOf(
  verdicts: readonly Verdict[],
  parameters: readonly Parameter[],
  relations: readonly BoundRelation[],
): Candidate[] {
  const named = new Set(relations.flatMap(({ left, right }) => [left.parameter, right.parameter]));
  const regions = new Map(verdicts.map((verdict) => [verdict.parameter.name, verdict.region]));
  return parameters.flatMap((parameter) => {
    const region = regions.get(parameter.name) ?? everyNumber;
    // A number that is removed is nothing to relate, unless the removal is refused and current stays.
    const isAbsent = contains(region, undefined) && parameter.requested === undefined;
    const isCandidate = named.has(parameter.name) && region.kind === 'numeric' && !isAbsent;
    return isCandidate ? [{ parameter, region }] : [];
  });
}

interface Settlement {
  readonly solution: Vector;
  readonly known: ReadonlyMap<string, Parameter>;
}

function settle(
  verdict: Verdict,
  relations: readonly BoundRelation[],
  { solution, known }: Settlement,
): Verdict {
  const granted = solution.get(verdict.parameter.name) ?? verdict.granted;
  const limits = relations.map((relation) => limitOf(relation, verdict.parameter.name, { solution, known }));
  const excluding = limits.filter((limit) => !contains(limit.admits, verdict.parameter.requested));
  // A value moves only where a relation excludes it: bounds narrow while solving, so the final ones exclude it, too.
  const determining = [...verdict.determining, ...excluding];
  const region = limits.reduce(
    (sum, limit) => intersect(sum, attribute(limit.admits, limit.id)),
    verdict.region,
  );
  return {
    ...verdict,
    granted,
    region,
    limits: [...verdict.limits, ...limits].sort(byId),
    determining,
    outcome: outcomeOf(determining, granted),
  };
}

/** The relation as a limit on one of its parameters, the others being what they are granted. */
function limitOf(relation: BoundRelation, name: string, { solution, known }: Settlement): AppliedLimit {
  const left = relation.right.parameter === name ? termValue(relation.left, solution) : undefined;
  const right = relation.left.parameter === name ? termValue(relation.right, solution) : undefined;
  const low = left === undefined ? undefined : boundOf(relation, 'right', left);
  const high = right === undefined ? undefined : boundOf(relation, 'left', right);
  return {
    ...appliedOf(relation),
    admits: between(low, high),
    detail: describeRelation(relation, solution, known),
  };
}

/** No values meet all relations: nothing but current is admitted. */
function refuse(verdict: Verdict, relations: readonly BoundRelation[]): Verdict {
  const limits = relations.map(
    (relation): AppliedLimit => ({ ...appliedOf(relation), admits: between(1n, 0n), detail: relation.text }),
  );
  return {
    ...verdict,
    granted: undefined,
    region: between(1n, 0n),
    limits: [...verdict.limits, ...limits].sort(byId),
    determining: [...verdict.determining, ...limits],
    outcome: 'deny',
  };
}

function appliedOf(relation: BoundRelation): Omit<AppliedLimit, 'admits' | 'detail'> {
  return { ...sourceOf(relation), rule: 'relation', tier: 'hard', reason: 'RelationBroken', id: relation.id };
}

function vectorOf(entries: Iterable<readonly [string, unknown]>): Vector {
  const vector = new Map<string, bigint>();
  for (const [name, value] of entries) {
    if (typeof value === 'bigint') vector.set(name, value);
    else vector.delete(name);
  }
  return vector;
}
