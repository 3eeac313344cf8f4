/** Optimizers that want as much as they can get, each in its own way, against the whole decision, and what lands of it. */
import { expect } from 'vitest';
import { type Decision, decide, isGranted } from '../../src/core/decide.ts';
import type { Guard } from '../../src/core/guard.ts';
import type { History, Movement, Proposal } from '../../src/core/history.ts';
import type { Parameter } from '../../src/core/parameter.ts';

export interface Landed extends Movement {
  readonly from: bigint;
  readonly to: bigint;
}

/** What an adversary sees when it chooses. */
export interface View {
  readonly value: bigint;
  readonly landed: readonly Landed[];
  /** A number from 0 to 1, exclusive, from the seed. */
  readonly next: () => number;
}

export type Adversary = (view: View) => bigint;

const far = 1_000n;

function lastWasUp({ landed }: View): boolean {
  const last = landed.at(-1);
  return last !== undefined && last.to > last.from;
}

/** From end to end: `swing` turns where it is stuck at an end, which it knows from the range. */
export const adversaries: Readonly<Record<string, (ends: Ends) => Adversary>> = {
  'greedy up': () => () => far,
  'greedy down': () => () => -far,
  alternator: () => (view) => (lastWasUp(view) ? -far : far),
  swing: ({ low, high }) => {
    let isUp = true;
    return ({ value }) => {
      if (value === high) isUp = false;
      if (value === low) isUp = true;
      return isUp ? far : -far;
    };
  },
  jitter: () => (view) => view.value + (lastWasUp(view) ? -1n : 1n),
  creep:
    ({ high }) =>
    ({ value }) =>
      value < high ? value + 1n : -far,
  random:
    ({ low, high }) =>
    (view) =>
      low - 3n + BigInt(Math.floor(view.next() * (Number(high - low) + 7))),
};

export interface Ends {
  readonly low: bigint;
  readonly high: bigint;
}

export interface Game {
  readonly guards: readonly Guard[];
  readonly adversary: Adversary;
  readonly parameter: Omit<Parameter, 'current' | 'requested'>;
  readonly start: bigint;
  readonly user: string;
  readonly turns: number;
  /** Milliseconds between turns, where nothing is said to open later; of them one is drawn. */
  readonly waits: readonly number[];
  /** Milliseconds: the windows of the rules, after which a movement no longer counts. */
  readonly windows: readonly number[];
  readonly seed: number;
}

/** Hugs thresholds: who is told when something opens comes back then, not a moment later; else soon. */
export function playGame(game: Game): readonly Landed[] {
  const { adversary, start, turns, waits, windows, seed } = game;
  const next = mulberry32(seed);
  const landed: Landed[] = [];
  const proposals: Proposal[] = [];
  let [now, value] = [1_000_000, start];
  for (let turn = 0; turn < turns; turn += 1) {
    const requested = adversary({ value, landed, next });
    const decision = ask(game, { now, value, requested, landed, proposals });
    proposals.push({ at: now, requested, actor: game.user });
    const to = grantedBy(decision, value);
    if (to !== value) landed.push({ at: now, from: value, to, actor: game.user });
    const opens = to === value ? opensNext(decision, { now, landed, windows }) : undefined;
    value = to;
    now = Math.max(now, opens ?? now + (waits[Math.floor(next() * waits.length)] ?? 0));
  }
  return landed;
}

interface Moment {
  readonly now: number;
  readonly value: bigint;
  readonly requested: bigint;
  readonly landed: readonly Landed[];
  readonly proposals: readonly Proposal[];
}

function ask(
  { guards, parameter, user }: Game,
  { now, value, requested, landed, proposals }: Moment,
): Decision {
  // No rule looks back further than a day here.
  const day = now - 90_000_000;
  const history: History = {
    movements: landed.filter(({ at }, index) => at > day || index === landed.length - 1),
    proposals: proposals.slice(-50),
    last: { at: now, value },
  };
  const change = {
    target: { group: '', kind: 'K', namespace: 'n', name: 'o', subresource: '' },
    actor: { user, groups: [] },
    operation: 'UPDATE',
    dryRun: false,
    parameters: [{ ...parameter, current: value, requested }],
  } as const;
  const facts = { now, change, object: {}, oldObject: {}, labels: new Map(), readHistory: () => history };
  const decision = decide(guards, [], facts);
  expect(decision.errors).toEqual([]);
  return decision;
}

/** The first of all times at which something opens, whether the answer said so or a movement leaves a window. */
function opensNext(
  { verdicts }: Decision,
  { now, landed, windows }: Pick<Moment, 'now' | 'landed'> & Pick<Game, 'windows'>,
): number | undefined {
  const told = verdicts.flatMap(({ limits }) => limits.flatMap(({ opensAt }) => opensAt ?? []));
  const leaving = windows.flatMap((within) => landed.slice(-50).map(({ at }) => at + within));
  const times = [...told, ...leaving].filter((at) => at > now);
  return times.length === 0 ? undefined : Math.min(...times);
}

function grantedBy(decision: Decision, value: bigint): bigint {
  if (!isGranted(decision)) return value;
  const granted = decision.verdicts[0]?.granted ?? value;
  if (typeof granted !== 'bigint') throw new Error('a number expected');
  return granted;
}

/** A small seeded generator: the same seed, the same game. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What one trajectory reached in its fullest window of a length, counted from what landed alone. */
export interface Fullest {
  readonly change: bigint;
  readonly net: bigint;
  readonly changes: bigint;
  readonly reversals: bigint;
}

export function fullestOf(landed: readonly Landed[], within: number): Fullest {
  let fullest: Fullest = { change: 0n, net: 0n, changes: 0n, reversals: 0n };
  for (const [end, last] of landed.entries()) {
    const begin = landed.findIndex(({ at }) => at > last.at - within);
    const inside = landed.slice(begin, end + 1);
    const turns = inside.filter((one, index) => {
      const before = landed[begin + index - 1];
      return before !== undefined && before.to > before.from !== one.to > one.from;
    });
    const here = {
      change: inside.reduce((sum, { from, to }) => sum + size(from, to), 0n),
      net: inside.reduce((most, { from }) => larger(most, size(from, last.to)), 0n),
      changes: BigInt(inside.length),
      reversals: BigInt(turns.length),
    };
    fullest = {
      change: larger(fullest.change, here.change),
      net: larger(fullest.net, here.net),
      changes: larger(fullest.changes, here.changes),
      reversals: larger(fullest.reversals, here.reversals),
    };
  }
  return fullest;
}

/** From `start` to the first time that `end` is reached: at least so long, in so many changes. */
export function fastestBetween(landed: readonly Landed[], start: bigint, end: bigint) {
  return landed.flatMap(({ from, at }, first) => {
    const reached = landed.slice(first).findIndex(({ to }) => to === end);
    const last = landed[first + reached];
    if (from !== start || reached < 0 || last === undefined) return [];
    return [{ milliseconds: last.at - at, changes: BigInt(reached + 1) }];
  });
}

function size(from: bigint, to: bigint): bigint {
  return from < to ? to - from : from - to;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
