import type { Rule } from '../guard.ts';
import type { Integration } from '../parameter.ts';
import { only } from '../region.ts';

/** Which parameters the matched actors may touch at all, by how they attach to the control loop. */
export function ownership(allow: readonly Integration[]): Rule {
  return (parameter) => {
    if (allow.includes(parameter.integration)) return undefined;
    return {
      rule: 'ownership',
      tier: 'hard',
      reason: 'NotAllowed',
      admits: only(parameter.type, parameter.current),
      detail: `is ${parameter.integration}; the actor may set only what is ${allow.join(' or ') || 'nothing'}`,
    };
  };
}
