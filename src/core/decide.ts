/** The one line from a change and its guards to a decision. Pure: same arguments, same decision. */
import type { Change } from './change.ts';
import { compose } from './compose.ts';
import { type Evaluation, evaluateGuards, type GuardError } from './evaluate.ts';
import type { Facts } from './facts.ts';
import type { Guard } from './guard.ts';
import { joinRelations } from './join.ts';
import { isChanged, type Parameter } from './parameter.ts';
import { project } from './project.ts';
import { contains } from './region.ts';
import type { BoundRelation } from './relation.ts';
import { type Outcome, outcomeOf, strictest, type Verdict } from './verdict.ts';

/** All verdicts of a change. A request is atomic: its outcome is the strictest of them. */
export interface Decision {
  readonly change: Change;
  readonly outcome: Outcome;
  /** One for each changed parameter, sorted by name. */
  readonly verdicts: readonly Verdict[];
  readonly errors: readonly GuardError[];
  /** Values that conditions and computed bounds read. */
  readonly facts: ReadonlyMap<string, string>;
}

/**
 * Decides on `facts.change`. `couplings` are what the API server itself requires of the object, so that the clamp of
 * one parameter never makes an invalid object. A parameter that the request leaves alone is never touched.
 */
export function decide(
  guards: readonly Guard[],
  couplings: readonly BoundRelation[],
  facts: Facts,
): Decision {
  const parameters = [...facts.change.parameters].sort((a, b) => (a.name < b.name ? -1 : 1));
  const change = { ...facts.change, parameters };
  const changed = parameters.filter(isChanged);
  const evaluation = evaluateGuards(guards, changed, { ...facts, change });
  const separate = changed.map((parameter) => decideParameter(parameter, evaluation));
  const verdicts = joinRelations(separate, parameters, [...evaluation.relations, ...couplings]);
  const failed = evaluation.errors.some((error) => error.failurePolicy === 'Fail');
  return {
    change,
    outcome: strictest([failed ? 'deny' : 'admit', ...verdicts.map((verdict) => verdict.outcome)]),
    verdicts,
    errors: evaluation.errors,
    facts: evaluation.facts,
  };
}

function decideParameter(parameter: Parameter, evaluation: Evaluation): Verdict {
  const all = evaluation.limits.get(parameter.name) ?? [];
  const limits = all.filter((limit) => limit.mode === 'Enforce');
  const excluding = all.filter((limit) => !contains(limit.admits, parameter.requested));
  const { region, conflict = [], yielded } = compose(limits, parameter);
  // What the region contains is admitted, even by the limits of a tier that gave way: else no granted value could be asked for.
  const isAdmitted = contains(region, parameter.requested);
  const determining = isAdmitted ? [] : excluding.filter((limit) => limit.mode === 'Enforce');
  const advisory = excluding.filter((limit) => limit.mode !== 'Enforce');
  const granted = project(region, parameter);
  const outcome = outcomeOf(determining, granted);
  return { parameter, outcome, granted, region, limits, determining, advisory, conflict, yielded };
}

/** Only a request that is admitted whole, perhaps clamped, goes through. */
export function isGranted(decision: Decision): boolean {
  return decision.outcome === 'admit' || decision.outcome === 'clamp';
}

/**
 * When time alone changes the answer: milliseconds since the epoch at which nothing refuses the request any more, or, for
 * a clamp, nothing excludes it. Undefined where something would still do so then.
 */
export function opensAt(decision: Decision): number | undefined {
  const limits = decision.verdicts.flatMap(({ determining }) => determining);
  const refusing = limits.filter(({ response }) => response !== 'clamp');
  const times = (refusing.length > 0 ? refusing : limits).map(
    (limit) => limit.opensAt ?? Number.POSITIVE_INFINITY,
  );
  const last = Math.max(...times);
  return Number.isFinite(last) ? last : undefined;
}
