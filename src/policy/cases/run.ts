/** One case: its requests, one after another, each on what those before left behind. */
import { couplingsOf } from '../../catalogue/couplings.ts';
import { type Decision, decide } from '../../core/decide.ts';
import { explainDecision } from '../../core/explain.ts';
import { noHistory } from '../../core/history.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { Path } from '../problem.ts';
import type { CaseSpec, Expectation } from '../schema.ts';
import type { PolicySet } from '../set.ts';
import { checkExpectation, compareDecision, type Difference } from './compare.ts';
import { beginMemory, type Memory, remember } from './memory.ts';
import { toRequest } from './request.ts';
import { attempt, CaseError, durationAt } from './wrong.ts';

export interface CaseOutcome {
  readonly differences: readonly Difference[];
  /** The decisions in sentences. */
  readonly explanation: readonly string[];
  /** The policies that matched, by id. */
  readonly policies: readonly string[];
}

export interface InForce {
  readonly set: PolicySet;
  readonly policies: readonly CompiledPolicy[];
}

/** A Wednesday at noon: outside of most freezes. */
const usualTime = '2026-01-07T12:00:00Z';

/** Throws a `CaseError` where the case itself is wrong. */
export function runSteps(spec: CaseSpec, inForce: InForce): CaseOutcome {
  const start = Date.parse(spec.at ?? usualTime);
  let memory = beginMemory(spec, inForce.policies, start);
  const outcomes = stepsOf(spec).map((step) => {
    const ran = runStep(step, { memory, inForce, start });
    memory = ran.memory;
    return ran.outcome;
  });
  return {
    differences: outcomes.flatMap(({ differences }) => differences),
    explanation: outcomes.flatMap(({ explanation }) => explanation),
    policies: [...new Set(outcomes.flatMap(({ policies }) => policies))],
  };
}

interface Step {
  /** Where it is written, from the case. */
  readonly path: Path;
  /** `timeline[3].`; empty for a case of one request. */
  readonly label: string;
  /** What is asked, in the words of a case of one request. */
  readonly spec: CaseSpec;
  /** Milliseconds after the beginning of the case. */
  readonly after: number;
  readonly dryRun: boolean;
  readonly lands: boolean;
  readonly expect: Expectation | undefined;
}

function stepsOf(spec: CaseSpec): readonly Step[] {
  const { timeline, expect, ...rest } = spec;
  if (timeline === undefined) {
    if (expect === undefined) throw new CaseError([], '`expect` is missing');
    return [{ path: [], label: '', spec, after: 0, dryRun: false, lands: true, expect }];
  }
  for (const field of ['propose', 'expect', 'operation'] as const)
    if (spec[field] !== undefined) throw new CaseError([field], `belongs into each step of \`timeline\``);
  let latest = 0;
  return timeline.map(({ at, dryRun = false, lands = true, expect: expected, ...asked }, index): Step => {
    const path: Path = ['timeline', index];
    const after = durationAt(at, [...path, 'at']);
    if (after < latest) throw new CaseError([...path, 'at'], 'is before the step above');
    latest = after;
    const label = `timeline[${index}].`;
    return { path, label, spec: { ...rest, ...asked }, after, dryRun, lands, expect: expected };
  });
}

interface Around {
  readonly memory: Memory;
  readonly inForce: InForce;
  readonly start: number;
}

function runStep(
  step: Step,
  { memory, inForce, start }: Around,
): { readonly memory: Memory; readonly outcome: CaseOutcome } {
  const now = start + step.after;
  const decided = decideStep(step, memory, { now, inForce });
  const { decision } = decided;
  const { expect, label } = step;
  const differences =
    expect === undefined
      ? []
      : compareDecision(expect, decision, start).map((one) => ({ ...one, what: `${label}${one.what}` }));
  return {
    memory: step.dryRun ? memory : remember(memory, decision, { now, lands: step.lands }),
    outcome: { differences, explanation: explainDecision(decision), policies: decided.policies },
  };
}

function decideStep(
  step: Step,
  { stored, histories, others }: Memory,
  { now, inForce }: { readonly now: number; readonly inForce: InForce },
): { readonly decision: Decision; readonly policies: readonly string[] } {
  const { given: _, ...asked } = step.spec;
  const spec: CaseSpec = stored === undefined ? asked : { ...asked, given: stored };
  const readHistory = (parameter: string) => histories.get(parameter) ?? noHistory;
  const request = within(step.path, () =>
    toRequest(spec, inForce.policies, { now, readHistory, dryRun: step.dryRun, others }),
  );
  const selection = inForce.set.select(request.query);
  const couplings = couplingsOf(request.kind, request.facts.change.parameters);
  const decision = withErrors(decide(selection.guards, couplings, request.facts), selection.errors);
  const wrong =
    step.expect === undefined ? undefined : checkExpectation(step.expect, inForce.policies, decision);
  if (wrong !== undefined) throw new CaseError([...step.path, ...wrong.path], wrong.why, wrong.fix);
  return { decision, policies: selection.guards.map(({ policy }) => policy) };
}

/** What is wrong with a request is said of the step that asks for it. */
function within<T extends object>(path: Path, work: () => T): T {
  const result = attempt(work);
  if (!('finding' in result)) return result;
  const { finding } = result;
  throw new CaseError([...path, ...finding.path], finding.why, finding.fix);
}

/** What could not be matched counts as what could not be evaluated. */
function withErrors(decision: Decision, errors: Decision['errors']): Decision {
  const isDenied = errors.some(({ failurePolicy }) => failurePolicy === 'Fail');
  return {
    ...decision,
    outcome: isDenied ? 'deny' : decision.outcome,
    errors: [...decision.errors, ...errors],
  };
}
