/**
 * What is known of a parameter's past: exact, oldest first. A movement is charged when it has landed; what was
 * admitted and may yet land is a hold. Pure: the ledger keeps it, rules read it.
 */
import type { Value } from './parameter.ts';

/** One change that has landed. */
export interface Movement {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Undefined: the value was absent. */
  readonly from: Value | undefined;
  readonly to: Value | undefined;
  readonly actor: string;
}

/** A value that was asked for and not granted, or granted; what a client's retries repeat is one proposal. */
export interface Proposal {
  readonly at: number;
  readonly requested: Value | undefined;
  readonly actor: string;
}

/** Of the value: a choice has none. */
export type Direction = 'increase' | 'decrease';

/**
 * Movements that no longer are kept one by one. They count as if all had happened at `until`, so that what is
 * evicted denies rather than is forgotten.
 */
export interface Forgotten {
  readonly until: number;
  /** Sum of |to - from| in smallest units. */
  readonly change: bigint;
  readonly changes: number;
  readonly reversals: number;
  /** Of the last one that had a direction; where it is not kept, what comes next counts as a reversal. */
  readonly direction?: Direction;
}

export interface History {
  readonly movements: readonly Movement[];
  readonly proposals: readonly Proposal[];
  readonly forgotten?: Forgotten;
  /** The last stored value, which outlives the object: a deleted and re-created one goes on from it. */
  readonly last?: { readonly at: number; readonly value: Value | undefined };
}

export const noHistory: History = { movements: [], proposals: [] };

/** What counts in a sliding window, and leaves it all at once. */
export interface Charge {
  readonly at: number;
  /** In smallest units. */
  readonly change: bigint;
  readonly changes: number;
}

/** What the charges in a window add up to. */
export type Spent = Omit<Charge, 'at'>;

/** Reaches back from `now`: a movement at `t` is in it until just before `t + within`. */
export interface Window {
  readonly now: number;
  /** Milliseconds. */
  readonly within: number;
}

/** Each movement's charge, the oldest first; those of one actor, if one is given. What is forgotten may be anyone's. */
export function chargesOf({ movements, forgotten }: History, actor?: string): Charge[] {
  const counted = actor === undefined ? movements : movements.filter((movement) => movement.actor === actor);
  const charges = counted.map(({ at, from, to }): Charge => ({ at, change: sizeOf(from, to), changes: 1 }));
  if (forgotten === undefined) return charges;
  return [{ at: forgotten.until, change: forgotten.change, changes: forgotten.changes }, ...charges];
}

/** One charge for each movement whose direction differs from the one before it, however long ago that was. */
export function reversalsOf({ movements, forgotten }: History): Charge[] {
  const charges: Charge[] = [];
  if (forgotten !== undefined)
    charges.push({ at: forgotten.until, change: 0n, changes: forgotten.reversals });
  let previous = forgottenDirection(forgotten);
  for (const { at, from, to } of movements) {
    const direction = directionOf(from, to);
    if (direction === undefined) continue;
    if (previous !== undefined && previous !== direction) charges.push({ at, change: 0n, changes: 1 });
    previous = direction;
  }
  return charges;
}

/** `unknown` where only what is forgotten had one. */
export function lastDirection({ movements, forgotten }: History): Direction | 'unknown' | undefined {
  const last = movements.findLast(({ from, to }) => directionOf(from, to) !== undefined);
  return last === undefined ? forgottenDirection(forgotten) : directionOf(last.from, last.to);
}

function forgottenDirection(forgotten: Forgotten | undefined): Direction | 'unknown' | undefined {
  const { changes = 0, direction } = forgotten ?? {};
  return direction ?? (changes > 0 ? 'unknown' : undefined);
}

/** Milliseconds since the epoch of the latest movement; undefined where there never was one. */
export function lastMovementAt({ movements, forgotten }: History): number | undefined {
  const known = movements.map(({ at }) => at);
  if (forgotten !== undefined && forgotten.changes > 0) known.push(forgotten.until);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
}

/** What is charged in the window. A charge of the future is in it, too. */
export function chargesWithin(charges: readonly Charge[], { now, within }: Window): readonly Charge[] {
  return charges.filter(({ at }) => at > now - within);
}

export function sumOf(charges: readonly Charge[]): Spent {
  return charges.reduce(
    (sum: Spent, { change, changes }) => ({ change: sum.change + change, changes: sum.changes + changes }),
    { change: 0n, changes: 0 },
  );
}

/**
 * The earliest time, not before now, at which what is left in the window fits, if nothing more is charged; undefined
 * where not even an empty window does.
 */
export function opensWhen(
  charges: readonly Charge[],
  { now, within }: Window,
  fits: (spent: Spent) => boolean,
): number | undefined {
  const leaving = [...chargesWithin(charges, { now, within })].sort((a, b) => a.at - b.at);
  let spent = sumOf(leaving);
  if (fits(spent)) return now;
  for (const { at, change, changes } of leaving) {
    spent = { change: spent.change - change, changes: spent.changes - changes };
    if (fits(spent)) return at + within;
  }
  return undefined;
}

/** The latest proposals without a break of those for which `continues` holds; oldest first. */
export function runOfProposals(
  { proposals }: History,
  continues: (proposal: Proposal) => boolean,
): readonly Proposal[] {
  return proposals.slice(proposals.findLastIndex((proposal) => !continues(proposal)) + 1);
}

export function directionOf(from: Value | undefined, to: Value | undefined): Direction | undefined {
  if (typeof from !== 'bigint' || typeof to !== 'bigint' || from === to) return undefined;
  return to > from ? 'increase' : 'decrease';
}

/** In smallest units; a choice, and a number that comes or goes, have no size. */
function sizeOf(from: Value | undefined, to: Value | undefined): bigint {
  if (typeof from !== 'bigint' || typeof to !== 'bigint') return 0n;
  return from < to ? to - from : from - to;
}
