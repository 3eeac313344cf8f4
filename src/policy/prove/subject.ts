/** Which guards bound which parameter of which kind. */
import { kindOf } from '../../catalogue/catalogue.ts';
import type { Definition } from '../../catalogue/kind.ts';
import { covers, stripInstances } from '../../core/parameter.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { RuleEntry } from '../compile-guard.ts';
import { conditionsOf, type Resource } from './scope.ts';

/** One guard's rules for one parameter of one kind, under the conditions of its policy. */
export interface Bounding {
  readonly policy: CompiledPolicy;
  readonly entry: RuleEntry;
  readonly group: string;
  readonly kind: string;
  /** With its instance, where the policy names one: `containers[web].requests.cpu`. */
  readonly name: string;
  readonly definition: Definition;
  readonly conditions: readonly string[];
}

export function boundingsOf(policies: readonly CompiledPolicy[]): Bounding[] {
  return policies.flatMap((policy) =>
    policy.source.value.spec.match.resources.flatMap((resource) => boundingsIn(policy, resource)),
  );
}

function boundingsIn(policy: CompiledPolicy, resource: Resource): Bounding[] {
  const { group, kind } = resource;
  const conditions = conditionsOf(policy, resource);
  const own = policy.parameters.map(({ definition }) => definition.name);
  const known = new Set([...(kindOf(group, kind)?.definitions.map(({ name }) => name) ?? []), ...own]);
  return policy.plans.flatMap(({ entries }) =>
    entries.flatMap((entry) =>
      entry.subjects.flatMap(({ pattern, definitions }) =>
        definitions
          .filter(({ name }) => known.has(name))
          .map((definition): Bounding => {
            const name = pattern.includes('[') ? pattern : definition.name;
            return { policy, entry, group, kind, name, definition, conditions };
          }),
      ),
    ),
  );
}

/** Whether all that `narrow` is about is bounded by `wide` as well. */
export function isWithin(narrow: Bounding, wide: Bounding): boolean {
  return (
    narrow.group === wide.group &&
    narrow.kind === wide.kind &&
    (narrow.name === wide.name || covers(wide.name, stripInstances(narrow.name))) &&
    wide.conditions.every((condition) => narrow.conditions.includes(condition))
  );
}
