/** Narrowing of what the API server sends: plain JSON, whose shape is checked and never assumed. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own property as an object; empty where it is absent or something else. */
export function objectAt(value: unknown, key: string): JsonObject {
  const found = propertyOf(value, key);
  return isObject(found) ? found : {};
}

/** The own property as a string; empty where it is absent or something else. */
export function textAt(value: unknown, key: string): string {
  const found = propertyOf(value, key);
  return typeof found === 'string' ? found : '';
}

/** The own property as a number; undefined where it is absent or something else. */
export function numberAt(value: unknown, key: string): number | undefined {
  const found = propertyOf(value, key);
  return typeof found === 'number' ? found : undefined;
}

/** The own property as a list; empty where it is absent or something else. */
export function listAt(value: unknown, key: string): readonly unknown[] {
  const found = propertyOf(value, key);
  return Array.isArray(found) ? found : [];
}

function propertyOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
