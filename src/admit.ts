/** One request, start to end: exempt, consider, answer, record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type JoinKey, joinKeyOf, type Pending } from './audit/join.ts';
import { type DecisionRecord, recordDecision } from './audit/record.ts';
import type { StandingProposals } from './audit/standing.ts';
import { addsOnlyCapacity, type PlaceHold, patienceMilliseconds, unheld, within } from './charge.ts';
import { makeClamp } from './clamp.ts';
import { type Considered, consider, type FactPorts, readResourceVersion } from './consider.ts';
import type { Target } from './core/change.ts';
import { type Decision, isGranted } from './core/decide.ts';
import { type Exemption, type ExemptionSettings, findExemption } from './exemption.ts';
import { type AdmissionResponse, allow, fail, grant, refuse, warn } from './webhook/answer.ts';
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
  /** A bug that did not change the answer. */
  readonly onFault: (error: unknown) => void;
  readonly placeHold: PlaceHold;
  /** The hold of an admitted change could not be made durable. */
  readonly onUnheld: (problem: string) => void;
  /** What was asked, for rules that count repetitions. */
  readonly propose: (decision: Decision, now: number) => void;
}

export type Answer = AdmissionResponse | Promise<AdmissionResponse>;

/**
 * In memory: what a decision needs is known before the request comes. The one wait is for the hold of a change that is
 * charged to be durable.
 */
export function admit(door: Door, request: ReviewRequest, ports: Ports): Answer {
  const exemption = findExemption(request, ports.exemptions);
  if (exemption !== undefined) return pass(door, request, { exemption, ports });
  const considered = consider(request, ports);
  if (considered === 'not loaded')
    return door === 'mutate' ? allow(request) : fail(request.uid, 503, 'policies are not loaded yet');
  if (considered === 'not governed') return allow(request);
  return door === 'mutate' ? mutate(request, considered, ports) : validate(request, considered, ports);
}

interface Passing {
  readonly exemption: Exemption;
  readonly ports: Ports;
}

/** An exempt request passes whatever state we are in; under break-glass, what would have been decided is recorded once. */
function pass(door: Door, request: ReviewRequest, { exemption, ports }: Passing): AdmissionResponse {
  if (door === 'mutate') return allow(request);
  ports.onExempted(exemption);
  if (!exemption.isBreakGlass) return allow(request);
  return { ...allow(request), auditAnnotations: witness(request, { exemption, ports }) };
}

/** Never throws: break-glass is for the day on which Flyball itself is at fault. */
function witness(request: ReviewRequest, { exemption, ports }: Passing): Record<string, string> {
  const { reason } = exemption;
  try {
    const considered = consider(request, ports);
    if (typeof considered === 'string') return { exemption: reason };
    const { id } = identify(request, considered.decision);
    ports.record(toRecord(request, considered, { id, allowed: true, seen: 'validate', exemption: reason }));
    return { decision: id, exemption: reason };
  } catch (error) {
    ports.onFault(error);
    return { exemption: reason };
  }
}

/** A pure clamp: it patches when the whole decision is one, and otherwise leaves the object to /validate. */
function mutate(request: ReviewRequest, considered: Considered, ports: Ports): AdmissionResponse {
  const { decision, now } = considered;
  ports.propose(decision, now);
  const clamp = makeClamp(request, decision, ports);
  if (clamp === undefined) return allow(request);
  const { id, key } = identify(request, clamp.stored);
  const record = toRecord(request, considered, { id, allowed: true, seen: 'mutate' });
  const answer = (known: string): AdmissionResponse =>
    grant({ uid: request.uid, id: known }, decision, clamp.patch);
  // The API server sees no change in what is left of a standing proposal, and does not call /validate.
  if (isStanding(record)) return answer(recordOnce(record, now, ports));
  ports.pending.put(key, record, now);
  return answer(id);
}

interface Final {
  readonly ports: Ports;
  readonly identity: JoinKey;
  /** What /mutate made of the request, where it clamped. */
  readonly clamped: DecisionRecord | undefined;
  /** Until when the answer can wait, on the process's own clock. */
  readonly until: number;
  /** It was decided before, on a history that has moved since: the ledger works. */
  readonly isRepeated: boolean;
}

/** The last word on the final object: a clamp that is still to be made is a denial here. */
function validate(request: ReviewRequest, considered: Considered, ports: Ports): Answer {
  const identity = identify(request, considered.decision);
  return decideFinally(request, considered, {
    ports,
    identity,
    clamped: ports.pending.take(identity.key),
    until: performance.now() + patienceMilliseconds,
    isRepeated: false,
  });
}

function decideFinally(request: ReviewRequest, considered: Considered, final: Final): Answer {
  const { decision, now } = considered;
  const { ports, clamped, until, isRepeated } = final;
  const { id, key } = final.identity;
  const naming = { uid: request.uid, id };
  const reject = (refused: Decision): AdmissionResponse => {
    const record = toRecord(
      request,
      { ...considered, decision: refused },
      { id, allowed: false, seen: 'validate' },
    );
    return refuse({ ...naming, id: recordOnce(record, now, ports) }, refused);
  };
  if (!isGranted(decision) || decision.outcome === 'clamp') return reject(decision);
  const admitted = (): AdmissionResponse => {
    const { target } = decision.change;
    if (clamped !== undefined) return confirm(naming, { ...clamped, target, seen: 'mutate+validate' }, ports);
    if (!isGoverned(decision)) return allow(request);
    ports.record(toRecord(request, considered, { id, allowed: true, seen: 'validate' }));
    return grant(naming, decision, []);
  };
  const held = ports.placeHold({ decision, base: readResourceVersion(request.oldObject), key, id, now });
  if (held === undefined) return admitted();
  return within(held, Math.max(0, until - performance.now())).then((recorded) => {
    if (recorded.ok) return admitted();
    if (recorded.isContended && performance.now() < until) return decideAgain(request, final);
    ports.onUnheld(recorded.problem);
    // Where the ledger works, what adds capacity has no need to pass it by.
    if (isRepeated || recorded.isContended || !addsOnlyCapacity(decision))
      return reject(unheld(decision, recorded.problem));
    return warn(admitted(), `flyball ${id}: admitted, but the change could not be recorded`);
  });
}

/** On the history as it is by now; a short while later, so that replicas do not meet again at once. */
async function decideAgain(request: ReviewRequest, final: Final): Promise<AdmissionResponse> {
  await sleep(Math.random() * contentionMilliseconds);
  const considered = consider(request, final.ports);
  if (considered === 'not loaded') return fail(request.uid, 503, 'policies are not loaded yet');
  if (considered === 'not governed') return allow(request);
  const identity = identify(request, considered.decision);
  return decideFinally(request, considered, { ...final, identity, isRepeated: true });
}

/** Two writes of a small object in etcd. */
const contentionMilliseconds = 20;

/** The second half of a clamp. */
function confirm(
  naming: { uid: string; id: string },
  record: DecisionRecord,
  ports: Ports,
): AdmissionResponse {
  ports.record(record);
  return { ...allow(naming), auditAnnotations: { decision: naming.id, outcome: record.outcome } };
}

/** Whether a clamp grants nothing but what is there: a GitOps tool asks for the same at each sync. */
function isStanding({ verdicts }: DecisionRecord): boolean {
  return verdicts.every((verdict) => verdict.granted === verdict.current);
}

/**
 * What changes nothing is recorded once, however often it is asked: a client retries, a controller syncs. Returns the id of
 * the record that there is.
 */
function recordOnce(record: DecisionRecord, now: number, ports: Ports): string {
  const { target, actor, dryRun, policySet, outcome, allowed, verdicts, errors } = record;
  const asked = verdicts.map(({ parameter, current, requested }) => [parameter, current, requested]);
  const proposal = JSON.stringify([target, actor.user, dryRun, policySet, outcome, allowed, asked, errors]);
  const known = ports.standing.find(proposal, now);
  if (known !== undefined) {
    ports.onStanding();
    return known;
  }
  ports.standing.add(proposal, { id: record.id, at: now });
  ports.record(record);
  return record.id;
}

/** Whether any policy had a say: what no policy bounds is not worth a record. */
function isGoverned(decision: Decision): boolean {
  return (
    decision.errors.length > 0 ||
    decision.verdicts.some(({ limits, advisory }) => limits.length + advisory.length > 0)
  );
}

/** By what would be stored: the values of the patched object at /mutate, of the final one at /validate. */
function identify(request: ReviewRequest, { change }: Decision): JoinKey {
  const values = new Map(change.parameters.map(({ name, requested }) => [name, requested]));
  const target = withStableName(request, change.target);
  return joinKeyOf({ ...change, target }, readResourceVersion(request.oldObject), values);
}

/** A name that is yet to be generated at /mutate is known at /validate: both go by the prefix. */
function withStableName({ operation, object }: ReviewRequest, target: Target): Target {
  const { metadata } = (object ?? {}) as { metadata?: { generateName?: unknown } };
  const prefix = operation === 'CREATE' ? metadata?.generateName : undefined;
  const isGenerated = typeof prefix === 'string' && prefix !== '' && target.name.startsWith(prefix);
  return isGenerated ? { ...target, name: `${prefix}*` } : target;
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
    baseResourceVersion: readResourceVersion(request.oldObject),
  });
}
