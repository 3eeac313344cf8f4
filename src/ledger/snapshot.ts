/** The state as lines of JSON, object by object, so that none of them is large and one can be copied by itself. */
import type { Direction, Forgotten, Movement } from '../core/history.ts';
import type { ParameterType, Value } from '../core/parameter.ts';
import type { HoldOutcome, ObjectKey, Text } from './entry.ts';
import { parseValue } from './project.ts';
import {
  emptyState,
  type Hold,
  type LedgerState,
  type ObjectState,
  type ParameterState,
  type Settled,
  type Span,
} from './state.ts';

/** What is not of one object. */
export interface Head {
  readonly latest: number;
  readonly gap: Span | null;
}

export function encodeHead({ latest, gap }: LedgerState): Head {
  return { latest, gap: gap ?? null };
}

export interface ObjectLine {
  readonly object: ObjectKey;
  /** When it was last touched, where it is absent. */
  readonly absent: number | null;
  readonly versions: readonly string[];
  readonly holds: readonly Hold[];
  readonly settled: readonly (readonly [HoldOutcome, Settled['hold']])[];
  /** Names that movements and proposals give by their place. */
  readonly actors: readonly string[];
  readonly parameters: readonly ParameterLine[];
}

interface ParameterLine {
  readonly name: string;
  readonly type: ParameterType;
  readonly last: readonly [number, Text] | null;
  readonly forgotten: readonly [number, string, number, number, Direction | null] | null;
  readonly movements: readonly (readonly [number, Text, Text, number])[];
  readonly proposals: readonly (readonly [number, Text, number])[];
}

/** One line of JSON for an object that the state knows; undefined for another. */
export function encodeObject(state: LedgerState, key: ObjectKey): string | undefined {
  const object = state.objects.get(key);
  if (object === undefined) return undefined;
  const actors = new Map<string, number>();
  const numberOf = (actor: string): number => {
    const number = actors.get(actor) ?? actors.size;
    actors.set(actor, number);
    return number;
  };
  const parameters = [...object.parameters].map(([name, it]) => encodeParameter(name, it, numberOf));
  const line: ObjectLine = {
    object: key,
    absent: object.isPresent ? null : (state.absent.get(key) ?? state.latest),
    versions: object.versions,
    holds: [...object.holds.values()],
    settled: [...object.settled.values()].map(({ outcome, hold }) => [outcome, hold]),
    actors: [...actors.keys()],
    parameters,
  };
  return JSON.stringify(line);
}

function encodeParameter(
  name: string,
  { type, last, forgotten, movements, proposals }: ParameterState,
  numberOf: (actor: string) => number,
): ParameterLine {
  return {
    name,
    type,
    last: last === undefined ? null : [last.at, textOf(last.value)],
    forgotten:
      forgotten === undefined
        ? null
        : [
            forgotten.until,
            `${forgotten.change}`,
            forgotten.changes,
            forgotten.reversals,
            forgotten.direction ?? null,
          ],
    movements: movements.map(({ at, from, to, actor }) => [at, textOf(from), textOf(to), numberOf(actor)]),
    proposals: proposals.map(({ at, requested, actor }) => [at, textOf(requested), numberOf(actor)]),
  };
}

function textOf(value: Value | undefined): Text {
  return value === undefined ? null : `${value}`;
}

/** Reads what `encodeHead` and `encodeObject` wrote; the caller has checked that it is whole. */
export function decodeState(head: Head, lines: Iterable<string>): LedgerState {
  const state = emptyState();
  state.latest = head.latest;
  state.gap = head.gap ?? undefined;
  const absent: [ObjectKey, number][] = [];
  for (const text of lines) {
    const line = JSON.parse(text) as ObjectLine;
    state.objects.set(line.object, decodeObject(line));
    if (line.absent !== null) absent.push([line.object, line.absent]);
  }
  for (const [object, at] of absent.sort(([, one], [, other]) => one - other)) state.absent.set(object, at);
  return state;
}

function decodeObject({ absent, versions, holds, settled, actors, parameters }: ObjectLine): ObjectState {
  return {
    parameters: new Map(parameters.map((it) => [it.name, decodeParameter(it, actors)])),
    holds: new Map(holds.map((hold) => [hold.key, hold])),
    settled: new Map(settled.map(([outcome, hold]) => [hold.key, { outcome, hold }])),
    versions: [...versions],
    isPresent: absent === null,
  };
}

function decodeParameter(
  { type, last, forgotten, movements, proposals }: ParameterLine,
  actors: readonly string[],
): ParameterState {
  const value = (text: Text): Value | undefined => parseValue(type, text);
  return {
    type,
    last: last === null ? undefined : { at: last[0], value: value(last[1]) },
    forgotten: forgotten === null ? undefined : decodeForgotten(forgotten),
    movements: movements.map(
      ([at, from, to, actor]): Movement => ({
        at,
        from: value(from),
        to: value(to),
        actor: actors[actor] ?? '',
      }),
    ),
    proposals: proposals.map(([at, requested, actor]) => ({
      at,
      requested: value(requested),
      actor: actors[actor] ?? '',
    })),
  };
}

function decodeForgotten([until, change, changes, reversals, direction]: NonNullable<
  ParameterLine['forgotten']
>): Forgotten {
  const known = direction === null ? {} : { direction };
  return { until, change: BigInt(change), changes, reversals, ...known };
}
