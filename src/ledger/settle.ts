/** What a stored object says of the holds on it, and of changes that nobody had asked about. Pure. */
import type { Value } from '../core/parameter.ts';
import type { BypassEntry, HoldEntry, Move, ObjectKey, OutcomeEntry, Text } from './entry.ts';
import type { KnownValue } from './state.ts';

/** An object as it is stored: the values of those of its knobs that were read. */
export interface Stored {
  readonly object: ObjectKey;
  readonly resourceVersion: string;
  readonly values: ReadonlyMap<string, Value | undefined>;
  /** The manager of the newest write, where the object says so; what clients say of themselves. */
  readonly manager: string;
  /** All of its knobs were read: what is not among the values is not there. Of a request only its door is. */
  readonly isWhole?: boolean;
}

/** An object as it is stored, and as it was known before. */
export interface Sight {
  readonly known: ReadonlyMap<string, KnownValue>;
  readonly stored: Stored;
}

/**
 * The outcomes of the holds that were placed on an older version: the one that leads from the known values to those that are
 * stored has landed, and the others cannot any more. One that begins elsewhere was placed on a version that had passed:
 * what is stored is somebody else's. Holds on this version, or on a newer one (what was read may lag behind), stay.
 */
export function settle(holds: readonly HoldEntry[], { known, stored }: Sight, at: number): OutcomeEntry[] {
  const older = holds.filter((hold) => isOlder(hold.base, stored.resourceVersion) && isShown(hold, stored));
  const landed = older.findLast(({ moves }) =>
    moves.every((move) => isStored(move, stored) && startsAt(move, known)),
  );
  return older.map(({ key, object }): OutcomeEntry => {
    const outcome = key === landed?.key ? 'committed' : 'void';
    return { kind: 'Outcome', key, at, object, outcome, resourceVersion: stored.resourceVersion };
  });
}

/** Whether it shows anything that is known or held: a version of which nothing was shown is still to be seen. */
export function tells(holds: readonly HoldEntry[], { known, stored }: Sight): boolean {
  return (
    holds.some((hold) => isShown(hold, stored)) || [...known.keys()].some((name) => stored.values.has(name))
  );
}

/** What moved since the last known values, holds being settled; undefined where nothing did. */
export function findBypass(
  known: ReadonlyMap<string, KnownValue>,
  stored: Stored,
  at: number,
): BypassEntry | undefined {
  const moves = [...known].flatMap(([parameter, { type, value }]): Move[] => {
    if (!stored.values.has(parameter)) return [];
    const now = stored.values.get(parameter);
    return now === value ? [] : [{ parameter, type, from: textOf(value), to: textOf(now) }];
  });
  const { object, resourceVersion, manager } = stored;
  return moves.length === 0
    ? undefined
    : { kind: 'Bypass', at, object, resourceVersion, actor: manager, moves };
}

/** What shows none of the knobs of a hold (a deletion shows none at all) says nothing of it. */
function isShown({ moves }: HoldEntry, { values }: Stored): boolean {
  return moves.some(({ parameter }) => values.has(parameter));
}

/** A knob that this door does not show (`/scale` shows one) says nothing against the hold. */
function isStored({ parameter, to }: Move, { values }: Stored): boolean {
  return !values.has(parameter) || textOf(values.get(parameter)) === to;
}

function startsAt({ parameter, from }: Move, known: Sight['known']): boolean {
  const last = known.get(parameter);
  return last === undefined || textOf(last.value) === from;
}

/**
 * The versions of one object are revisions of etcd, which grow; the empty one is that of an object that is not there
 * yet. Versions that are no numbers count as older where they differ.
 */
export function isOlder(version: string, than: string): boolean {
  const numbers = /^\d+$/;
  if (version === '') return than !== '';
  return numbers.test(version) && numbers.test(than) ? BigInt(version) < BigInt(than) : version !== than;
}

export function textOf(value: Value | undefined): Text {
  return value === undefined ? null : `${value}`;
}
