/** What no document may hold, whatever its kind: keys that reach a prototype, depth, numbers that are not exact. */
import type { Finding, Path } from './problem.ts';

export const greatestDepth = 64;
/** A deep path says little: its beginning is enough to find the place. */
const shownDepth = 8;

/** At most one finding about depth: aliases can make a value that leads back to itself. */
export function inspect(root: unknown): Finding[] {
  const findings: Finding[] = [];
  return visit(root, [], findings) ? findings : findings.filter(({ code }) => code === 'TooDeep');
}

/** False where the value is too deep: then nothing more is looked at. */
function visit(value: unknown, path: Path, into: Finding[]): boolean {
  if (path.length > greatestDepth) {
    const why = `is nested deeper than ${greatestDepth} levels`;
    into.push({ code: 'TooDeep', path: path.slice(0, shownDepth), why });
    return false;
  }
  if (typeof value === 'number') into.push(...inspectNumber(value, path));
  if (typeof value !== 'object' || value === null) return true;
  return childrenOf(value).every(([key, item]) => {
    if (key !== '__proto__') return visit(item, [...path, key], into);
    into.push({ code: 'ForbiddenKey', path: [...path, key], why: 'is not a key that a document may have' });
    return true;
  });
}

function childrenOf(value: object): readonly (readonly [string | number, unknown])[] {
  return Array.isArray(value) ? [...value.entries()] : Object.entries(value);
}

function inspectNumber(value: number, path: Path): Finding[] {
  const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (isExact) return [];
  return [{ code: 'UnsafeNumber', path, why: `${value} cannot be kept exactly`, fix: 'write it in quotes' }];
}
