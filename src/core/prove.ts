/**
 * What rules guarantee in the worst case, derived from their literals: no sequence of requests, however chosen, goes
 * beyond. It holds for what governed requests do to a value that lies in its range and that nobody else moves, at the
 * times at which they are decided.
 */
import type { PersistenceSpec } from './rules/persistence.ts';
import type { ReversalSpec } from './rules/reversal.ts';
import { ceilDivide, leastOf, rangeOf, reachOf, type Travel, type TravelBounds, travelOf } from './travel.ts';

/** The literal bounds of one parameter, of all guards that apply together. */
export interface Bounds extends TravelBounds {
  readonly reversals: readonly ReversalSpec[];
  readonly persistences: readonly PersistenceSpec[];
  /** The size of the smallest change, in smallest units; zero where there is none that could be told. */
  readonly leastMove: bigint;
  /** A choice has neither size nor direction. */
  readonly isChoice: boolean;
  /** Nothing may be changed at all. */
  readonly isFixed: boolean;
}

/** Undefined: not bounded. */
export interface WindowClaim {
  /** Milliseconds; any window of that length. */
  readonly within: number;
  /** The sum of all movements, up and down alike, in smallest units. */
  readonly change: bigint | undefined;
  /** From the beginning of the window to its end, either way. */
  readonly net: bigint | undefined;
  readonly changes: bigint | undefined;
  readonly reversals: bigint | undefined;
}

export interface Claims {
  readonly least: bigint | undefined;
  readonly greatest: bigint | undefined;
  /** The greatest size of one change. */
  readonly increase: bigint | undefined;
  readonly decrease: bigint | undefined;
  /** The shortest first; the last is a day, or longer. */
  readonly windows: readonly WindowClaim[];
  /** From the least value to the greatest, and back; undefined where a side is open, or where no change gets there. */
  readonly climb: Travel | undefined;
  readonly fall: Travel | undefined;
}

const dayMilliseconds = 86_400_000;

export function proveClaims(bounds: Bounds): Claims {
  const named = [...bounds.rates, ...bounds.reversals].map(({ within }) => within);
  const windows = [...new Set([...named, dayMilliseconds])].sort((a, b) => a - b);
  const { least, greatest, isChoice, isFixed } = bounds;
  if (isFixed) return { ...fixed, least, greatest, windows: windows.map(nothingIn) };
  return {
    least,
    greatest,
    increase: isChoice ? undefined : reachOf(bounds, 'increase'),
    decrease: isChoice ? undefined : reachOf(bounds, 'decrease'),
    windows: windows.map((within) => claimIn(bounds, within)),
    climb: isChoice ? undefined : travelOf(bounds, 'increase'),
    fall: isChoice ? undefined : travelOf(bounds, 'decrease'),
  };
}

const fixed = { increase: 0n, decrease: 0n, climb: undefined, fall: undefined };

function nothingIn(within: number): WindowClaim {
  return { within, change: 0n, net: 0n, changes: 0n, reversals: 0n };
}

/** The greatest that each can be in a window; undefined: unbounded. */
interface Tally {
  readonly changes: bigint | undefined;
  readonly ups: bigint | undefined;
  readonly downs: bigint | undefined;
  readonly reversals: bigint | undefined;
  readonly rise: bigint | undefined;
  readonly fall: bigint | undefined;
  readonly sum: bigint | undefined;
}

function claimIn(bounds: Bounds, within: number): WindowClaim {
  let tally = tallyIn(bounds, within);
  if (bounds.isChoice)
    return { within, change: undefined, net: undefined, changes: tally.changes, reversals: undefined };
  // Each round is sound by itself, so that it may stop anywhere; what tightens does so in a few.
  for (let round = 0; round < 8; round += 1) tally = tighten(tally, bounds);
  const { changes, reversals, sum, rise, fall } = tally;
  const farthest = rise === undefined || fall === undefined ? undefined : rise > fall ? rise : fall;
  return { within, change: sum, net: leastOf([rangeOf(bounds), farthest]), changes, reversals };
}

/** What each rule says by itself. */
function tallyIn(bounds: Bounds, within: number): Tally {
  const { rates, reversals } = bounds;
  const rests = restsOf(bounds);
  const windowsOf = (length: number): bigint => BigInt(Math.ceil(within / length));
  return {
    changes: leastOf([
      ...rates.map(({ changes, within: length }) =>
        changes === undefined ? undefined : windowsOf(length) * BigInt(changes),
      ),
      spaced(within, Math.min(rests.up, rests.down)),
    ]),
    ups: spaced(within, rests.up),
    downs: spaced(within, rests.down),
    reversals: leastOf([
      ...reversals.map(({ max, within: length }) => windowsOf(length) * BigInt(max)),
      turns(within, rests.turnUp, rests.turnDown),
    ]),
    rise: undefined,
    fall: undefined,
    sum: leastOf(
      rates.map(({ change, within: length }) =>
        change === undefined ? undefined : windowsOf(length) * change,
      ),
    ),
  };
}

/** The least time, in milliseconds, between a change and the one before it, by what it does. */
interface Rests {
  readonly up: number;
  readonly down: number;
  readonly turnUp: number;
  readonly turnDown: number;
}

/**
 * Persistence bounds turns alone: who asks on for more than is granted has proposed the next change already. Of a
 * choice each change is a turn.
 */
function restsOf({ cooldowns, persistences, isChoice }: Bounds): Rests {
  const up = Math.max(0, ...cooldowns.map(({ increase = 0 }) => increase));
  const down = Math.max(0, ...cooldowns.map(({ decrease = 0 }) => decrease));
  const proposed = Math.max(0, ...persistences.map(proposedFor));
  const longest = Math.max(up, down, proposed);
  if (isChoice) return { up: longest, down: longest, turnUp: longest, turnDown: longest };
  return { up, down, turnUp: Math.max(up, proposed), turnDown: Math.max(down, proposed) };
}

/** All proposals of a turn come after the change before it. */
function proposedFor(spec: PersistenceSpec): number {
  return spec.for ?? (spec.requests - 1) * spec.spacing;
}

/** How many at least `rest` apart fit in a window that includes one of its ends. */
function spaced(within: number, rest: number): bigint | undefined {
  return rest === 0 ? undefined : BigInt(Math.ceil(within / rest));
}

/** As `spaced`, where the rests before turns up and down alternate; the shorter one is the first in the window. */
function turns(within: number, up: number, down: number): bigint | undefined {
  const [shorter, both] = [Math.min(up, down), up + down];
  if (both === 0) return undefined;
  const pairs = Math.floor((within - 1) / both);
  const rest = within - 1 - pairs * both;
  return BigInt(2 * pairs + (rest >= shorter ? 2 : 1));
}

/** What they say of each other: sizes times numbers, the range between rises and falls, and one run between reversals. */
function tighten(tally: Tally, bounds: Bounds): Tally {
  const { changes, ups, downs, reversals, rise, fall, sum } = tally;
  const range = rangeOf(bounds);
  const [up, down] = [reachOf(bounds, 'increase'), reachOf(bounds, 'decrease')];
  const farther = up === undefined || down === undefined ? undefined : up > down ? up : down;
  const runs = plus(reversals, 1n);
  // Runs alternate: of one direction there is at most one more than of the other.
  const sameRuns = runs === undefined ? undefined : ceilDivide(runs, 2n);
  return {
    changes: leastOf([changes, plus(ups, downs), inMoves(sum, bounds)]),
    ups: leastOf([ups, changes, inMoves(rise, bounds)]),
    downs: leastOf([downs, changes, inMoves(fall, bounds)]),
    reversals: leastOf([reversals, changes, plus(plus(ups, ups), 1n), plus(plus(downs, downs), 1n)]),
    rise: leastOf([rise, times(ups, up), plus(fall, range), times(sameRuns, range), sum]),
    fall: leastOf([fall, times(downs, down), plus(rise, range), times(sameRuns, range), sum]),
    sum: leastOf([sum, plus(rise, fall), times(changes, farther), times(runs, range)]),
  };
}

/** How many changes a sum pays for: of nothing none, however small they may be. */
function inMoves(sum: bigint | undefined, { leastMove }: Bounds): bigint | undefined {
  if (sum === 0n) return 0n;
  return sum === undefined || leastMove === 0n ? undefined : sum / leastMove;
}

function plus(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

/** However often, nothing stays nothing. */
function times(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === 0n || b === 0n) return 0n;
  return a === undefined || b === undefined ? undefined : a * b;
}
