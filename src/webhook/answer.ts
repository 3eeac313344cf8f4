/** The response half of an AdmissionReview. HTTP is always 200: the decision is inside. */
import { nowhere } from '../catalogue/read-change.ts';
import type { Decision } from '../core/decide.ts';
import { opensAt } from '../core/decide.ts';
import { explainAdvisory, explainRefusal, explainVerdict, nameLimit } from '../core/explain.ts';
import { formatValue, type Parameter } from '../core/parameter.ts';
import type { Verdict } from '../core/verdict.ts';
import { toAscii } from './ascii.ts';
import type { PatchOperation } from './patch.ts';

export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patchType?: 'JSONPatch';
  /** Base64 of the JSON Patch. */
  readonly patch?: string;
  readonly status?: {
    readonly code: number;
    readonly reason: string;
    readonly message: string;
    readonly details?: { readonly causes: readonly Cause[]; readonly retryAfterSeconds?: number };
  };
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** Above this a client's terminal is flooded; the API server cuts all warnings to 256 characters beyond 4,096. */
const mostWarnings = 8;
/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response */
const longestWarning = 120;
const longestMessage = 2_048;
const mostCauses = 16;
const longestField = 256;

export interface Naming {
  readonly uid: string;
  /** The decision's id: the same in warning, message, audit annotation and log. */
  readonly id: string;
}

export function allow({ uid }: Pick<Naming, 'uid'>): AdmissionResponse {
  return { uid, allowed: true };
}

/** The same answer, with one more warning. */
export function warn(response: AdmissionResponse, text: string): AdmissionResponse {
  return { ...response, warnings: [...(response.warnings ?? []), shorten(text, longestWarning)] };
}

/** Admits, with the patch of a clamp where there is one. */
export function grant(
  naming: Naming,
  decision: Decision,
  patch: readonly PatchOperation[],
): AdmissionResponse {
  const warnings = [
    ...clampWarnings(naming.id, patch.length > 0 ? decision.verdicts : []),
    ...advisoryWarnings(naming.id, decision),
  ];
  return {
    uid: naming.uid,
    allowed: true,
    ...(patch.length === 0
      ? {}
      : { patchType: 'JSONPatch' as const, patch: Buffer.from(JSON.stringify(patch)).toString('base64') }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.slice(0, mostWarnings) }),
    auditAnnotations: annotate(naming.id, decision),
  };
}

/** Admits at /mutate what it cannot decide, and says so: only /validate refuses. */
export function leave(uid: string, message: string): AdmissionResponse {
  return {
    uid,
    allowed: true,
    warnings: [shorten(`flyball left this change to /validate: ${message}`, longestWarning)],
  };
}

/** Denies or throttles: 403 Forbidden, 429 TooManyRequests, 500 InternalError for a guard that could not be evaluated. */
export function refuse(naming: Naming, decision: Decision): AdmissionResponse {
  const excluded = decision.verdicts.filter((verdict) => verdict.outcome !== 'admit');
  const causes = [...excluded.flatMap(causesOf), ...errorCauses(decision)].slice(0, mostCauses);
  const retryAfterSeconds = decision.outcome === 'throttle' ? retryAfter(excluded) : undefined;
  const warnings = advisoryWarnings(naming.id, decision);
  return {
    uid: naming.uid,
    allowed: false,
    status: {
      ...statusOf(decision, excluded),
      message: shorten(`flyball ${naming.id}: ${messageOf(decision, excluded)}`, longestMessage),
      details: { causes, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    },
    ...(warnings.length === 0 ? {} : { warnings: warnings.slice(0, mostWarnings) }),
    auditAnnotations: annotate(naming.id, decision),
  };
}

/** Refuses without a decision: the review could not be read, or Flyball itself failed. */
export function fail(uid: string, code: number, message: string): AdmissionResponse {
  const reason = code === 500 ? 'InternalError' : code === 503 ? 'ServiceUnavailable' : 'BadRequest';
  return {
    uid,
    allowed: false,
    status: { code, reason, message: shorten(`flyball: ${message}`, longestMessage) },
  };
}

/** Only guards that failed and no limit that excludes: the fault is ours or the policy's, not the request's. */
function statusOf(decision: Decision, excluded: readonly Verdict[]): { code: number; reason: string } {
  if (decision.outcome === 'throttle') return { code: 429, reason: 'TooManyRequests' };
  return excluded.length === 0 ? { code: 500, reason: 'InternalError' } : { code: 403, reason: 'Forbidden' };
}

function messageOf(decision: Decision, excluded: readonly Verdict[]): string {
  const sentences = [
    ...excluded.map(explainRefusal),
    ...decision.errors
      .filter((error) => error.failurePolicy === 'Fail')
      .map((error) => `${error.policy} could not be evaluated: ${error.message}`),
  ];
  const at = opensAt(decision);
  if (at !== undefined) sentences.push(`time lifts this at ${new Date(at).toISOString()}`);
  return sentences.join('; ');
}

function causesOf(verdict: Verdict): Cause[] {
  const field = fieldOf(verdict.parameter);
  const reasonOf = (reason: string): string => (verdict.conflict.length > 0 ? 'PolicyConflict' : reason);
  return verdict.determining.map((limit) => {
    const until = limit.opensAt === undefined ? '' : `; opens at ${new Date(limit.opensAt).toISOString()}`;
    const message = `${verdict.parameter.name} ${formatValue(verdict.parameter.requested, verdict.parameter)}: ${nameLimit(limit)}: ${limit.detail}${until}`;
    return { reason: reasonOf(limit.reason), message: shorten(message, longestMessage), field };
  });
}

function errorCauses(decision: Decision): Cause[] {
  return decision.errors
    .filter((error) => error.failurePolicy === 'Fail')
    .map(({ policy, position, message, parameter }) => ({
      reason: 'PolicyError',
      message: shorten(`${policy} ${position}: ${message}`, longestMessage),
      field: shorten(parameter, longestField),
    }));
}

/** `/spec/metrics/0/target` is `spec.metrics[0].target`, as the API server writes fields; the name where there is none. */
function fieldOf({ path, name }: Parameter): string {
  if (path === nowhere) return shorten(name, longestField);
  const tokens = path.split('/').slice(1);
  return shorten(
    tokens
      .map((token) => (/^\d+$/.test(token) ? `[${token}]` : `.${token}`))
      .join('')
      .replace(/^\./, ''),
    longestField,
  );
}

/** The longest wait that a determining policy opted in to: the client may resend after it. */
function retryAfter(excluded: readonly Verdict[]): number | undefined {
  const seconds = excluded.flatMap(({ determining }) =>
    determining.flatMap((limit) => limit.retryAfterSeconds ?? []),
  );
  return seconds.length === 0 ? undefined : Math.max(...seconds);
}

function clampWarnings(id: string, verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter((verdict) => verdict.outcome === 'clamp')
    .map((verdict) => {
      const { parameter, granted, determining } = verdict;
      const why = determining.map(nameLimit).join(', ');
      return shorten(
        `flyball ${id}: ${parameter.name} ${formatValue(parameter.requested, parameter)} -> ${formatValue(granted, parameter)}: ${why}`,
        longestWarning,
      );
    });
}

function advisoryWarnings(id: string, decision: Decision): string[] {
  return decision.verdicts.flatMap((verdict) =>
    verdict.advisory
      .filter((limit) => limit.mode === 'Warn')
      .map((limit) => shorten(`flyball ${id}: ${explainAdvisory(verdict, limit)}`, longestWarning)),
  );
}

/** Keys become `<webhook>/<key>` in the API server's audit log: at most 63 characters, no slash. */
function annotate(id: string, decision: Decision): Record<string, string> {
  const plain = decision.verdicts.filter(
    (verdict) => verdict.outcome !== 'admit' || verdict.advisory.length > 0,
  );
  const at = opensAt(decision);
  return {
    decision: id,
    outcome: decision.outcome,
    ...(plain.length === 0 ? {} : { why: shorten(plain.map(sentenceOf).join('; '), longestMessage) }),
    ...(at === undefined ? {} : { 'opens-at': new Date(at).toISOString() }),
  };
}

function sentenceOf(verdict: Verdict): string {
  return [explainVerdict(verdict), ...verdict.advisory.map((limit) => explainAdvisory(verdict, limit))].join(
    '; ',
  );
}

function shorten(text: string, length: number): string {
  const plain = toAscii(text);
  return plain.length <= length ? plain : `${plain.slice(0, length - 3)}...`;
}
