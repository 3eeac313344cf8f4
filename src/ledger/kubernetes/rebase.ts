/**
 * What one replica concluded from what it had read of an object, when another has written meanwhile: concluded anew, on what
 * that one wrote. What was asked about elsewhere looks like a bypass to whoever has not heard of it yet. Pure.
 */
import type { Value } from '../../core/parameter.ts';
import type { LedgerEntry, ObjectKey } from '../entry.ts';
import { apply } from '../project.ts';
import { findBypass, isOlder, type Stored, settle } from '../settle.ts';
import { type KnownValue, type LedgerState, readValues } from '../state.ts';

/** `known`: the last values as this replica had them, its conclusions included. `fresh` is of that object alone, and ours to change. */
export function rebase(
  entries: readonly LedgerEntry[],
  known: ReadonlyMap<string, KnownValue>,
  fresh: LedgerState,
): LedgerEntry[] {
  const kept = entries.flatMap((entry) => keep(entry, fresh));
  const stored = storedOf(entries, known);
  if (stored === undefined || isKnown(fresh, stored.object, stored.resourceVersion)) return kept;
  const holds = [...(fresh.objects.get(stored.object)?.holds.values() ?? [])];
  const sight = { known: readValues(fresh, stored.object), stored };
  const outcomes = settle(holds, sight, stored.at);
  for (const outcome of outcomes) apply(fresh, outcome);
  const bypass = findBypass(readValues(fresh, stored.object), stored, stored.at);
  return [...kept, ...outcomes, ...(bypass === undefined ? [] : [bypass])];
}

/** Whether that version, or a newer one, was already accounted for. */
export function isKnown(state: LedgerState, object: ObjectKey, version: string): boolean {
  const it = state.objects.get(object);
  if (it === undefined) return false;
  const numbers = /^\d+$/;
  const bases = [...it.holds.values()].map(({ base }) => base).filter((base) => numbers.test(base));
  const newest = it.versions.at(-1);
  return (
    (newest !== undefined && !isOlder(newest, version)) ||
    (numbers.test(version) && bases.some((base) => isOlder(version, base)))
  );
}

/**
 * An observation is concluded anew; a deletion and a proposal are true whatever else is, and a first value is where nobody
 * knows one.
 */
function keep(entry: LedgerEntry, fresh: LedgerState): LedgerEntry[] {
  if (entry.kind === 'Proposal') return [entry];
  if (entry.kind === 'Outcome') {
    const isOutstanding = fresh.objects.get(entry.object)?.holds.has(entry.key) === true;
    return entry.resourceVersion === undefined && isOutstanding ? [entry] : [];
  }
  if (entry.kind !== 'Seen') return [];
  const known = readValues(fresh, entry.object);
  const values = entry.values.filter(({ parameter }) => !known.has(parameter));
  return entry.resourceVersion === '' || values.length > 0 ? [{ ...entry, values }] : [];
}

/** The newest version that was observed, and the values it had. */
function storedOf(
  entries: readonly LedgerEntry[],
  known: ReadonlyMap<string, KnownValue>,
): (Stored & { readonly at: number }) | undefined {
  let newest: (Stored & { readonly at: number }) | undefined;
  const values = new Map([...known].map(([name, { value }]): [string, Value | undefined] => [name, value]));
  for (const entry of entries) {
    if (entry.kind !== 'Bypass' && entry.kind !== 'Outcome') continue;
    const { object, resourceVersion, at } = entry;
    if (resourceVersion === undefined || (newest && isOlder(resourceVersion, newest.resourceVersion)))
      continue;
    const manager = entry.kind === 'Bypass' ? entry.actor : (newest?.manager ?? '');
    newest = { object, resourceVersion, values, manager, at };
  }
  return newest;
}
