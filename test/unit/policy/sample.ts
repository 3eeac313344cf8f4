import { type Decision, decide } from '../../../src/core/decide.ts';
import type { Facts } from '../../../src/core/facts.ts';
import { noHistory } from '../../../src/core/history.ts';
import type { Parameter } from '../../../src/core/parameter.ts';
import { readDocuments } from '../../../src/policy/document.ts';
import { lintPolicies } from '../../../src/policy/lint.ts';
import { type Loaded, loadDocuments } from '../../../src/policy/load.ts';
import { formatProblem } from '../../../src/policy/problem.ts';
import type { PolicySet, Query, Selection } from '../../../src/policy/set.ts';

export const noon = Date.parse('2026-01-07T12:00:00Z');

export function loadText(text: string): Loaded {
  const { documents, problems } = readDocuments({ file: 'policy.yaml', text });
  return loadDocuments(documents, {}, problems);
}

/** `CODE line:column what: why (fix: …)` of each problem. */
export function problemsOf(text: string): string[] {
  return loadText(text).problems.map((problem) => `${problem.code} ${formatProblem(problem).slice(12)}`);
}

export function lintOf(text: string): string[] {
  const loaded = loadText(text);
  if (loaded.problems.length > 0) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return lintPolicies(loaded, noon).map((problem) => `${problem.code} ${formatProblem(problem).slice(12)}`);
}

export function setOf(...texts: readonly string[]): PolicySet {
  const { set, problems } = loadText(texts.join('\n---\n'));
  if (set === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return set;
}

export interface PolicyText {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  /** YAML flow text of `match`, without `resources`. */
  readonly match?: string;
  readonly resources?: string;
  /** Further lines of `spec`, indented by two. */
  readonly spec?: string;
  /** YAML flow text of each guard. */
  readonly guards?: readonly string[];
}

/** A policy in eight lines: metadata on line 3, match on 5, the first guard on 7. */
export function policy(of: PolicyText = {}): string {
  const {
    name = 'p',
    namespace,
    match = '',
    spec,
    guards = ['{parameter: hpa.maxReplicas, range: {max: 9}}'],
  } = of;
  const resources = of.resources ?? '[{group: autoscaling, kind: HorizontalPodAutoscaler}]';
  const kind = of.kind ?? (namespace === undefined ? 'ClusterGuardrailPolicy' : 'GuardrailPolicy');
  return [
    'apiVersion: flyball.dev/v1alpha1',
    `kind: ${kind}`,
    `metadata: {name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`}}`,
    'spec:',
    `  match: {resources: ${resources}${match === '' ? '' : `, ${match}`}}`,
    '  guards:',
    ...guards.map((guard) => `    - ${guard}`),
    ...(spec === undefined ? [] : [`  ${spec}`]),
  ].join('\n');
}

export interface ExceptionText {
  readonly name?: string;
  readonly namespace?: string;
  /** `policies: [p]`, the default. */
  readonly scope?: string;
  readonly guards?: string;
  readonly expires?: string;
}

export function exception(of: ExceptionText = {}): string {
  const { name = 'e', namespace = 'shop', scope = 'policies: [p]', expires = '2026-02-01T00:00:00Z' } = of;
  const guards = of.guards ?? '[{parameter: hpa.maxReplicas, range: {max: 20}}]';
  return [
    'apiVersion: flyball.dev/v1alpha1',
    'kind: GuardrailException',
    `metadata: {name: ${name}, namespace: ${namespace}}`,
    `spec: {${scope}, guards: ${guards}, owner: o, reason: r, ticket: t, expires: "${expires}"}`,
  ].join('\n');
}

export function queryOf(of: Partial<Query> = {}): Query {
  return {
    group: 'autoscaling',
    kind: 'HorizontalPodAutoscaler',
    subresource: '',
    namespace: 'shop',
    name: 'web',
    operation: 'UPDATE',
    actor: { user: 'alice', groups: [] },
    now: noon,
    readLabels: () => [new Map()],
    readNamespaceLabels: () => new Map(),
    ...of,
  };
}

export function selectedPolicies(set: PolicySet, of: Partial<Query> = {}): string[] {
  return [...new Set(set.select(queryOf(of)).guards.map(({ policy: id }) => id))];
}

/** An integer parameter, or what `of` makes of it. */
export function parameterOf(of: Partial<Parameter> = {}): Parameter {
  return {
    name: 'hpa.maxReplicas',
    type: 'integer',
    path: '/spec/maxReplicas',
    notation: 'number',
    quantum: 1n,
    capacity: 'more',
    integration: 'restrictive',
    ...of,
  };
}

export function factsOf(parameters: readonly Parameter[] = [], of: Partial<Facts> = {}): Facts {
  const target = {
    group: 'autoscaling',
    kind: 'HorizontalPodAutoscaler',
    namespace: 'shop',
    name: 'web',
    subresource: '',
  };
  return {
    now: noon,
    change: {
      target,
      actor: { user: 'alice', groups: ['devs'] },
      operation: 'UPDATE',
      dryRun: false,
      parameters,
    },
    object: {},
    oldObject: {},
    labels: new Map(),
    readHistory: () => noHistory,
    ...of,
  };
}

/** Selects by the facts' own target, and decides. */
export function decideBy(
  set: PolicySet,
  facts: Facts,
  of: Partial<Query> = {},
): Decision & Pick<Selection, 'guards'> {
  const { target, actor, operation } = facts.change;
  const query = queryOf({
    ...target,
    actor,
    operation,
    now: facts.now,
    readLabels: () => [facts.labels],
    ...of,
  });
  const { guards } = set.select(query);
  return { ...decide(guards, [], facts), guards };
}

/** `granted` of one parameter that is asked for: the whole way from text to verdict. */
export function grant(set: PolicySet, of: Partial<Parameter>, facts: Partial<Facts> = {}): string {
  const decision = decideBy(set, factsOf([parameterOf(of)], facts));
  const [verdict] = decision.verdicts;
  const errors = decision.errors.map(({ message }) => message);
  return errors.length > 0 ? errors.join('; ') : `${decision.outcome} ${verdict?.granted}`;
}

/** `CODE what: why (fix: …)`, where the place is another test's business. */
export function faultsOf(text: string): string[] {
  return problemsOf(text).map((line) => line.replace(/ \d+:\d+:/, ''));
}

/** The faults of one guard. */
export function guardFaults(guard: string, spec?: string): string[] {
  return faultsOf(policy({ guards: [guard], ...(spec === undefined ? {} : { spec }) }));
}
