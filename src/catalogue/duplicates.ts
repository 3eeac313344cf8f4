/** How items of one identity are told apart. */
export interface Identity<T> {
  keyOf(item: T): string;
  /** Orders items of one key, so that their place in the list does not matter; asked only where there are several. */
  orderOf?(item: T): string;
}

/** Each item with what its name ends in: nothing for the first of its key, then `#2`, `#3`. */
export function numberDuplicates<T>(
  items: readonly T[],
  { keyOf, orderOf }: Identity<T>,
): (readonly [T, string])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()].flatMap((group) =>
    inOrder(group, orderOf).map((item, index) => [item, index === 0 ? '' : `#${index + 1}`] as const),
  );
}

function inOrder<T>(group: readonly T[], orderOf: Identity<T>['orderOf']): readonly T[] {
  if (group.length === 1 || orderOf === undefined) return group;
  return group
    .map((item) => [orderOf(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);
}
