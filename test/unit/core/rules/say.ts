import type { Rule } from '../../../../src/core/guard.ts';
import type { Parameter } from '../../../../src/core/parameter.ts';
import { factsOf, showRegion } from '../sample.ts';

/** What a rule says of an update, in one line: `4..40, hard, AboveMaximum: 4..40`. */
export function sayOf(rule: Rule, parameter: Parameter, facts = factsOf([parameter])): string {
  const outcome = rule(parameter, facts);
  if (outcome === undefined) return 'no opinion';
  if ('error' in outcome) return `error: ${outcome.error}`;
  return `${showRegion(outcome.admits)}, ${outcome.tier}, ${outcome.reason}: ${outcome.detail}`;
}
