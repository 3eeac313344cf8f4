/** One request, start to end: exempt, consider, answer, record. */
import { type JoinKey, joinKeyOf, type Pending } from './audit/join.ts';
import { type DecisionRecord, recordDecision } from './audit/record.ts';
import type { StandingProposals } from './audit/standing.ts';
import { type Considered, consider, type FactPorts } from './consider.ts';
import { type Decision, isGranted } from './core/decide.ts';
import type { Value } from './core/parameter.ts';
import { type Exemption, type ExemptionSettings, findExemption } from './exemption.ts';
import { type AdmissionResponse, allow, fail, grant, refuse } from './webhook/answer.ts';
import { isApplicable, writePatch } from './webhook/patch.ts';
import type { ReviewRequest } from './webhook/review.ts';
import type { Door } from './webhook/server.ts';

export interface Ports extends FactPorts {
  readonly exemptions: ExemptionSettings;
  /** Clamps that wait for their /validate. */
  readonly pending: Pending<DecisionRecord>;
  readonly standing: StandingProposals;
  readonly record: (record: DecisionRecord) => void;
  readonly onExempted: (exemption: Exemption) => void;
  readonly onStanding: () => void;
}

/** Synchronous and in memory: what the answer needs is known before the request comes. */
export function admit(door: Door, request: ReviewRequest, ports: Ports): AdmissionResponse {
  const exemption = findExemption(request, ports.exemptions);
  if (exemption !== undefined && door === 'validate') ports.onExempted(exemption);
  if (exemption !== undefined && !exemption.isBreakGlass) return allow(request);
  const considered = consider(request, ports);
  if (considered === 'not loaded')
    return door === 'mutate' ? allow(request) : fail(request.uid, 503, 'policies are not loaded yet');
  if (considered === 'not governed') return allow(request);
  if (exemption !== undefined) return pass({ door, request, considered, exemption }, ports);
  return door === 'mutate' ? mutate(request, considered, ports) : validate(request, considered, ports);
}

interface Passing {
  readonly door: Door;
  readonly request: ReviewRequest;
  readonly considered: Considered;
  readonly exemption: Exemption;
}

/** Break-glass: everything passes, and what would have been decided is recorded once. */
function pass({ door, request, considered, exemption }: Passing, ports: Ports): AdmissionResponse {
  if (door === 'mutate') return allow(request);
  const { id } = identify(request, considered.decision, 'requested');
  const around = { id, allowed: true, seen: 'validate' as const, exemption: exemption.reason };
  ports.record(toRecord(request, considered, around));
  return { ...allow(request), auditAnnotations: { decision: id, exemption: exemption.reason } };
}

/** A pure clamp: it patches when the whole decision is one, and otherwise leaves the object to /validate. */
function mutate(request: ReviewRequest, considered: Considered, ports: Ports): AdmissionResponse {
  const { decision } = considered;
  if (decision.outcome !== 'clamp') return allow(request);
  const patch = writePatch(decision.verdicts, request.object);
  if (!isApplicable(patch, request.object)) return allow(request);
  const { id, key } = identify(request, decision, 'granted');
  ports.pending.put(
    key,
    toRecord(request, considered, { id, allowed: true, seen: 'mutate' }),
    considered.now,
  );
  return grant({ uid: request.uid, id }, decision, patch);
}

/** The last word on the final object: a clamp that is still to be made is a denial here. */
function validate(request: ReviewRequest, considered: Considered, ports: Ports): AdmissionResponse {
  const { decision } = considered;
  const { id, key } = identify(request, decision, 'requested');
  const naming = { uid: request.uid, id };
  const clamped = ports.pending.take(key);
  if (!isGranted(decision) || decision.outcome === 'clamp') {
    ports.record(toRecord(request, considered, { id, allowed: false, seen: 'validate' }));
    return refuse(naming, decision);
  }
  if (clamped !== undefined) return confirm(naming, { ...clamped, seen: 'mutate+validate' }, ports);
  if (!isGoverned(decision)) return allow(request);
  ports.record(toRecord(request, considered, { id, allowed: true, seen: 'validate' }));
  return grant(naming, decision, []);
}

/** The second half of a clamp. One that changes nothing is a standing proposal: recorded once. */
function confirm(
  naming: { uid: string; id: string },
  record: DecisionRecord,
  ports: Ports,
): AdmissionResponse {
  const proposal = JSON.stringify([
    record.target,
    record.actor.user,
    record.policySet,
    record.verdicts.map((verdict) => [verdict.parameter, verdict.requested]),
  ]);
  const isStanding = record.verdicts.every((verdict) => verdict.granted === verdict.current);
  if (isStanding && !ports.standing.isFirst(proposal)) ports.onStanding();
  else ports.record(record);
  return { ...allow(naming), auditAnnotations: { decision: naming.id, outcome: record.outcome } };
}

/** Whether any policy had a say: what no policy bounds is not worth a record. */
function isGoverned(decision: Decision): boolean {
  return (
    decision.errors.length > 0 ||
    decision.verdicts.some(({ limits, advisory }) => limits.length + advisory.length > 0)
  );
}

/** By what would be stored: what is granted at /mutate is what is requested at /validate. */
function identify(request: ReviewRequest, decision: Decision, side: 'granted' | 'requested'): JoinKey {
  const values = new Map<string, Value | undefined>(
    decision.change.parameters.map(({ name, requested }) => [name, requested]),
  );
  if (side === 'granted')
    for (const { parameter, granted } of decision.verdicts) values.set(parameter.name, granted);
  return joinKeyOf(decision.change, baseResourceVersionOf(request), values);
}

function baseResourceVersionOf({ oldObject }: ReviewRequest): string {
  const { metadata } = (oldObject ?? {}) as { metadata?: { resourceVersion?: unknown } };
  const version = metadata?.resourceVersion;
  return typeof version === 'string' ? version : '';
}

type Around = Pick<DecisionRecord, 'id' | 'allowed' | 'seen' | 'exemption'>;

function toRecord(
  request: ReviewRequest,
  { decision, now, policySet }: Considered,
  around: Around,
): DecisionRecord {
  const time = new Date(now).toISOString();
  return recordDecision(decision, {
    ...around,
    time,
    policySet,
    baseResourceVersion: baseResourceVersionOf(request),
  });
}
