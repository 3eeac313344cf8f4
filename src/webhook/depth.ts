/**
 * The nesting depth of parsed JSON: what recurses over a body must not overflow the stack. `JSON.parse` itself does
 * not recurse, and 8 MiB of brackets cost it no more than 8 MiB of siblings; walking its result costs a seventh of
 * reading the text a second time, and knows what is inside a string.
 */

/** True where the value nests deeper than `limit`; stops at the first place that does. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  return Array.isArray(value) ? hasDeeperItem(value, limit) : hasDeeperMember(value, limit);
}

function hasDeeperItem(list: readonly unknown[], limit: number): boolean {
  for (const item of list) {
    if (typeof item === 'object' && isDeeperThan(item, limit - 1)) return true;
  }
  return false;
}

/** Not `Object.values`: this runs on every request, and parsed JSON inherits nothing that `in` would find. */
function hasDeeperMember(record: object, limit: number): boolean {
  for (const key in record) {
    const item: unknown = record[key as keyof typeof record];
    if (typeof item === 'object' && isDeeperThan(item, limit - 1)) return true;
  }
  return false;
}
