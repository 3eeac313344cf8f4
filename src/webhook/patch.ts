/** Writes a clamp as an RFC 6902 JSON Patch. */
import { encodeValue } from '../catalogue/encode.ts';
import type { Verdict } from '../core/verdict.ts';

export type PatchOperation = {
  readonly op: 'test' | 'add' | 'replace';
  readonly path: string;
  readonly value: unknown;
};

/**
 * One `test` and one `replace` for each value that was clamped; `add` where the request leaves the field out
 * (Go omits a zero). The tests make the API server refuse the patch, rather than misapply it, on any other object.
 */
export function writePatch(verdicts: readonly Verdict[], object: unknown): PatchOperation[] {
  return verdicts.flatMap(({ parameter, granted }): PatchOperation[] => {
    if (granted === undefined || granted === parameter.requested) return [];
    const { path } = parameter;
    const value = encodeValue(parameter, granted);
    const present = resolvePointer(object, path);
    if (present === undefined) return [{ op: 'add', path, value }];
    return [
      { op: 'test', path, value: present },
      { op: 'replace', path, value },
    ];
  });
}

/** The value at an RFC 6901 pointer, by own properties only; undefined where there is none. */
export function resolvePointer(root: unknown, pointer: string): unknown {
  let value: unknown = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** Whether the patch can be applied: every `add` needs a parent, and a removed list element has no place to return to. */
export function isApplicable(patch: readonly PatchOperation[], object: unknown): boolean {
  return patch.every(({ op, path }) => {
    if (op !== 'add') return true;
    const parent = resolvePointer(object, path.slice(0, path.lastIndexOf('/')));
    return typeof parent === 'object' && parent !== null && !Array.isArray(parent);
  });
}
