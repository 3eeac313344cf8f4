/** What is valid and yet not meant: each check is a function of the compiled policies; each finding has a place. */
import { locateFinding } from './document.ts';
import { lintActors } from './lint/actors.ts';
import { lintContradictions } from './lint/contradictions.ts';
import { lintExceptions } from './lint/exceptions.ts';
import type { LintFinding } from './lint/finding.ts';
import { lintGuards } from './lint/guards.ts';
import { lintMatches } from './lint/matches.ts';
import type { Loaded } from './load.ts';
import { compareProblems, type Problem } from './problem.ts';

type Check = (loaded: Pick<Loaded, 'policies' | 'exceptions'>, now: number) => readonly LintFinding[];

export const checks: readonly Check[] = Object.freeze([
  lintMatches,
  lintActors,
  lintGuards,
  lintContradictions,
  lintExceptions,
]);

/** Warnings of what could be compiled; `now` in milliseconds since the epoch: exceptions expire. */
export function lintPolicies(
  loaded: Pick<Loaded, 'policies' | 'exceptions'>,
  now: number,
): readonly Problem[] {
  return checks
    .flatMap((check) => check(loaded, now))
    .map(({ source, ...finding }) => locateFinding(source.document, finding, source.name))
    .sort(compareProblems);
}
