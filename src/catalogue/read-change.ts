/** One admission request as a change: the knobs of the stored and of the proposed object, side by side. */
import type { Actor, Change, Operation, Target } from '../core/change.ts';
import { noChoice, type Parameter, type Value } from '../core/parameter.ts';
import { readAnchors } from './anchor.ts';
import type { Definition, Kind, Reading, ReadResult } from './kind.ts';
import { child, type Node, rootOf, unescapeToken } from './node.ts';
import { add, fail, type Survey, survey } from './survey.ts';

/** A parameter that policies define by path; what `locate` finds is read as the definition's type. */
export interface LocatedParameter {
  readonly definition: Definition;
  /** The one node's RFC 6901 pointer and value; undefined where absent; an error where it is not unique. */
  locate(
    object: unknown,
  ): { readonly path: string; readonly value: unknown } | undefined | { readonly error: string };
}

export interface ChangeInput {
  readonly target: Target;
  readonly actor: Actor;
  readonly operation: Operation;
  readonly dryRun: boolean;
  /** Undefined for a kind outside the catalogue: then only `custom` parameters are read. */
  readonly kind?: Kind | undefined;
  /** The proposed object; not read on DELETE. */
  readonly object: unknown;
  /** The stored object; not read on CREATE. */
  readonly oldObject: unknown;
  readonly custom: readonly LocatedParameter[];
}

export type ChangeResult =
  | { readonly ok: true; readonly change: Change }
  | { readonly ok: false; readonly error: string };

/**
 * The path of a value that no patch can set: existence itself, or a knob whose list element is gone. No object of
 * Kubernetes has anything there, nor a parent that something could be added to.
 */
export const nowhere = '/-/-';

export { anchorPrefix } from './anchor.ts';

/** Reads the request; fails where a governed field of either object cannot be read. */
export function readChange(input: ChangeInput): ChangeResult {
  if (input.operation === 'DELETE') return changeOf(input, []);
  const stored: ReadResult =
    input.operation === 'CREATE' ? { ok: true, readings: [] } : readObject(input, input.oldObject);
  if (!stored.ok) return { ok: false, error: `stored object: ${stored.error}` };
  const proposed = readObject(input, input.object);
  if (!proposed.ok) return { ok: false, error: `proposed object: ${proposed.error}` };
  return changeOf(input, merge(stored.readings, proposed.readings, input));
}

function changeOf(input: ChangeInput, read: readonly Parameter[]): ChangeResult {
  const { target, actor, operation, dryRun } = input;
  const parameters = [...existence(input), ...read];
  return { ok: true, change: { target, actor, operation, dryRun, parameters } };
}

/** Of the object itself, where its kind has the knob and the request makes or removes it. */
function existence({ kind, operation, target }: ChangeInput): Parameter[] {
  const definition = kind?.definitions.find(({ name }) => name.endsWith('.exists'));
  if (definition === undefined || operation === 'UPDATE' || target.subresource !== '') return [];
  const [current, requested] = operation === 'CREATE' ? ['absent', 'present'] : ['present', 'absent'];
  return [
    parameterOf(
      { name: definition.name, definition, path: nowhere, notation: 'text', quantum: 1n, value: current },
      {
        current,
        requested,
      },
    ),
  ];
}

function readObject({ kind, custom, target }: ChangeInput, object: unknown): ReadResult {
  const known: ReadResult = kind?.read(object, target.subresource) ?? { ok: true, readings: [] };
  if (!known.ok) return known;
  const surveys = [
    survey((into) => {
      const root = rootOf(object);
      if (root.value === undefined) fail(into, root, 'is missing');
      readAnchors(into, object);
    }),
    ...custom.map((parameter) => survey((into) => readCustom(into, parameter, object))),
  ];
  const readings = [...known.readings];
  for (const further of surveys) {
    if (!further.ok) return further;
    readings.push(...further.readings);
  }
  return custom.length === 0 ? { ok: true, readings } : distinct(readings);
}

/** Two policies may define one parameter alike; one name for two places would hide one of them. */
function distinct(readings: readonly Reading[]): ReadResult {
  const byName = new Map<string, Reading>();
  for (const reading of readings) {
    const known = byName.get(reading.name);
    if (known !== undefined && known.path !== reading.path)
      return { ok: false, error: `\`${reading.name}\` names both \`${known.path}\` and \`${reading.path}\`` };
    byName.set(reading.name, known ?? reading);
  }
  return { ok: true, readings: [...byName.values()] };
}

function readCustom(into: Survey, { definition, locate }: LocatedParameter, object: unknown): void {
  const found = locate(object);
  if (found === undefined) add(into, definition, { node: { value: undefined, path: nowhere } });
  else if ('error' in found) into.error ??= `\`${definition.name}\`: ${found.error}`;
  else add(into, definition, { node: { value: found.value ?? undefined, path: found.path } });
}

function merge(stored: readonly Reading[], proposed: readonly Reading[], input: ChangeInput): Parameter[] {
  const old = new Map(stored.map((reading) => [reading.name, reading]));
  const isCreated = input.operation === 'CREATE';
  const merged = proposed.map((reading) => {
    const before = old.get(reading.name);
    old.delete(reading.name);
    const current = before?.value ?? (isCreated ? undefined : absentValue(reading.definition));
    const notation = notationOf(reading, before);
    const written = notation === reading.notation ? reading : { ...reading, notation };
    return parameterOf(written, { current, requested: reading.value });
  });
  const removed = [...old.values()].map((reading) => {
    const path = rebase(reading.path, input.oldObject, input.object);
    return parameterOf(
      { ...reading, path },
      { current: reading.value, requested: absentValue(reading.definition) },
    );
  });
  return [...merged, ...removed];
}

function absentValue({ type }: Definition): Value | undefined {
  return type === 'choice' ? noChoice : undefined;
}

/**
 * A refused choice falls back to the stored one, which is then written as it was stored; and a proposed `0` says
 * nothing of whether a quantity is written in powers of 1000 or of 1024.
 */
function notationOf(reading: Reading, before: Reading | undefined): Reading['notation'] {
  const { type } = reading.definition;
  const isStoredChoice = type === 'choice' && before?.value !== noChoice;
  const isZero = type === 'quantity' && reading.value === 0n;
  return before !== undefined && (isStoredChoice || isZero) ? before.notation : reading.notation;
}

function parameterOf(
  { name, definition, path, notation, quantum }: Reading,
  { current, requested }: { readonly current: Value | undefined; readonly requested: Value | undefined },
): Parameter {
  const { type, capacity, integration } = definition;
  const knob = { name, type, path, notation, quantum, capacity, integration };
  // Nearly all have both; conditional spreads take several times as long, for each knob of each request.
  if (current !== undefined && requested !== undefined) return { ...knob, current, requested };
  if (current !== undefined) return { ...knob, current };
  return requested === undefined ? knob : { ...knob, requested };
}

/**
 * The path at which a removed value could be added again. Lists move: an element counts as the same only where both
 * objects give it one name.
 */
function rebase(path: string, oldObject: unknown, object: unknown): string {
  let [before, after] = [rootOf(oldObject), rootOf(object)];
  for (const token of path.split('/').slice(1, -1)) {
    const isElement = Array.isArray(before.value);
    [before, after] = [step(before, token), step(after, token)];
    if (typeof after.value !== 'object' || after.value === null) return nowhere;
    if (isElement && !isSameElement(before, after)) return nowhere;
  }
  return Array.isArray(after.value) ? nowhere : path;
}

function step(node: Node, token: string): Node {
  if (!Array.isArray(node.value)) return child(node, unescapeToken(token));
  return {
    value: (node.value as readonly unknown[])[Number(token)] ?? undefined,
    path: `${node.path}/${token}`,
  };
}

function isSameElement(before: Node, after: Node): boolean {
  const name = child(before, 'name').value;
  return typeof name === 'string' && name === child(after, 'name').value;
}
