import { isNew } from '../facts.ts';
import type { Rule } from '../guard.ts';
import { choices, only } from '../region.ts';

/** `unchanged`, or the values that are allowed. */
export type ChoiceSpec = 'unchanged' | readonly string[];

/** Allowed values of a field that is not a number. `unchanged` has no opinion on a new object. */
export function choice(spec: ChoiceSpec): Rule {
  return (parameter, facts) => {
    if (spec === 'unchanged') {
      if (isNew(parameter, facts)) return undefined;
      const admits = only(parameter.type, parameter.current);
      return { rule: 'choice', tier: 'hard', reason: 'NotAllowed', admits, detail: 'may not be changed' };
    }
    return {
      rule: 'choice',
      tier: 'hard',
      reason: 'NotAllowed',
      admits: choices(spec),
      detail: `one of ${spec.join(', ')}`,
    };
  };
}
