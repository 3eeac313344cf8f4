/**
 * The state of the ledger as the fold of its entries: pure but for the state it is given, total, deterministic, and
 * idempotent where an entry has a name (a hold's key, an outcome's, a resource version).
 */
import { noChoice, type ParameterType, type Value } from '../core/parameter.ts';
import { addMovement, addProposal } from './bounded.ts';
import type {
  BypassEntry,
  FoldedEntry,
  GapEntry,
  HoldEntry,
  LedgerEntry,
  Move,
  OutcomeEntry,
  ProposalEntry,
  SeenEntry,
  Text,
} from './entry.ts';
import {
  emptyObject,
  emptyParameter,
  keptMilliseconds,
  type LedgerState,
  type ObjectState,
  type ParameterState,
} from './state.ts';

/**
 * Per object, and few, since they are most of what an object that rarely moves takes: a repeat that comes after so many others
 * is a new hold that expires, and a landing that is told so late a bypass: charged all the same.
 */
const mostSettled = 4;
const mostVersions = 16;

export function apply(state: LedgerState, entry: FoldedEntry): void {
  state.latest = Math.max(state.latest, entry.at);
  if (entry.kind === 'Gap') widenGap(state, entry);
  else change(state, entry);
  forgetAbsent(state);
}

function widenGap(state: LedgerState, { from, until }: GapEntry): void {
  const known = state.gap ?? { from, until };
  state.gap = { from: Math.min(from, known.from), until: Math.max(until, known.until) };
}

function change(state: LedgerState, entry: LedgerEntry): void {
  state.beforeChange?.(entry.object);
  const object = state.objects.get(entry.object) ?? emptyObject();
  state.objects.set(entry.object, object);
  changeObject(object, entry);
  // Deleted and set again: the order of a Map is that of insertion.
  state.absent.delete(entry.object);
  if (!object.isPresent) state.absent.set(entry.object, state.latest);
}

function changeObject(object: ObjectState, entry: LedgerEntry): void {
  if (entry.kind === 'Hold') hold(object, entry);
  else if (entry.kind === 'Outcome') settle(object, entry);
  else if (entry.kind === 'Bypass') bypass(object, entry);
  else if (entry.kind === 'Proposal') propose(object, entry);
  else see(object, entry);
}

/**
 * A repeat of an outstanding hold renews it, since the repeat may land as well as the first. So does a repeat of one that
 * had expired. One that was committed used up its base version: it cannot land again.
 */
function hold(object: ObjectState, entry: HoldEntry): void {
  if (object.settled.get(entry.key)?.outcome === 'committed') return;
  object.settled.delete(entry.key);
  const known = object.holds.get(entry.key);
  const renewedAt = Math.max(known?.renewedAt ?? 0, entry.at);
  object.holds.set(entry.key, { ...(known ?? entry), renewedAt });
}

/** `expired` and `void` are conclusions, `committed` was seen: it corrects them. */
function settle(object: ObjectState, entry: OutcomeEntry): void {
  const before = object.settled.get(entry.key);
  const found = object.holds.get(entry.key) ?? before?.hold;
  // An outcome of a hold that nobody knows: it was lost, which a gap says.
  if (found === undefined || before?.outcome === entry.outcome || before?.outcome === 'committed') return;
  if (entry.outcome === 'committed') commit(object, found, entry);
  else remember(object, found, entry.outcome);
}

function commit(object: ObjectState, landed: HoldEntry, { at, resourceVersion }: OutcomeEntry): void {
  // Holds of one base version are alternatives: this one has used it up.
  for (const other of [...object.holds.values()])
    if (other.base === landed.base) remember(object, other, 'void');
  remember(object, landed, 'committed');
  if (resourceVersion !== undefined && !isNewVersion(object, resourceVersion)) return;
  land(object, landed.moves, { at: Math.max(at, landed.at), actor: landed.actor });
}

function remember(object: ObjectState, { ...found }: HoldEntry, outcome: OutcomeEntry['outcome']): void {
  object.holds.delete(found.key);
  object.settled.delete(found.key);
  object.settled.set(found.key, { outcome, hold: found });
  const [oldest] = object.settled.keys();
  if (object.settled.size > mostSettled && oldest !== undefined) object.settled.delete(oldest);
}

function bypass(object: ObjectState, { at, actor, moves, resourceVersion }: BypassEntry): void {
  if (isNewVersion(object, resourceVersion)) land(object, moves, { at, actor });
}

/** Whether the version was not charged yet; from now on it is. */
function isNewVersion({ versions }: ObjectState, version: string): boolean {
  if (versions.includes(version)) return false;
  versions.push(version);
  if (versions.length > mostVersions) versions.shift();
  return true;
}

function land(object: ObjectState, moves: readonly Move[], when: { at: number; actor: string }): void {
  object.isPresent = !moves.some(({ parameter, to }) => parameter.endsWith('.exists') && to === 'absent');
  for (const { parameter, type, from, to } of moves) {
    const [before, after] = [parseValue(type, from), parseValue(type, to)];
    const known = parameterOf(object, parameter, type);
    if (before !== after) addMovement(known, { from: before, to: after, ...when });
    // The first value of an object: no movement, but what the next one is measured from.
    else known.last = { at: when.at, value: after };
  }
}

function propose(object: ObjectState, { at, actor, requested }: ProposalEntry): void {
  for (const { parameter, type, value } of requested) {
    const known = parameterOf(object, parameter, type ?? object.parameters.get(parameter)?.type ?? 'choice');
    addProposal(known, { at, actor, requested: parseValue(known.type, value) });
  }
}

/** A deleted object keeps its last values: one of the same name goes on from them. */
function see(object: ObjectState, { at, resourceVersion, values }: SeenEntry): void {
  object.isPresent = resourceVersion !== '';
  if (object.isPresent) isNewVersion(object, resourceVersion);
  for (const { parameter, type, value } of values) {
    const known = parameterOf(object, parameter, type);
    if (!object.isPresent && value === null && known.last !== undefined) continue;
    known.last = { at, value: parseValue(known.type, value) };
  }
}

function parameterOf({ parameters }: ObjectState, name: string, type: string): ParameterState {
  const known = parameters.get(name) ?? emptyParameter(typeOf(type));
  known.type = typeOf(type);
  parameters.set(name, known);
  return known;
}

const numberTypes: ReadonlySet<string> = new Set(['integer', 'quantity', 'percent', 'duration']);

function typeOf(type: string): ParameterType {
  return isNumberType(type) ? type : 'choice';
}

function isNumberType(type: string): type is ParameterType {
  return numberTypes.has(type);
}

/** Throws a SyntaxError where the text of a number is none: entries are written by ourselves. */
export function parseValue(type: string, text: Text): Value | undefined {
  if (numberTypes.has(type)) return text === null ? undefined : BigInt(text);
  return text ?? noChoice;
}

/** What is absent for longer than any window is forgotten whole, also if it never was there. */
export function forgetAbsent(state: LedgerState): void {
  for (const [object, touched] of state.absent) {
    if (touched > state.latest - keptMilliseconds) return;
    state.beforeChange?.(object);
    state.absent.delete(object);
    state.objects.delete(object);
  }
}

export function isFolded(record: { readonly kind: string }): record is FoldedEntry {
  return foldedKinds.has(record.kind);
}

const foldedKinds: ReadonlySet<string> = new Set<FoldedEntry['kind']>([
  'Hold',
  'Outcome',
  'Bypass',
  'Proposal',
  'Seen',
  'Gap',
]);
