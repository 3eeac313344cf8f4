/** Bounded lists of movements and proposals: what must go counts for more than it did, never for less. */
import { chargesOf, directionOf, type Movement, type Proposal } from '../core/history.ts';
import { keptMilliseconds, type ParameterState } from './state.ts';

/** 512 in 7 days is one every 20 minutes; a parameter that moves more often is held by what it did, not by when. */
export const mostMovements = 512;

/** An optimizer that asks every 10 s for something new is remembered for 20 to 40 minutes. */
export const mostProposals = 128;

/** Adds a movement; one that claims to be older than the one before it happened when that one did. */
export function addMovement(parameter: ParameterState, movement: Movement): void {
  const { movements } = parameter;
  const previous = movements.at(-1);
  const at = Math.max(movement.at, previous?.at ?? 0);
  // One actor moves a parameter most of the time: its name is kept once.
  const actor = previous?.actor === movement.actor ? previous.actor : movement.actor;
  movements.push({ at, from: movement.from, to: movement.to, actor });
  parameter.last = { at, value: movement.to };
  while (movements.length > mostMovements || (movements[0]?.at ?? at) <= at - keptMilliseconds)
    evictOldest(parameter, at);
}

/**
 * What no window can reach any more counts for nothing, but its direction does: a reversal has no age, only a place in the
 * order. So age evicts as size does.
 */
export function evictOldest(parameter: ParameterState, now: number): void {
  const evicted = parameter.movements.shift();
  if (evicted === undefined) return;
  const { forgotten } = parameter;
  const known = forgotten === undefined || forgotten.until <= now - keptMilliseconds ? noAmounts : forgotten;
  const direction = directionOf(evicted.from, evicted.to);
  const isReversal =
    direction !== undefined && forgotten?.direction !== undefined && direction !== forgotten.direction;
  const lastDirection = direction ?? forgotten?.direction;
  const [charge] = chargesOf({ movements: [evicted], proposals: [] });
  parameter.forgotten = {
    until: evicted.at,
    change: known.change + (charge?.change ?? 0n),
    changes: known.changes + 1,
    reversals: known.reversals + (isReversal ? 1 : 0),
    ...(lastDirection === undefined ? {} : { direction: lastDirection }),
  };
}

const noAmounts = { change: 0n, changes: 0, reversals: 0 } as const;

/** Adds a proposal; where there are too many, one that lies between its neighbours goes, else the oldest. */
export function addProposal({ proposals }: ParameterState, proposal: Proposal): void {
  const previous = proposals.at(-1);
  const at = Math.max(proposal.at, previous?.at ?? 0);
  const actor = previous?.actor === proposal.actor ? previous.actor : proposal.actor;
  proposals.push({ at, requested: proposal.requested, actor });
  while ((proposals[0]?.at ?? at) <= at - keptMilliseconds) proposals.shift();
  if (proposals.length > mostProposals) thin(proposals);
}

/**
 * A value between its neighbours' is neither the least far nor on the other side of any base, unless a neighbour is too:
 * without it a run is as broken or unbroken as before, and shorter by one. Of those, the one closest in time to its
 * neighbours goes, so that a run keeps its beginning and has no long gaps.
 */
function thin(proposals: Proposal[]): void {
  let [found, shortest] = [0, Number.POSITIVE_INFINITY];
  for (let at = 1; at < proposals.length - 1; at += 1) {
    const [before, it, after] = [proposals[at - 1], proposals[at], proposals[at + 1]];
    if (before === undefined || it === undefined || after === undefined) continue;
    if (after.at - before.at >= shortest || !isBetween(before, it, after)) continue;
    [found, shortest] = [at, after.at - before.at];
  }
  proposals.splice(found, 1);
}

function isBetween({ requested: one }: Proposal, { requested: it }: Proposal, after: Proposal): boolean {
  const other = after.requested;
  if (typeof one !== 'bigint' || typeof it !== 'bigint' || typeof other !== 'bigint')
    return one === it && it === other;
  return (one <= it && it <= other) || (other <= it && it <= one);
}
