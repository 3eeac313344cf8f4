/** The condition `Ready` of a document: whether what is in force is what is stored. */
import { isObject, type JsonObject, listAt, numberAt, textAt } from './json.ts';

/** As Kubernetes' own `metav1.Condition`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339. */
  readonly lastTransitionTime: string;
}

/** What became of a document. */
export interface Outcome {
  readonly generation: number;
  readonly ok: boolean;
  /** One line each. Those of a document that is in force are warnings. */
  readonly problems: readonly string[];
  /** How many of its guards are in force, where that is known. */
  readonly guards?: number;
}

/** The CRD allows 32,768 characters; nobody reads that many. */
const longestMessage = 4_096;

/** `now` in milliseconds since the epoch. The transition time moves only when the status does. */
export function readyCondition(outcome: Outcome, previous: Condition | undefined, now: number): Condition {
  const status = outcome.ok ? 'True' : 'False';
  const isSame = previous?.status === status && previous.lastTransitionTime !== '';
  return {
    type: 'Ready',
    status,
    reason: reasonOf(outcome),
    message: messageOf(outcome),
    observedGeneration: outcome.generation,
    lastTransitionTime: isSame ? previous.lastTransitionTime : `${new Date(now).toISOString().slice(0, 19)}Z`,
  };
}

function reasonOf({ ok, problems }: Outcome): string {
  if (!ok) return 'Invalid';
  return problems.length === 0 ? 'InForce' : 'InForceWithWarnings';
}

function messageOf({ ok, problems }: Outcome): string {
  // Half of a surrogate pair would not come back from the API server as it was sent.
  const text = problems.join('; ').toWellFormed();
  if (text === '') return ok ? 'this generation is in force' : 'this generation is not in force';
  return text.length <= longestMessage ? text : `${text.slice(0, longestMessage - 4).toWellFormed()} ...`;
}

export function isSameCondition(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  );
}

/** Of a stored status; undefined where it has none. */
export function readyOf(status: JsonObject): Condition | undefined {
  const found = conditionsOf(status).find((condition) => textAt(condition, 'type') === 'Ready');
  if (found === undefined) return undefined;
  return {
    type: 'Ready',
    status: textAt(found, 'status'),
    reason: textAt(found, 'reason'),
    message: textAt(found, 'message'),
    observedGeneration: numberAt(found, 'observedGeneration') ?? 0,
    lastTransitionTime: textAt(found, 'lastTransitionTime'),
  };
}

/**
 * A merge patch of the status alone. By the version it is refused where the object was changed or replaced meanwhile; a
 * uid would be ignored: the API server does not look at it in a write of the status of a custom resource.
 */
export function statusPatch(ready: Condition, stored: StoredStatus, guards: number | undefined) {
  return {
    metadata: { resourceVersion: stored.version },
    status: {
      observedGeneration: ready.observedGeneration,
      ...(guards === undefined ? {} : { guards }),
      conditions: [...othersOf(stored.status), ready],
    },
  };
}

/** What is stored of a document, as far as we have seen. */
export interface StoredStatus {
  readonly uid: string;
  readonly version: string;
  readonly status: JsonObject;
}

/** Conditions of other types: a merge patch replaces the whole list, and they are not ours to drop. */
function othersOf(status: JsonObject): readonly JsonObject[] {
  return conditionsOf(status).filter((condition) => textAt(condition, 'type') !== 'Ready');
}

function conditionsOf(status: JsonObject): readonly JsonObject[] {
  return listAt(status, 'conditions').filter(isObject);
}
