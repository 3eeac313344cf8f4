/** What `persistence` promises, of the proposals that were made at /mutate. */
import type { Proposal } from './api-server.ts';
import type { Limits } from './limits.ts';
import type { Step } from './oracle.ts';

/**
 * A governed step that was not asked for often enough, at least so far and on the same side. What /validate sees counts as the
 * last time: it is the same request, later.
 */
export function breaksPersistence(
  steps: readonly Step[],
  proposals: readonly Proposal[],
  { persistence }: Limits,
): string[] {
  if (persistence === undefined) return [];
  const { requests, spacingSeconds } = persistence;
  return steps.flatMap((step) => {
    const { from, to, at, isGoverned } = step;
    const asFar = proposals.filter((one) => one.at <= at && (to > from ? one.value >= to : one.value <= to));
    return !isGoverned || countDistinct([...asFar, { at }], spacingSeconds) >= requests
      ? []
      : [`${from} -> ${to} at ${at}: persistence`];
  });
}

function countDistinct(proposals: readonly Pick<Proposal, 'at'>[], spacingSeconds: number): number {
  let [count, last] = [0, Number.NEGATIVE_INFINITY];
  for (const { at } of proposals) {
    if (at - last < spacingSeconds * 1_000) continue;
    [count, last] = [count + 1, at];
  }
  return count;
}
