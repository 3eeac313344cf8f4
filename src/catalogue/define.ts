import type { Capacity, Integration, ParameterType } from '../core/parameter.ts';
import type { Relation } from '../core/relation.ts';
import type { Definition } from './kind.ts';

/** Its type, how it attaches to the control loop, and what a higher value means for capacity. */
export type Nature = readonly [type: ParameterType, integration: Integration, capacity?: Capacity];

export function define(name: string, nature: Nature, description: string): Definition {
  const [type, integration, capacity = 'none'] = nature;
  return Object.freeze({ name, type, integration, capacity, description });
}

/** Existence of the object itself; its values are `present` and `absent`. */
export function defineExists(prefix: string, what: string): Definition {
  return define(`${prefix}.exists`, ['choice', 'substitutive'], `whether the ${what} is present or absent`);
}

/** `left + gap <= right`, by bare names: what the API server itself requires. */
export function atMost(left: string, right: string, gap = 0n): Relation {
  const text = gap === 0n ? `${left} <= ${right}` : `${left} < ${right}`;
  const term = (parameter: string): Relation['left'] => ({ parameter, factor: 1n, offset: 0n });
  return Object.freeze({ left: term(left), right: term(right), gap, text });
}
