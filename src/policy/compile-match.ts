/** What a policy applies to, as tests from the cheapest to the dearest. */
import type { Actor } from '../core/change.ts';
import { matchesAny, matchesPattern } from './pattern.ts';
import type { ActorPattern, Match } from './schema.ts';
import { compileSelector, type Labels, type LabelTest } from './selector.ts';
import type { Query } from './set.ts';

/** A text says which facts are missing: then it is not known whether the policy applies. */
export type Matched = 'yes' | 'no' | { readonly unknown: string };

export interface Matcher {
  match(query: Query): Matched;
}

/** The kind and the policy's own namespace are the index's business. */
export function compileMatch(match: Match): Matcher {
  const doors = compileDoors(match);
  const names = match.names ?? [];
  const namespaces = match.namespaces ?? [];
  const operations = new Set<string>(match.operations ?? ['CREATE', 'UPDATE', 'DELETE']);
  const labels = match.labels === undefined ? undefined : compileSelector(match.labels);
  const ofNamespace =
    match.namespaceSelector === undefined ? undefined : compileSelector(match.namespaceSelector);
  return {
    match: (query) => {
      const isMeant =
        operations.has(query.operation) &&
        doors(query) &&
        (names.length === 0 || matchesAny(names, query.name)) &&
        (namespaces.length === 0 || matchesAny(namespaces, query.namespace)) &&
        matchesActors(match.actors, query.actor);
      if (!isMeant) return 'no';
      const byNamespace = matchNamespace(ofNamespace, query);
      return byNamespace === 'yes' ? matchLabels(labels, query) : byNamespace;
    },
  };
}

function compileDoors({ resources }: Match): (query: Query) => boolean {
  const doors = new Map<string, ReadonlySet<string> | 'all'>();
  for (const { group, kind, subresources } of resources) {
    const key = `${group}/${kind}`;
    const known = doors.get(key) ?? new Set<string>();
    const isAll = subresources === undefined || known === 'all';
    doors.set(key, isAll ? 'all' : new Set([...known, ...subresources]));
  }
  return ({ group, kind, subresource }) => {
    const door = doors.get(`${group}/${kind}`);
    return door === 'all' || door?.has(subresource) === true;
  };
}

/** A cluster-scoped object has no namespace that could be excluded, as in Kubernetes' own selectors. */
function matchNamespace(test: LabelTest | undefined, query: Query): Matched {
  if (test === undefined || query.namespace === '') return 'yes';
  const labels = query.readNamespaceLabels();
  if (labels === undefined)
    return { unknown: `the labels of namespace \`${query.namespace}\` are not known` };
  return test(labels) ? 'yes' : 'no';
}

/** Stored and proposed labels both count: nobody escapes a policy by relabelling in the same request. */
function matchLabels(test: LabelTest | undefined, query: Query): Matched {
  if (test === undefined) return 'yes';
  const sides = query.readLabels();
  if (sides === undefined) return { unknown: 'the labels of the object are not known' };
  const all: readonly Labels[] = sides.length === 0 ? [new Map()] : sides;
  return all.some(test) ? 'yes' : 'no';
}

function matchesActors(actors: Match['actors'], actor: Actor): boolean {
  const { include = [], exclude = [] } = actors ?? {};
  const isIncluded = include.length === 0 || include.some((pattern) => matchesActor(pattern, actor));
  return isIncluded && !exclude.some((pattern) => matchesActor(pattern, actor));
}

const serviceAccountPrefix = 'system:serviceaccount:';

function matchesActor(pattern: ActorPattern, { user, groups, fieldManager }: Actor): boolean {
  const isOne = (wanted: string | undefined, given: string | undefined): boolean =>
    wanted === undefined || (given !== undefined && matchesPattern(wanted, given));
  return (
    isOne(pattern.user, user) &&
    isOne(pattern.serviceAccount, serviceAccountOf(user)) &&
    (pattern.group === undefined || groups.some((group) => isOne(pattern.group, group))) &&
    isOne(pattern.fieldManager, fieldManager)
  );
}

/** `namespace/name`; undefined for users that are no service accounts. */
export function serviceAccountOf(user: string): string | undefined {
  return user.startsWith(serviceAccountPrefix)
    ? user.slice(serviceAccountPrefix.length).replace(':', '/')
    : undefined;
}

/** The user name of a service account. */
export function userOf(serviceAccount: string): string {
  return `${serviceAccountPrefix}${serviceAccount.replace('/', ':')}`;
}
