/** One object's part of the ledger as a resource, and back. Pure. */
import { createHash } from 'node:crypto';
import { reversalsOf, sumOf } from '../../core/history.ts';
import { evictOldest } from '../bounded.ts';
import type { HoldEntry, HoldOutcome, Move, ObjectKey } from '../entry.ts';
import { decodeState, encodeObject, type ObjectLine } from '../snapshot.ts';
import { emptyState, type Hold, type LedgerState, type ObjectState } from '../state.ts';
import type { Spec } from './store.ts';

/** Of the JSON of `spec`: some 300 movements. etcd takes 1.5 MiB, but each write is a whole one. */
export const mostBytes = 16 * 1024;

type MoveTuple = readonly [Move['parameter'], Move['type'], Move['from'], Move['to']];
type HoldTuple = readonly [string, number, number, string, string, string, readonly MoveTuple[]];

/** As a line of a snapshot, but for holds: what they share is said once. */
interface Packed extends Omit<ObjectLine, 'object' | 'holds' | 'settled'> {
  readonly version: 1;
  readonly latest: number;
  readonly holds: readonly HoldTuple[];
  readonly settled: readonly (readonly [string, HoldOutcome, HoldTuple | null])[];
}

/** A readable name that no two objects share: a DNS subdomain of at most 253 characters. */
export function nameOf(object: ObjectKey): string {
  const [, kind = '', namespace = '', name = ''] = object.split('/');
  const text = `${namespace}.${kind}.${name}`.toLowerCase().replace(/[^a-z0-9.-]/g, '-');
  const readable = text
    .slice(0, 200)
    .replace(/[^a-z0-9]*\.[^a-z0-9]*/g, '.')
    .replace(/^[.-]+|[.-]+$/g, '');
  return `${readable || 'object'}-${createHash('sha256').update(object).digest('hex').slice(0, 16)}`;
}

export interface Labelled {
  readonly object: ObjectKey;
  readonly write: string;
  /** Milliseconds since the epoch; undefined where nothing was refused for now. */
  readonly opensAt: number | undefined;
}

/**
 * What is too large for a resource is made smaller in `state`: old movements are forgotten as such, and count. Undefined
 * where it still is too large.
 */
export function encodeResource(state: LedgerState, labelled: Labelled): Spec | undefined {
  const known = state.objects.get(labelled.object);
  if (known === undefined) return undefined;
  do {
    const spec = specOf(state, known, labelled);
    if (Buffer.byteLength(JSON.stringify(spec)) <= mostBytes) return spec;
  } while (shrink(known, state.latest));
  return undefined;
}

function specOf(state: LedgerState, known: ObjectState, { object, write, opensAt }: Labelled): Spec {
  return {
    object,
    write,
    ...columnsOf(known),
    nextChangeAllowed:
      opensAt === undefined || opensAt <= state.latest ? '' : new Date(opensAt).toISOString(),
    state: pack(state, object),
  };
}

/** Movements go first, a quarter of the longest list at a time; then proposals, which only ever open; then settled holds. */
function shrink({ parameters, settled }: ObjectState, now: number): boolean {
  const all = [...parameters.values()];
  const longest = all.toSorted((a, b) => b.movements.length - a.movements.length)[0];
  if (longest !== undefined && longest.movements.length > 0) {
    for (let left = Math.ceil(longest.movements.length / 4); left > 0; left -= 1) evictOldest(longest, now);
    return true;
  }
  const asked = all.toSorted((a, b) => b.proposals.length - a.proposals.length)[0];
  if (asked !== undefined && asked.proposals.length > 0) {
    asked.proposals.splice(0, Math.ceil(asked.proposals.length / 2));
    return true;
  }
  const [oldest] = settled.keys();
  return oldest !== undefined && settled.delete(oldest);
}

function pack(state: LedgerState, key: ObjectKey): Packed {
  const {
    object: _,
    holds,
    settled: __,
    ...rest
  } = JSON.parse(encodeObject(state, key) ?? '{}') as ObjectLine;
  return {
    version: 1,
    latest: state.latest,
    ...rest,
    holds: holds.map((hold) => packHold(hold, hold.renewedAt)),
    settled: [...(state.objects.get(key)?.settled ?? [])].map(([name, { outcome, hold }]) => [
      name,
      outcome,
      hold === undefined ? null : packHold(hold, hold.at),
    ]),
  };
}

/**
 * All that a decision on a base version depends on: equal texts, equal decisions. Holds of that version are alternatives to
 * the one that is decided, and so do not count.
 */
export function decidedOn(state: LedgerState, object: ObjectKey, base: string): string {
  const text = encodeObject(state, object);
  if (text === undefined) return '';
  const { actors, parameters, holds } = JSON.parse(text) as ObjectLine;
  return JSON.stringify([actors, parameters, holds.filter((hold) => hold.base !== base)]);
}

function packHold({ key, at, base, actor, decision, moves }: HoldEntry, renewedAt: number): HoldTuple {
  const tuples = moves.map(({ parameter, type, from, to }): MoveTuple => [parameter, type, from, to]);
  return [key, at, renewedAt, base, actor, decision, tuples];
}

/** A state of that one object, to be changed at will; undefined where it is not what `encodeResource` made. */
export function decodeResource(spec: unknown, object: ObjectKey): LedgerState | undefined {
  if (spec === undefined) return emptyState();
  try {
    const { object: named, state: packed } = spec as { object: unknown; state: Packed };
    if (named !== object || packed.version !== 1 || !Number.isFinite(packed.latest)) return undefined;
    const { version: _, latest, holds, settled, ...rest } = packed;
    const line: ObjectLine = {
      ...rest,
      object,
      holds: holds.map((tuple) => unpackHold(tuple, object)),
      settled: [],
    };
    const decoded = decodeState({ latest, gap: null }, [JSON.stringify(line)]);
    for (const [name, outcome, tuple] of settled)
      if (tuple !== null)
        decoded.objects.get(object)?.settled.set(name, { outcome, hold: entryOf(tuple, object) });
    return decoded;
  } catch {
    // Somebody else has written it: nothing is known then.
    return undefined;
  }
}

function unpackHold(tuple: HoldTuple, object: ObjectKey): Hold {
  return { ...entryOf(tuple, object), renewedAt: tuple[2] };
}

function entryOf([key, at, , base, actor, decision, tuples]: HoldTuple, object: ObjectKey): HoldEntry {
  const moves = tuples.map(([parameter, type, from, to]): Move => ({ parameter, type, from, to }));
  return { kind: 'Hold', key, at, object, base, actor, decision, moves };
}

/** For people: the printer columns. */
function columnsOf({
  parameters,
  holds,
}: ObjectState): Pick<Spec, 'current' | 'requested' | 'granted' | 'reversals'> {
  const known = [...parameters];
  const granted = [...holds.values()].at(-1);
  const grants = granted?.moves.map(({ parameter, to }): [string, unknown] => [parameter, to ?? '-']) ?? [];
  const asked = known.flatMap(([name, { proposals }]): [string, unknown][] => {
    const last = proposals.at(-1);
    return last === undefined ? [] : [[name, last.requested ?? '-']];
  });
  const reversals = known.map(([, history]) => {
    const { movements, proposals, forgotten } = history;
    return sumOf(reversalsOf({ movements, proposals, ...(forgotten === undefined ? {} : { forgotten }) }))
      .changes;
  });
  return {
    current: format(
      known.flatMap(([name, { last }]) => (last === undefined ? [] : [[name, last.value ?? '-']])),
    ),
    requested: format(asked.length === 0 ? grants : asked),
    granted: format(grants),
    reversals: reversals.reduce((a, b) => a + b, 0),
  };
}

/** `hpa.maxReplicas=12, ...`, cut where nobody would read on. */
function format(values: readonly (readonly unknown[])[]): string {
  const text = values.map(([name, value]) => `${name}=${value}`).join(', ');
  return text.length <= 160 ? text : `${text.slice(0, 157).toWellFormed()}...`;
}
