import type { CompiledPolicy } from '../compile.ts';
import { patternsMeet } from '../pattern.ts';
import type { ActorPattern, Match } from '../schema.ts';

/**
 * Whether one request could be governed by both. Where that cannot be told (`when`, label expressions), conditions
 * that may exclude each other count as doing so: lint warns only of what is certain.
 */
export function mayOverlap(a: CompiledPolicy, b: CompiledPolicy): boolean {
  if (a === b) return true;
  const [one, other] = [a.source.value.spec.match, b.source.value.spec.match];
  if (isConditional(one) || isConditional(other)) return false;
  return (
    sharesDoor(one, other) &&
    meet(namespacesOf(a), namespacesOf(b)) &&
    meet(one.names, other.names) &&
    meet(one.operations, other.operations) &&
    sharesLabels(one, other) &&
    sharesActors(one.actors?.include, other.actors?.include)
  );
}

function isConditional({ when, namespaceSelector, labels }: Match): boolean {
  return when !== undefined || namespaceSelector !== undefined || labels?.matchExpressions !== undefined;
}

function namespacesOf({ namespace, source }: CompiledPolicy): readonly string[] | undefined {
  return namespace === undefined ? source.value.spec.match.namespaces : [namespace];
}

function sharesDoor(a: Match, b: Match): boolean {
  return a.resources.some((one) =>
    b.resources.some(
      (other) =>
        one.group === other.group && one.kind === other.kind && meet(one.subresources, other.subresources),
    ),
  );
}

/** Omitted is everything. */
function meet(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === undefined || b === undefined || a.some((one) => b.some((other) => patternsMeet(one, other)));
}

function sharesLabels(a: Match, b: Match): boolean {
  const others = new Map(Object.entries(b.labels?.matchLabels ?? {}));
  return Object.entries(a.labels?.matchLabels ?? {}).every(
    ([key, value]) => (others.get(key) ?? value) === value,
  );
}

/** Two kinds of identity, such as a user and a group, may be one actor's. */
function sharesActors(
  a: readonly ActorPattern[] | undefined,
  b: readonly ActorPattern[] | undefined,
): boolean {
  if (a === undefined || b === undefined) return true;
  const fields = ['user', 'group', 'serviceAccount', 'fieldManager'] as const;
  return a.some((one) =>
    b.some((other) => fields.every((field) => patternsMeet(one[field] ?? '*', other[field] ?? '*'))),
  );
}
