/** Names as policies write them: exact, or with a trailing `*`. No other globs, no expressions. */

import type { Finding, Path } from './problem.ts';

export function matchesPattern(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

export function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, name));
}

/** A `*` may stand only at the end. */
export function checkPatterns(patterns: readonly string[], path: Path): Finding[] {
  return patterns.flatMap((pattern): Finding[] =>
    pattern.slice(0, -1).includes('*')
      ? [{ code: 'WrongValue', path, why: `\`${pattern}\` has a \`*\` that is not at its end` }]
      : [],
  );
}

/** True where some name matches both. */
export function patternsMeet(a: string, b: string): boolean {
  if (!a.endsWith('*')) return matchesPattern(b, a);
  const stem = a.slice(0, -1);
  return b.endsWith('*') ? stem.startsWith(b.slice(0, -1)) || b.startsWith(stem) : matchesPattern(a, b);
}
