import { nearest } from '../catalogue/nearest.ts';

/** `did you mean \`range\`?`: the nearest of the names that exist, where one is near enough to be meant. */
export function suggest(name: string, known: Iterable<string>): string | undefined {
  const found = nearest(name, known);
  return found === undefined ? undefined : `did you mean \`${found}\`?`;
}
