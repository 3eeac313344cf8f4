/** The ledger's state: what the fold of the entries (`project.ts`) keeps. Mutable, owned by one ledger, bounded. */
import type { Forgotten, History, Movement, Proposal } from '../core/history.ts';
import type { ParameterType, Value } from '../core/parameter.ts';
import type { HoldEntry, HoldOutcome, ObjectKey } from './entry.ts';

/**
 * The longest window a rule may have is 7 days; an hour more covers outcomes that are told late. What is older is
 * dropped, since no window can reach it.
 */
export const keptMilliseconds = (7 * 24 + 1) * 60 * 60 * 1000;

/** A hold of which nothing was heard for so long has expired. */
export const holdMilliseconds = 90_000;

/** A hold that may yet land. `at` is when it was first admitted, `renewedAt` when it was last. */
export interface Hold extends HoldEntry {
  readonly renewedAt: number;
}

/** A hold that no longer is outstanding; kept for a while, since `expired` and `void` are guesses that the watch may correct. */
export interface Settled {
  readonly outcome: HoldOutcome;
  readonly hold: HoldEntry;
}

export interface Last {
  readonly at: number;
  readonly value: Value | undefined;
}

export interface ParameterState {
  type: ParameterType;
  readonly movements: Movement[];
  readonly proposals: Proposal[];
  forgotten: Forgotten | undefined;
  last: Last | undefined;
}

export interface ObjectState {
  readonly parameters: Map<string, ParameterState>;
  readonly holds: Map<string, Hold>;
  readonly settled: Map<string, Settled>;
  /** The last resource versions that were charged or seen, newest last: none is charged twice. */
  readonly versions: string[];
  /** False before it was first seen and after its deletion. */
  isPresent: boolean;
}

export interface Span {
  readonly from: number;
  readonly until: number;
}

export interface LedgerState {
  /** The greatest `at` so far: the clock of the ledger never runs behind it. */
  latest: number;
  /** All spans of lost entries as one. */
  gap: Span | undefined;
  readonly objects: Map<ObjectKey, ObjectState>;
  /** Objects that are not present, by when they were last touched, oldest first: they are forgotten in this order. */
  readonly absent: Map<ObjectKey, number>;
  /** Called before an object changes or goes: a snapshot that is under way copies it first. */
  beforeChange: ((object: ObjectKey) => void) | undefined;
}

export function emptyState(): LedgerState {
  return { latest: 0, gap: undefined, objects: new Map(), absent: new Map(), beforeChange: undefined };
}

export function emptyObject(): ObjectState {
  return { parameters: new Map(), holds: new Map(), settled: new Map(), versions: [], isPresent: false };
}

export function emptyParameter(type: ParameterType): ParameterState {
  return { type, movements: [], proposals: [], forgotten: undefined, last: undefined };
}

/** A copy that can go on by itself; what is in its lists is never changed, only they are. */
export function copyObject(object: ObjectState): ObjectState {
  const parameters = [...object.parameters].map(([name, it]): [string, ParameterState] => [
    name,
    { ...it, movements: it.movements.slice(), proposals: it.proposals.slice() },
  ]);
  return {
    parameters: new Map(parameters),
    holds: new Map(object.holds),
    settled: new Map(object.settled),
    versions: object.versions.slice(),
    isPresent: object.isPresent,
  };
}

/** More than any policy can allow: what nobody knows is taken to be this much. */
export const unknownAmount = { change: 2n ** 127n, changes: 2 ** 40, reversals: 2 ** 40 } as const;

/**
 * What is known of one parameter's past. A copy: it stays what it is while the ledger goes on. What was before the end of a
 * gap is as unknown as the gap: every window that reaches one reaches the other.
 */
export function readHistory(state: LedgerState, object: ObjectKey, parameter: string): History {
  const known = state.objects.get(object)?.parameters.get(parameter);
  const { movements, proposals } = known ?? { movements: [], proposals: [] };
  const last = known?.last === undefined ? {} : { last: known.last };
  const { gap } = state;
  if (gap === undefined)
    return {
      movements: movements.slice(),
      proposals: proposals.slice(),
      ...(known?.forgotten === undefined ? {} : { forgotten: known.forgotten }),
      ...last,
    };
  return {
    movements: movements.filter(({ at }) => at > gap.until),
    proposals: proposals.filter(({ at }) => at > gap.until),
    forgotten: { until: Math.max(gap.until, known?.forgotten?.until ?? 0), ...unknownAmount },
    ...last,
  };
}

/** The holds of an object that may yet land, in the order in which they were admitted. */
export function outstandingHolds(state: LedgerState, object: ObjectKey): Hold[] {
  return [...(state.objects.get(object)?.holds.values() ?? [])];
}

export function heldObjects(state: LedgerState): ObjectKey[] {
  return [...state.objects].filter(([, { holds }]) => holds.size > 0).map(([object]) => object);
}

/** All holds of which nothing was heard for 90 s: each wants an `expired`. */
export function overdueHolds(state: LedgerState, now: number): Hold[] {
  const overdue: Hold[] = [];
  for (const { holds } of state.objects.values())
    for (const hold of holds.values()) if (hold.renewedAt + holdMilliseconds <= now) overdue.push(hold);
  return overdue;
}

export interface KnownValue extends Last {
  readonly type: ParameterType;
}

/** The last stored values of an object, by parameter; those before its deletion where it is gone. */
export function readValues(state: LedgerState, object: ObjectKey): Map<string, KnownValue> {
  const values = new Map<string, KnownValue>();
  for (const [name, { type, last }] of state.objects.get(object)?.parameters ?? [])
    if (last !== undefined) values.set(name, { type, ...last });
  return values;
}

export function readVersion(state: LedgerState, object: ObjectKey): string | undefined {
  return state.objects.get(object)?.versions.at(-1);
}

/** A clock that is never behind an entry and never runs backwards, whatever the wall clock does. */
export function hybridClock(wall: () => number, state: LedgerState): () => number {
  let shown = 0;
  return () => {
    shown = Math.max(shown, state.latest, Math.ceil(wall()));
    return shown;
  };
}
