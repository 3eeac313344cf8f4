/** What a set of policies guarantees in the worst case, for each parameter that it bounds: derived, not sampled. */
import type { Definition } from '../catalogue/kind.ts';
import { type Claims, proveClaims } from '../core/prove.ts';
import type { RuleParts } from './compile-rules.ts';
import type { Loaded } from './load.ts';
import { boundsOf } from './prove/bounds.ts';
import { provisosOf } from './prove/provisos.ts';
import { hasOneActor } from './prove/scope.ts';
import { type Bounding, boundingsOf, isWithin } from './prove/subject.ts';

/** What holds for one parameter of one kind. */
export interface Proof {
  readonly group: string;
  readonly kind: string;
  readonly parameter: string;
  readonly definition: Definition;
  /** The claims hold for requests that meet all of them. */
  readonly conditions: readonly string[];
  /** Those in mode Enforce that the claims come from, by id. */
  readonly policies: readonly string[];
  readonly claims: Claims;
  /** The values of a choice; `any` where they are not listed. */
  readonly allowed: readonly string[] | 'any';
  /** What the claims leave open. */
  readonly provisos: readonly string[];
}

/**
 * Sorted by kind, parameter and conditions. Policies whose conditions are all met by those of another one bound its
 * requests as well. `now` in milliseconds: exceptions that have expired are left out.
 */
export function provePolicies(
  { policies, exceptions }: Pick<Loaded, 'policies' | 'exceptions'>,
  now: number,
): readonly Proof[] {
  const all = boundingsOf(policies);
  const live = exceptions.filter(({ expires }) => now < expires);
  const proofs = new Map<string, Proof>();
  for (const one of all) {
    const key = keyOf(one);
    if (!proofs.has(key))
      proofs.set(
        key,
        prove(
          one,
          all.filter((other) => isWithin(one, other)),
          live,
        ),
      );
  }
  return [...proofs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, proof]) => proof);
}

function keyOf({ group, kind, name, conditions }: Bounding): string {
  return JSON.stringify([kind, group, name, [...conditions].sort()]);
}

function prove(one: Bounding, boundings: readonly Bounding[], exceptions: Loaded['exceptions']): Proof {
  const { group, kind, name, definition, conditions } = one;
  const enforced = boundings.filter(({ policy }) => policy.mode === 'Enforce');
  const parts = enforced.map(({ entry }) => entry.parts);
  const actors = { hasOneActor: enforced.some(({ policy }) => hasOneActor(policy)) };
  return {
    group,
    kind,
    parameter: name,
    definition,
    conditions,
    policies: [...new Set(enforced.map(({ policy }) => policy.id))].sort(),
    claims: proveClaims(boundsOf(parts, { name, definition, ...actors })),
    allowed: allowedBy(parts),
    provisos: provisosOf(boundings, exceptions, actors),
  };
}

function allowedBy(parts: readonly RuleParts[]): readonly string[] | 'any' {
  const lists = parts.flatMap(({ choice }) =>
    choice === undefined || choice === 'unchanged' ? [] : [choice],
  );
  const [first, ...rest] = lists;
  if (first === undefined) return 'any';
  return [...new Set(first)].filter((value) => rest.every((list) => list.includes(value))).sort();
}
