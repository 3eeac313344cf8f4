import { bindRelation } from '../core/bind.ts';
import type { Parameter } from '../core/parameter.ts';
import type { BoundRelation } from '../core/relation.ts';
import type { Kind } from './kind.ts';

/** What the API server requires between the knobs of this object: limits only while a clamp is made. */
export function couplingsOf(
  kind: Kind | undefined,
  parameters: readonly Parameter[],
): readonly BoundRelation[] {
  if (kind === undefined) return [];
  const id = `kubernetes-api#${kind.kind}/relation`;
  const source = {
    policy: 'kubernetes-api',
    mode: 'Enforce',
    response: 'clamp',
    isCoupling: true,
    id,
  } as const;
  return kind.couplings.flatMap((relation) =>
    bindRelation(relation, parameters).map((bound) => ({ ...bound, ...source })),
  );
}
