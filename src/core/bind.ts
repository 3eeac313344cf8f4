import { type Parameter, stripInstances } from './parameter.ts';
import type { Relation, Term } from './relation.ts';

/**
 * A policy relates names; an object has instances (`containers[web].requests.cpu`). Each instance of one side is
 * related to the same instance of the other; a side that is a constant, or has no instances, to all.
 */
export function bindRelation(relation: Relation, parameters: readonly Parameter[]): Relation[] {
  const lefts = instancesOf(relation.left, parameters);
  const rights = instancesOf(relation.right, parameters);
  const bound: Relation[] = [];
  for (const left of lefts) {
    for (const right of rights) {
      if (areSiblings(left, right)) bound.push({ ...relation, left, right });
    }
  }
  return bound;
}

function instancesOf(term: Term, parameters: readonly Parameter[]): Term[] {
  if (term.parameter === undefined) return [term];
  const isMeant = ({ name, type }: Parameter): boolean =>
    type !== 'choice' && (name === term.parameter || stripInstances(name) === term.parameter);
  return parameters.filter(isMeant).map(({ name }) => ({ ...term, parameter: name }));
}

function areSiblings(left: Term, right: Term): boolean {
  const a = instanceKey(left.parameter);
  const b = instanceKey(right.parameter);
  return a === '' || b === '' || a === b;
}

function instanceKey(name: string | undefined): string {
  if (name === undefined) return '';
  const start = name.indexOf('[');
  return start < 0 ? '' : name.slice(start, name.lastIndexOf(']') + 1);
}
