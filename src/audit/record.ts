/** The record of a decision: compact, recomputable, without whole objects or secrets. */
import type { Actor } from '../core/change.ts';
import type { Decision } from '../core/decide.ts';
import { explainDecision } from '../core/explain.ts';
import type { AppliedLimit } from '../core/limit.ts';
import type { Value } from '../core/parameter.ts';
import type { Region } from '../core/region.ts';
import type { Verdict } from '../core/verdict.ts';

/** Numbers are decimal texts of the type's smallest unit, since JSON numbers are floats. */
type Text = string | null;

export interface LimitRecord {
  readonly id: string;
  readonly rule: string;
  readonly tier: string;
  readonly mode: string;
  readonly response: string;
  readonly reason: string;
  readonly detail: string;
  /** Closed intervals, null being unbounded; or the allowed choices. */
  readonly admits: readonly (readonly [Text, Text])[] | readonly string[] | 'any';
  readonly opensAt?: string;
  readonly exception?: string;
}

export interface VerdictRecord {
  readonly parameter: string;
  readonly path: string;
  readonly type: string;
  readonly notation: string;
  readonly quantum: string;
  readonly capacity: string;
  readonly integration: string;
  readonly current: Text;
  readonly requested: Text;
  readonly granted: Text;
  readonly outcome: string;
  readonly region: LimitRecord['admits'];
  readonly limits: readonly LimitRecord[];
  /** Ids of the limits that exclude what was requested. */
  readonly determining: readonly string[];
  readonly advisory: readonly LimitRecord[];
  readonly conflict?: readonly string[];
  readonly yielded?: readonly string[];
}

export interface DecisionRecord {
  readonly kind: 'Decision';
  readonly id: string;
  /** ISO 8601, from the decision's own clock. */
  readonly time: string;
  readonly outcome: string;
  /** What the client got: a clamp that reached only /validate is refused. */
  readonly allowed: boolean;
  readonly target: Decision['change']['target'];
  readonly actor: Actor;
  readonly operation: string;
  readonly dryRun: boolean;
  readonly baseResourceVersion: string;
  readonly policySet: string;
  /** `mutate+validate` where both calls of the request were joined; `mutate` where /validate never came. */
  readonly seen: 'mutate' | 'validate' | 'mutate+validate';
  readonly exemption?: string;
  readonly verdicts: readonly VerdictRecord[];
  readonly errors: Decision['errors'];
  readonly facts: Readonly<Record<string, string>>;
  readonly explanation: readonly string[];
}

/** What surrounds a decision: ids, clock, policy set and the answer given. */
export type Circumstances = Pick<
  DecisionRecord,
  'id' | 'time' | 'allowed' | 'baseResourceVersion' | 'policySet' | 'seen' | 'exemption'
>;

/** A user in a few hundred groups, or with a name of kilobytes, is a fault of its issuer; the record stays bounded. */
const mostGroups = 32;
const longestName = 512;

export function recordDecision(decision: Decision, around: Circumstances): DecisionRecord {
  const { change, outcome, verdicts, errors, facts } = decision;
  const actor = recordActor(change.actor);
  return {
    kind: 'Decision',
    id: around.id,
    time: around.time,
    outcome,
    allowed: around.allowed,
    target: change.target,
    actor,
    operation: change.operation,
    dryRun: change.dryRun,
    baseResourceVersion: around.baseResourceVersion,
    policySet: around.policySet,
    seen: around.seen,
    ...(around.exemption === undefined ? {} : { exemption: around.exemption }),
    verdicts: verdicts.map(recordVerdict),
    errors,
    facts: Object.fromEntries(facts),
    explanation: explainDecision({ ...decision, change: { ...change, actor } }),
  };
}

function recordActor({ user, groups, fieldManager }: Actor): Actor {
  const cut = (name: string): string => name.slice(0, longestName);
  return {
    user: cut(user),
    groups: groups.slice(0, mostGroups).map(cut),
    ...(fieldManager === undefined ? {} : { fieldManager: cut(fieldManager) }),
  };
}

function recordVerdict(verdict: Verdict): VerdictRecord {
  const { parameter, granted, outcome, region, limits, determining, advisory, conflict, yielded } = verdict;
  const { name, path, type, notation, quantum, capacity, integration, current, requested } = parameter;
  return {
    parameter: name,
    path,
    type,
    notation,
    quantum: `${quantum}`,
    capacity,
    integration,
    current: textOf(current),
    requested: textOf(requested),
    granted: textOf(granted),
    outcome,
    region: recordRegion(region),
    limits: limits.map(recordLimit),
    determining: determining.map((limit) => limit.id),
    advisory: advisory.map(recordLimit),
    ...(conflict.length === 0 ? {} : { conflict: conflict.map((limit) => limit.id) }),
    ...(yielded.length === 0 ? {} : { yielded }),
  };
}

function recordLimit({
  id,
  rule,
  tier,
  mode,
  response,
  reason,
  detail,
  admits,
  opensAt,
  exception,
}: AppliedLimit): LimitRecord {
  return {
    id,
    rule,
    tier,
    mode,
    response,
    reason,
    detail,
    admits: recordRegion(admits),
    ...(opensAt === undefined ? {} : { opensAt: new Date(opensAt).toISOString() }),
    ...(exception === undefined ? {} : { exception }),
  };
}

function recordRegion(region: Region): LimitRecord['admits'] {
  if (region.kind === 'choice') return region.allowed === 'any' ? 'any' : [...region.allowed];
  return region.intervals.map(({ low, high }) => [textOf(low.at), textOf(high.at)] as const);
}

function textOf(value: Value | undefined): Text {
  return value === undefined ? null : `${value}`;
}
