/**
 * The nesting depth of parsed JSON: what recurses over a body must not overflow the stack. `JSON.parse` itself does
 * not recurse, and 8 MiB of brackets cost it no more than 8 MiB of siblings; walking its result costs a seventh of
 * reading the text a second time, and knows what is inside a string.
 */

/** True where the value nests deeper than `limit`; stops at the first place that does. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (!isContainer(value)) return false;
  if (limit === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isContainer(item) && isDeeperThan(item, limit - 1));
  // Not `Object.values`: this runs on every request, and JSON has own properties only.
  for (const key in value) {
    const item = value[key];
    if (isContainer(item) && isDeeperThan(item, limit - 1)) return true;
  }
  return false;
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
