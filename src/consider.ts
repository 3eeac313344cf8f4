/** From a request to a decision: select what governs it, read it as a change, decide. Says nothing, records nothing. */
import { findKind } from './catalogue/catalogue.ts';
import { couplingsOf } from './catalogue/couplings.ts';
import type { Kind } from './catalogue/kind.ts';
import { isRecord } from './catalogue/node.ts';
import { readChange } from './catalogue/read-change.ts';
import type { Actor, Change, Operation, Target } from './core/change.ts';
import { type Decision, decide } from './core/decide.ts';
import type { GuardError } from './core/evaluate.ts';
import type { Facts } from './core/facts.ts';
import type { History } from './core/history.ts';
import { isChanged, type Parameter } from './core/parameter.ts';
import type { PolicySet, Selection } from './policy/set.ts';
import type { ReviewRequest } from './webhook/review.ts';

type Labels = ReadonlyMap<string, string>;

/** What a decision needs to know, all in memory. */
export interface FactPorts {
  /** Undefined until the first set is loaded. */
  readonly readPolicies: () => PolicySet | undefined;
  /** Of a scaled workload; undefined where it cannot be known now. */
  readonly readLabels: (kind: string, namespace: string, name: string) => Labels | undefined;
  readonly readNamespaceLabels: (namespace: string) => Labels | undefined;
  /** Of a parameter of an object, over its lives; undefined where it is not known now. */
  readonly readHistory: (target: Target, parameter: string) => History | undefined;
  /** What objects hold of a sum; undefined where it is not known now. */
  readonly readMembers?: NonNullable<Facts['readMembers']>;
  /** Milliseconds since the epoch; it never runs backwards. */
  readonly readNow: () => number;
  /** Told what is stored before history is read: it may say what became of earlier changes. */
  readonly observe?: (target: Target, resourceVersion: string, parameters: readonly Parameter[]) => void;
}

export interface Considered {
  readonly decision: Decision;
  readonly now: number;
  /** The hash of the policies that decided. */
  readonly policySet: string;
}

export function consider(
  request: ReviewRequest,
  ports: FactPorts,
): Considered | 'not loaded' | 'not governed' {
  const policies = ports.readPolicies();
  if (policies === undefined) return 'not loaded';
  if (request.operation === 'CONNECT') return 'not governed';
  const subject = readSubject(request, request.operation, ports);
  const { target, actor, operation, labels } = subject;
  const readLabels = (): readonly Labels[] | undefined => labels;
  const readNamespaceLabels = (): Labels | undefined => ports.readNamespaceLabels(target.namespace);
  const selection = policies.select({
    ...target,
    actor,
    operation,
    now: subject.now,
    readLabels,
    readNamespaceLabels,
  });
  if (selection.guards.length + selection.errors.length === 0) return 'not governed';
  const readHistory = (parameter: string): History | undefined => ports.readHistory(target, parameter);
  const observe = ports.observe ?? (() => undefined);
  const { readMembers } = ports;
  const decision = decideOn(
    request,
    { ...subject, readHistory, observe, ...(readMembers === undefined ? {} : { readMembers }) },
    selection,
  );
  return decision === undefined ? 'not governed' : { decision, now: subject.now, policySet: policies.hash };
}

interface Subject {
  readonly target: Target;
  readonly kind: Kind | undefined;
  readonly actor: Actor;
  readonly operation: Operation;
  readonly labels: readonly Labels[] | undefined;
  readonly now: number;
}

function readSubject(request: ReviewRequest, operation: Operation, ports: FactPorts): Subject {
  const { user, groups, fieldManager, namespace, name, subresource } = request;
  const kind = findKind({ group: request.resource.group, resource: request.resource.resource, subresource });
  const owner = kind ?? request;
  return {
    kind,
    operation,
    target: { group: owner.group, kind: owner.kind, namespace, name, subresource },
    actor: { user, groups, ...(fieldManager === undefined ? {} : { fieldManager }) },
    labels: labelsOf(request, owner.kind, ports),
    now: ports.readNow(),
  };
}

/** Both the stored and the proposed labels: who relabels an object stays governed by what governed it. */
function labelsOf(request: ReviewRequest, kind: string, ports: FactPorts): readonly Labels[] | undefined {
  if (request.subresource === 'scale' || request.subresource === 'binding') {
    const labels = ports.readLabels(kind, request.namespace, request.name);
    return labels === undefined ? undefined : [labels];
  }
  return [request.object, request.oldObject].flatMap((object) =>
    isRecord(object) ? [readObjectLabels(object)] : [],
  );
}

function readObjectLabels(object: Readonly<Record<string, unknown>>): Labels {
  const { metadata } = object;
  const labels = isRecord(metadata) && Object.hasOwn(metadata, 'labels') ? metadata['labels'] : undefined;
  if (!isRecord(labels)) return new Map();
  return new Map(
    Object.entries(labels).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as const] : [],
    ),
  );
}

type Considering = Subject &
  Pick<Facts, 'readHistory' | 'readMembers'> &
  Required<Pick<FactPorts, 'observe'>>;

function decideOn(request: ReviewRequest, subject: Considering, selection: Selection): Decision | undefined {
  const { target, actor, operation, kind, now, readHistory, readMembers, observe } = subject;
  const { object, oldObject, dryRun } = request;
  const custom = selection.parameters;
  const reading = readChange({
    target,
    actor,
    operation,
    dryRun,
    object,
    oldObject,
    custom,
    ...(kind === undefined ? {} : { kind }),
  });
  if (!reading.ok) return refuseUnread(reading.error, subject, { request, selection });
  observe(target, readResourceVersion(oldObject), reading.change.parameters);
  if (!reading.change.parameters.some(isChanged)) return unchanged(reading.change);
  const labels = subject.labels?.[0] ?? new Map<string, string>();
  const proposed = operation === 'DELETE' ? oldObject : object;
  const facts: Facts = {
    now,
    change: reading.change,
    object: proposed,
    oldObject,
    labels,
    readHistory,
    ...(readMembers === undefined ? {} : { readMembers }),
  };
  const decision = decide(selection.guards, couplingsOf(kind, reading.change.parameters), facts);
  return withErrors(decision, selection.errors);
}

/** Nothing bounded moves; it still has values, by which the other half of its request is found. */
function unchanged(change: Change): Decision {
  return { change, outcome: 'admit', verdicts: [], errors: [], facts: new Map() };
}

/** A governed object whose fields cannot be read: each of its guards has failed. */
function refuseUnread(
  error: string,
  subject: Subject,
  of: { request: ReviewRequest; selection: Selection },
): Decision {
  const { target, actor, operation } = subject;
  const change: Change = { target, actor, operation, dryRun: of.request.dryRun, parameters: [] };
  const failed = of.selection.guards.map(({ policy, position, failurePolicy, mode }): GuardError => {
    return {
      policy,
      position,
      parameter: '',
      failurePolicy: mode === 'Enforce' ? failurePolicy : 'Ignore',
      message: error,
    };
  });
  return withErrors(unchanged(change), [...of.selection.errors, ...failed]);
}

function withErrors(decision: Decision, errors: readonly GuardError[]): Decision {
  if (errors.length === 0) return decision;
  const isDenied = errors.some((error) => error.failurePolicy === 'Fail');
  return {
    ...decision,
    errors: [...decision.errors, ...errors],
    outcome: isDenied ? 'deny' : decision.outcome,
  };
}

/** Of the stored object; empty on CREATE. */
export function readResourceVersion(object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const version = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof version === 'string' ? version : '';
}
