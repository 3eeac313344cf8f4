/**
 * Collects the readings of one object. The first field that cannot be read ends the survey with its error: a
 * governed field that is unreadable is never taken for absent.
 */
import { noChoice, type ParameterType } from '../core/parameter.ts';
import type { Parsed } from '../core/quantity.ts';
import { type Decoded, decodeValue } from './decode.ts';
import type { Definition, Reading, ReadResult } from './kind.ts';
import { child, isRecord, type Node } from './node.ts';

/** A pod of 100 containers has some 700 knobs. Related knobs are decided together in quadratic time: 1,024 stay quick. */
const mostReadings = 1024;

/** Longer than any container, metric or resource name that the API server admits. */
const longestName = 512;

export interface Survey {
  readonly readings: Reading[];
  readonly names: Set<string>;
  error: string | undefined;
}

export function survey(visit: (into: Survey) => void): ReadResult {
  const into: Survey = { readings: [], names: new Set(), error: undefined };
  visit(into);
  return into.error === undefined ? { ok: true, readings: into.readings } : { ok: false, error: into.error };
}

export function fail(into: Survey, node: Node, why: string): void {
  into.error ??= `\`${node.path === '' ? '/' : node.path.slice(0, longestName)}\` ${why}`;
}

/** How one knob is to be read, where the definition alone does not say. */
export interface Place {
  readonly node: Node;
  /** With its instance; the definition's name where there is none. */
  readonly name?: string;
  readonly quantum?: bigint;
  readonly decode?: (raw: unknown) => Parsed<Decoded>;
}

/** Adds a reading. An absent number gives none; an absent choice is the choice `(none)`. */
export function add(into: Survey, definition: Definition, place: Place): void {
  const { node, name = definition.name, quantum = quantumOf(definition.type) } = place;
  if (into.error !== undefined) return;
  if (node.value === undefined) {
    if (definition.type === 'choice') push(into, absent(definition, name, node));
    return;
  }
  const result = place.decode?.(node.value) ?? decodeValue(definition.type, node.value);
  if (result.ok) push(into, { name, definition, path: node.path, quantum, ...result.value });
  else fail(into, node, result.error);
}

function absent(definition: Definition, name: string, { path }: Node): Reading {
  return { name, definition, path, quantum: 1n, notation: 'text', value: noChoice };
}

function push(into: Survey, reading: Reading): void {
  if (reading.name.length > longestName || into.names.has(reading.name)) {
    into.error ??= `\`${reading.path.slice(0, longestName)}\` has no name of its own`;
  } else if (into.readings.length >= mostReadings) {
    into.error ??= `the object has more than ${mostReadings} governed fields`;
  } else {
    into.names.add(reading.name);
    into.readings.push(reading);
  }
}

/** The grid that the API server or the field's unit implies; cpu and memory say their own. */
export function quantumOf(type: ParameterType): bigint {
  if (type === 'duration') return 1000n;
  return type === 'quantity' ? 1_000_000n : 1n;
}

/** cpu is counted in thousandths; memory, storage, objects and devices in ones. */
export function resourceQuantum(resource: string): bigint {
  return resource === 'cpu' || resource.endsWith('.cpu') ? 1_000_000n : 1_000_000_000n;
}

/** The node below `keys` (`spec/strategy/type`); fails where something on the way is no record. */
export function descend(into: Survey, node: Node, keys: string): Node {
  let at = node;
  for (const key of keys.includes('/') ? keys.split('/') : [keys]) at = child(openRecord(into, at), key);
  return at;
}

/** The node itself, after failing where it is present and no record. */
export function openRecord(into: Survey, node: Node): Node {
  if (node.value !== undefined && !isRecord(node.value)) fail(into, node, 'is not an object');
  return node;
}

/** The members of a map, by key; none where absent. */
export function openEntries(into: Survey, node: Node): (readonly [string, Node])[] {
  const { value } = openRecord(into, node);
  if (into.error !== undefined || !isRecord(value)) return [];
  const keys = Object.keys(value);
  if (keys.length <= mostReadings) return keys.map((key) => [key, child(node, key)] as const);
  fail(into, node, `has more than ${mostReadings} members`);
  return [];
}

/** The elements of a list; none where absent. */
export function openList(into: Survey, node: Node): Node[] {
  if (into.error !== undefined || node.value === undefined) return [];
  if (!Array.isArray(node.value)) fail(into, node, 'is not a list');
  else if (node.value.length > mostReadings) fail(into, node, `has more than ${mostReadings} elements`);
  else return node.value.map((value: unknown, index) => ({ value, path: `${node.path}/${index}` }));
  return [];
}

/** A non-empty text that names something. */
export function openName(into: Survey, node: Node): string {
  if (typeof node.value === 'string' && node.value !== '') return node.value;
  fail(into, node, 'is not a name');
  return '';
}
