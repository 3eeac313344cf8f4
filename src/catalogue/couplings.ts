import { isChanged, type Parameter, stripInstances } from '../core/parameter.ts';
import type { BoundRelation, Relation } from '../core/relation.ts';
import type { Kind } from './kind.ts';

/**
 * What the API server requires between the knobs of this object: limits only while a clamp is made. Each instance of
 * the left knob is related to the same instance of the right one, in time linear in the object's size.
 */
export function couplingsOf(
  kind: Kind | undefined,
  parameters: readonly Parameter[],
): readonly BoundRelation[] {
  const couplings = kind === undefined ? [] : couplingsAbout(kind.couplings, parameters);
  if (kind === undefined || couplings.length === 0) return [];
  const names = new Set(parameters.map(({ name }) => name));
  const source = {
    policy: 'kubernetes-api',
    mode: 'Enforce',
    response: 'clamp',
    isCoupling: true,
    id: `kubernetes-api#${kind.kind}/relation`,
  } as const;
  return [...names].flatMap((name) =>
    siblingRelations(couplings, name)
      .filter(({ right }) => names.has(right.parameter ?? ''))
      .map((relation) => ({ ...relation, ...source })),
  );
}

/** What relates only unchanged knobs has no say: the API server has taken them as they are. */
function couplingsAbout(couplings: readonly Relation[], parameters: readonly Parameter[]): Relation[] {
  const changed = new Set(parameters.filter(isChanged).map(({ name }) => stripInstances(name)));
  return couplings.filter(
    ({ left, right }) => changed.has(left.parameter ?? '') || changed.has(right.parameter ?? ''),
  );
}

function siblingRelations(couplings: readonly Relation[], name: string): Relation[] {
  const bare = stripInstances(name);
  const own = couplings.filter(({ left }) => left.parameter === bare);
  return own.map((relation) => ({
    ...relation,
    left: { ...relation.left, parameter: name },
    right: { ...relation.right, parameter: siblingOf(name, relation.right.parameter ?? '') },
  }));
}

/** `containers.limits.cpu` for `containers[web].requests.cpu` is `containers[web].limits.cpu`. */
function siblingOf(name: string, bare: string): string {
  const start = name.indexOf('[');
  if (start < 0) return bare;
  const instance = name.slice(start, name.lastIndexOf(']') + 1);
  return `${bare.slice(0, start)}${instance}${bare.slice(start)}`;
}
