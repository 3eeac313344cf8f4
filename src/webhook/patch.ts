/** Writes a clamp as an RFC 6902 JSON Patch. */
import { encodeValue } from '../catalogue/encode.ts';
import type { Verdict } from '../core/verdict.ts';

export type PatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/**
 * One `test` and one `replace` for each value that was clamped; `add` where the request leaves the field out
 * (Go omits a zero), `remove` where it is to be left out. The tests make the API server refuse the patch, rather
 * than misapply it, on any other object. One place that two parameters name is written once.
 */
export function writePatch(verdicts: readonly Verdict[], object: unknown): PatchOperation[] {
  const writes = new Map<string, PatchOperation[]>();
  for (const { parameter, granted } of verdicts) {
    if (granted === undefined || granted === parameter.requested) continue;
    const { path } = parameter;
    const operations = writeValue(path, encodeValue(parameter, granted), resolvePointer(object, path));
    writes.set(JSON.stringify(operations), operations);
  }
  return [...writes.values()].flat();
}

function writeValue(path: string, value: unknown, present: unknown): PatchOperation[] {
  if (present === undefined) return value === null ? [] : [{ op: 'add', path, value }];
  const test = { op: 'test', path, value: present } as const;
  return value === null ? [test, { op: 'remove', path }] : [test, { op: 'replace', path, value }];
}

/** The object as the API server will have it: a copy along the written paths. Of an applicable patch only. */
export function applyPatch(patch: readonly PatchOperation[], object: unknown): unknown {
  return patch.reduce(
    (whole, operation) =>
      operation.op === 'test' ? whole : write(whole, tokensOf(operation.path), operation),
    object,
  );
}

function write(place: unknown, [key = '', ...rest]: readonly string[], operation: PatchOperation): unknown {
  const copy: object = Array.isArray(place) ? [...(place as readonly unknown[])] : { ...(place as object) };
  if (rest.length > 0) put(copy, key, write(memberOf(place, key), rest, operation));
  else if (operation.op === 'remove') Reflect.deleteProperty(copy, key);
  else put(copy, key, operation.value);
  return copy;
}

/** Not by assignment: `__proto__` is an ordinary key. */
function put(record: object, key: string, value: unknown): void {
  Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The value at an RFC 6901 pointer, by own properties only; undefined where there is none. */
export function resolvePointer(root: unknown, pointer: string): unknown {
  return tokensOf(pointer).reduce(memberOf, root);
}

function tokensOf(pointer: string): string[] {
  const tokens = pointer.split('/').slice(1);
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

/**
 * Whether the patch can be applied: what is added or removed needs a record around it, since list elements move; and
 * what is written at one place must not undo what is written at, above or below it.
 */
export function isApplicable(patch: readonly PatchOperation[], object: unknown): boolean {
  const writes = patch.filter(({ op }) => op !== 'test');
  const places = new Set(writes.map(({ path }) => path));
  return (
    places.size === writes.length &&
    writes.every(
      ({ op, path }) => !parentsOf(path).some((parent) => places.has(parent)) && hasPlace(op, path, object),
    )
  );
}

function hasPlace(op: PatchOperation['op'], path: string, object: unknown): boolean {
  if (op === 'replace') return true;
  const parent = resolvePointer(object, path.slice(0, path.lastIndexOf('/')));
  return typeof parent === 'object' && parent !== null && !Array.isArray(parent);
}

/** Of `/spec/a/b`: the whole, `/spec`, `/spec/a`. */
function parentsOf(path: string): string[] {
  const tokens = path.split('/').slice(0, -1);
  return tokens.map((_, index) => tokens.slice(0, index + 1).join('/'));
}
