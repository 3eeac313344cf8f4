/** A judgement as plain data, with values as people write them: what `-o json` and `-o yaml` print. */
import { formatTarget } from '../../core/change.ts';
import { explainAdvisory, explainRefusal, explainVerdict, formatRegion } from '../../core/explain.ts';
import type { AppliedLimit } from '../../core/limit.ts';
import { formatValue, type Value } from '../../core/parameter.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { PatchOperation } from '../../webhook/patch.ts';
import type { ReviewRequest } from '../../webhook/review.ts';
import { isAllowed, type Judgement } from './judge.ts';

export interface ReviewReport {
  /** `file:line:column`. */
  readonly place: string;
  readonly target: string;
  readonly operation: string;
  readonly dryRun: boolean;
  readonly user: string;
  readonly fieldManager?: string;
  readonly outcome: 'admit' | 'clamp' | 'throttle' | 'deny' | 'not governed';
  readonly allowed: boolean;
  /** Why nothing was decided. */
  readonly reason?: string;
  /** ISO 8601: the clock that was decided by. */
  readonly at?: string;
  readonly policySet?: string;
  readonly parameters: readonly ParameterReport[];
  readonly errors: readonly ErrorReport[];
  /** RFC 6902, as `/mutate` sends it. */
  readonly patch: readonly PatchOperation[];
}

export interface ParameterReport {
  readonly name: string;
  /** Null where absent. */
  readonly current: string | null;
  readonly requested: string | null;
  readonly granted: string | null;
  /** Of a request that is refused: what would have been admitted now. */
  readonly wouldPass: string | null;
  readonly outcome: string;
  readonly sentence: string;
  readonly admits: string;
  readonly limits: readonly LimitReport[];
}

export interface LimitReport {
  readonly policy: string;
  readonly rule: string;
  readonly mode: string;
  readonly response: string;
  /** Null where the limit admits what was asked. */
  readonly reason: string | null;
  readonly detail: string;
  readonly admits: string;
  readonly determining: boolean;
  readonly opensAt?: string;
  readonly exception?: string;
}

export type ErrorReport = Pick<
  Extract<Judgement, { kind: 'decided' }>['decided']['decision']['errors'][number],
  'policy' | 'position' | 'parameter' | 'failurePolicy' | 'message'
>;

export function reportJudgement(place: string, judgement: Judgement): ReviewReport {
  const head = reportHead(place, judgement.request);
  const allowed = isAllowed(judgement);
  if (judgement.kind === 'not governed') {
    const { reason } = judgement;
    return { ...head, outcome: 'not governed', allowed, reason, parameters: [], errors: [], patch: [] };
  }
  const { decision, outcome, patch, now, policySet } = judgement.decided;
  return {
    ...head,
    target: formatTarget(decision.change.target),
    outcome,
    allowed,
    at: new Date(now).toISOString(),
    policySet,
    parameters: decision.verdicts.map((verdict) => reportVerdict(verdict, allowed)),
    errors: decision.errors,
    patch,
  };
}

function reportHead(place: string, request: ReviewRequest) {
  const { operation, dryRun, user, fieldManager } = request;
  const target = formatTarget(request);
  return { place, target, operation, dryRun, user, ...(fieldManager === undefined ? {} : { fieldManager }) };
}

function reportVerdict(verdict: Verdict, allowed: boolean): ParameterReport {
  const { parameter, granted, outcome, region, limits, advisory } = verdict;
  const text = (value: Value | undefined): string | null =>
    value === undefined ? null : formatValue(value, parameter);
  const sentence = allowed ? explainVerdict(verdict) : explainRefusal(verdict);
  return {
    name: parameter.name,
    current: text(parameter.current),
    requested: text(parameter.requested),
    granted: allowed ? text(granted) : null,
    wouldPass: allowed ? null : text(granted),
    outcome,
    sentence: [sentence, ...advisory.map((limit) => explainAdvisory(verdict, limit))].join('; '),
    admits: formatRegion(region, parameter),
    limits: [...limits, ...advisory].map((limit) => reportLimit(limit, verdict)),
  };
}

function reportLimit(limit: AppliedLimit, { parameter, determining, advisory }: Verdict): LimitReport {
  const { policy, rule, mode, response, reason, detail, admits, opensAt, exception } = limit;
  const isDetermining = determining.includes(limit);
  return {
    policy,
    rule,
    mode,
    response,
    reason: isDetermining || advisory.includes(limit) ? reason : null,
    detail,
    admits: formatRegion(admits, parameter),
    determining: isDetermining,
    ...(opensAt === undefined ? {} : { opensAt: new Date(opensAt).toISOString() }),
    ...(exception === undefined ? {} : { exception }),
  };
}
