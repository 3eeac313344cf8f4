/**
 * The policies in force, indexed by kind, then namespace, then one exact name, label or actor: of ten thousand policies a
 * request looks only at those that could be meant.
 */
import type { Actor } from '../core/change.ts';
import type { GuardError } from '../core/evaluate.ts';
import type { Guard } from '../core/guard.ts';
import { buildGuards } from './build-guards.ts';
import type { CompiledPolicy } from './compile.ts';
import { userOf } from './compile-match.ts';
import { activeExceptions, type CompiledException } from './exceptions.ts';
import type { ActorPattern } from './schema.ts';
import type { CustomParameter, PolicySet, Query, Selection } from './set.ts';

interface Entry {
  readonly policy: CompiledPolicy;
  readonly guards: readonly Guard[];
  readonly exceptions: readonly CompiledException[];
}

/** Policies of one kind and one namespace. */
interface Slot {
  readonly byName: Map<string, Entry[]>;
  /** By the first of its matchLabels: key, then value. */
  readonly byLabel: Map<string, Map<string, Entry[]>>;
  /** By the actors that it includes, where each is named exactly: `user x`, `group y`. */
  readonly byActor: Map<string, Entry[]>;
  readonly others: Entry[];
}

interface KindIndex {
  readonly byNamespace: Map<string, Slot>;
  readonly anywhere: Slot;
}

export function createPolicySet(
  policies: readonly CompiledPolicy[],
  exceptions: readonly CompiledException[],
  hash: string,
): PolicySet {
  const kinds = new Map<string, KindIndex>();
  const byPolicy = groupByPolicy(exceptions);
  for (const policy of policies) {
    const own = byPolicy.get(policy.id) ?? [];
    addEntry(kinds, { policy, guards: buildGuards(policy, []), exceptions: own });
  }
  return { hash, size: policies.length, select: (query) => select(kinds, query) };
}

function groupByPolicy(exceptions: readonly CompiledException[]): Map<string, CompiledException[]> {
  const groups = new Map<string, CompiledException[]>();
  for (const exception of [...exceptions].sort((a, b) => (a.id < b.id ? -1 : 1)))
    for (const policy of new Set(exception.policies)) push(groups, policy, exception);
  return groups;
}

function addEntry(kinds: Map<string, KindIndex>, entry: Entry): void {
  const { policy } = entry;
  const { match } = policy.source.value.spec;
  for (const key of new Set(match.resources.map(({ group, kind }) => `${group}/${kind}`))) {
    const index = kinds.get(key) ?? { byNamespace: new Map<string, Slot>(), anywhere: createSlot() };
    kinds.set(key, index);
    for (const slot of slotsOf(index, policy)) addToSlot(slot, entry);
  }
}

function slotsOf(index: KindIndex, { namespace, source }: CompiledPolicy): Slot[] {
  const wanted = namespace === undefined ? source.value.spec.match.namespaces : [namespace];
  if (wanted === undefined || wanted.some((pattern) => pattern.endsWith('*'))) return [index.anywhere];
  return [...new Set(wanted)].map((name) => {
    const slot = index.byNamespace.get(name) ?? createSlot();
    index.byNamespace.set(name, slot);
    return slot;
  });
}

function addToSlot(slot: Slot, entry: Entry): void {
  const { names, labels, actors } = entry.policy.source.value.spec.match;
  const included = actorKeys(actors?.include ?? []);
  const [label] = Object.entries(labels?.matchLabels ?? {});
  if (names?.every((name) => !name.endsWith('*'))) {
    for (const name of new Set(names)) push(slot.byName, name, entry);
  } else if (label !== undefined) {
    const values = slot.byLabel.get(label[0]) ?? new Map<string, Entry[]>();
    slot.byLabel.set(label[0], values);
    push(values, label[1], entry);
  } else if (included !== undefined) {
    for (const key of included) push(slot.byActor, key, entry);
  } else slot.others.push(entry);
}

/** Undefined where an actor is not named exactly: then the policy is looked at for every actor. */
function actorKeys(include: readonly ActorPattern[]): ReadonlySet<string> | undefined {
  const keys = include.map(({ user, group, serviceAccount }) => {
    if (user !== undefined) return `user ${user}`;
    if (serviceAccount !== undefined) return `user ${userOf(serviceAccount)}`;
    return group === undefined ? '*' : `group ${group}`;
  });
  return keys.length === 0 || keys.some((key) => key.endsWith('*')) ? undefined : new Set(keys);
}

function createSlot(): Slot {
  return { byName: new Map(), byLabel: new Map(), byActor: new Map(), others: [] };
}

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [item]);
  else known.push(item);
}

function select(kinds: ReadonlyMap<string, KindIndex>, query: Query): Selection {
  const index = kinds.get(`${query.group}/${query.kind}`);
  if (index === undefined) return { guards: [], parameters: [], errors: [] };
  const slots = [index.anywhere, index.byNamespace.get(query.namespace)];
  const candidates = slots.flatMap((slot) => (slot === undefined ? [] : candidatesOf(slot, query)));
  const guards: Guard[] = [];
  const errors: GuardError[] = [];
  const parameters = new Map<string, CustomParameter>();
  for (const entry of candidates.sort(byPolicyId)) {
    const matched = entry.policy.matcher.match(query);
    if (matched === 'no') continue;
    if (matched === 'yes') guards.push(...guardsOf(entry, query));
    else errors.push(staleError(entry.policy, matched.unknown));
    for (const parameter of entry.policy.parameters) parameters.set(parameter.definition.name, parameter);
  }
  return { guards, parameters: [...parameters.values()], errors };
}

function candidatesOf(slot: Slot, query: Query): Entry[] {
  return [
    ...slot.others,
    ...(slot.byName.get(query.name) ?? []),
    ...labelled(slot, query),
    ...forActor(slot, query.actor),
  ];
}

function forActor({ byActor }: Slot, { user, groups }: Actor): Entry[] {
  if (byActor.size === 0) return [];
  const keys = [`user ${user}`, ...groups.map((group) => `group ${group}`)];
  return [...new Set(keys.flatMap((key) => byActor.get(key) ?? []))];
}

/** With unknown labels all of them are candidates: whether they are meant is then an error, not a no. */
function labelled({ byLabel }: Slot, query: Query): Entry[] {
  if (byLabel.size === 0) return [];
  const sides = query.readLabels();
  if (sides === undefined) return [...byLabel.values()].flatMap((values) => [...values.values()].flat());
  const found = new Set<Entry>();
  for (const labels of sides)
    for (const [key, value] of labels)
      for (const entry of byLabel.get(key)?.get(value) ?? []) found.add(entry);
  return [...found];
}

function byPolicyId(a: Entry, b: Entry): number {
  return Number(a.policy.id > b.policy.id) - Number(a.policy.id < b.policy.id);
}

function guardsOf(entry: Entry, query: Query): readonly Guard[] {
  if (entry.exceptions.length === 0) return entry.guards;
  const active = activeExceptions(entry.exceptions, entry.policy, query);
  return active.length === 0 ? entry.guards : buildGuards(entry.policy, active);
}

function staleError({ id, mode, failurePolicy }: CompiledPolicy, why: string): GuardError {
  return {
    policy: id,
    position: 'match',
    parameter: '',
    failurePolicy: mode === 'Enforce' ? failurePolicy : 'Ignore',
    message: `FactsStale: ${why}`,
  };
}
