/** One object's resource: what is known to be stored, what waits to be, and the one write at a time that makes it so. */
import { randomUUID } from 'node:crypto';
import type { LedgerEntry, ObjectKey } from '../entry.ts';
import type { Recorded } from '../ledger.ts';
import { apply } from '../project.ts';
import { isOlder } from '../settle.ts';
import { type LedgerState, readValues } from '../state.ts';
import { isKnown, rebase } from './rebase.ts';
import { decidedOn, decodeResource, encodeResource, nameOf } from './resource.ts';
import type { Fetched, LedgerStore, Spec } from './store.ts';

type Stored = Extract<Fetched, { kind: 'found' }>;

export interface Item {
  readonly entry: LedgerEntry;
  /** Undefined: nobody waits, it is kept until it is written. */
  readonly settle: ((recorded: Recorded) => void) | undefined;
}

export interface SlotPorts {
  readonly store: LedgerStore;
  /** What is durable was made so, or a write failed; never called for a conflict. */
  readonly onWrite: (items: readonly Item[], problem: string | undefined) => void;
  /** Another has written first. */
  readonly onConflict: () => void;
  /** What is known of the object is another thing now. */
  readonly onChange: (object: ObjectKey, known: LedgerState | undefined) => void;
}

const contended = {
  ok: false,
  isContended: true,
  problem: 'the history of the object has just moved: ask again',
} as const;

export class Slot {
  readonly #object: ObjectKey;
  readonly #ports: SlotPorts;
  #spec: unknown;
  /** Undefined: no resource is known to be there. */
  #version: string | undefined;
  #pending: Item[] = [];
  /** What the write under way has, and its name. */
  #inFlight: readonly Item[] = [];
  #write = '';
  #draining: Promise<void> | undefined;
  /** The newest that the watch told during a write. */
  #missed: Stored | undefined;
  /** What `encodeResource` is to tell people. */
  opensAt: number | undefined;

  constructor(object: ObjectKey, ports: SlotPorts) {
    this.#object = object;
    this.#ports = ports;
  }

  get isIdle(): boolean {
    return this.#pending.length === 0 && this.#draining === undefined;
  }

  /** What is stored with what waits; undefined where the resource is not one of ours. */
  read(): LedgerState | undefined {
    const state = decodeResource(this.#spec, this.#object);
    if (state !== undefined)
      for (const { entry } of [...this.#inFlight, ...this.#pending]) fold(state, entry);
    return state;
  }

  push(item: Item): void {
    this.#pending.push(item);
  }

  /** Writes what waits, in as few writes as that takes; a write that fails ends it. */
  drain(): Promise<void> {
    this.#draining ??= this.#writeAll().finally(() => {
      this.#draining = undefined;
      if (this.#pending.some(({ settle }) => settle !== undefined)) void this.drain();
    });
    return this.#draining;
  }

  /** Somebody's write, told by the watch. One that is under way hears of it by its conflict. */
  receive(version: string, spec: unknown): void {
    if (this.#version !== undefined && !isOlder(this.#version, version)) return;
    if (this.#inFlight.length > 0) this.#missed = { kind: 'found', version, spec };
    else this.#adopt({ kind: 'found', version, spec }, []);
  }

  /** Deleted by somebody: what is known is written again with the next write. */
  lose(): void {
    if (this.#inFlight.length === 0) this.#version = undefined;
  }

  async #writeAll(): Promise<void> {
    while (this.#pending.length > 0) if (!(await this.#writeOnce())) return;
  }

  async #writeOnce(): Promise<boolean> {
    const items = this.#pending;
    const state = this.read();
    this.#pending = [];
    this.#write = randomUUID();
    const labelled = { object: this.#object, write: this.#write, opensAt: this.opensAt };
    const spec = state && encodeResource(state, labelled);
    if (spec === undefined) return this.#refuse(items, state === undefined);
    this.#inFlight = items;
    const name = nameOf(this.#object);
    const { store } = this.#ports;
    const written = await (this.#version === undefined
      ? store.create(name, spec)
      : store.replace(name, this.#version, spec));
    if (written.kind === 'written') return this.#succeed(written.version, spec);
    const fetched = await store.fetch(name);
    if (fetched.kind === 'failed')
      return this.#fail(written.kind === 'failed' ? written.problem : fetched.problem);
    if (fetched.kind === 'found' && (fetched.spec as Partial<Spec> | null)?.write === this.#write)
      return this.#succeed(fetched.version, spec);
    const isSame = fetched.kind === 'found' ? fetched.version === this.#version : this.#version === undefined;
    if (isSame)
      return this.#fail(written.kind === 'failed' ? written.problem : 'it was refused without a reason');
    this.#inFlight = [];
    this.#ports.onConflict();
    this.#adopt(fetched, items);
    return true;
  }

  #succeed(version: string, spec: Spec): boolean {
    const items = this.#inFlight;
    this.#inFlight = [];
    this.#spec = spec;
    this.#version = version;
    this.#ports.onChange(this.#object, this.read());
    this.#ports.onWrite(items, undefined);
    for (const { settle } of items) settle?.({ ok: true });
    const missed = this.#missed;
    this.#missed = undefined;
    // What came after our own write: it is behind what is known now, if it came before.
    if (missed !== undefined) this.receive(missed.version, missed.spec);
    return true;
  }

  /** Whoever waits is told; the rest waits for the next attempt. */
  #fail(problem: string): boolean {
    const all = [...this.#inFlight, ...this.#pending];
    this.#inFlight = [];
    this.#pending = all.filter(({ settle }) => settle === undefined);
    this.#ports.onChange(this.#object, this.read());
    this.#ports.onWrite([], problem);
    for (const { settle } of all) settle?.({ ok: false, problem });
    return false;
  }

  #refuse(items: readonly Item[], isForeign: boolean): boolean {
    this.#inFlight = items;
    return this.#fail(
      isForeign
        ? `\`${nameOf(this.#object)}\` is not a record of \`${this.#object}\` that can be read`
        : `the record of \`${this.#object}\` has no room`,
    );
  }

  /** What was decided on another history is to be decided again; what was observed is concluded anew. */
  #adopt(fetched: Exclude<Fetched, { kind: 'failed' }>, items: readonly Item[]): void {
    const all = [...items, ...this.#pending];
    const before = decodeResource(this.#spec, this.#object);
    if (before !== undefined) for (const { entry } of all) fold(before, entry);
    this.#missed = undefined;
    this.#version = fetched.kind === 'found' ? fetched.version : undefined;
    // A resource that is gone was deleted by somebody: what it said stays true.
    if (fetched.kind === 'found') this.#spec = fetched.spec;
    const fresh = decodeResource(this.#spec, this.#object);
    const entries = all.flatMap(({ entry, settle }) => (settle === undefined ? [entry] : []));
    const known = before === undefined ? new Map() : readValues(before, this.#object);
    const rebased = fresh === undefined ? entries : rebase(entries, known, fresh);
    this.#pending = rebased.map((entry) => ({ entry, settle: undefined }));
    const after = this.read();
    const [kept, stale] = partition(all, before, after);
    this.#pending.push(...kept);
    this.#ports.onChange(this.#object, this.read());
    for (const { settle } of stale) settle?.(contended);
  }
}

/** Those who wait: what was decided on what is still so, and what is to be decided again. */
function partition(
  items: readonly Item[],
  before: LedgerState | undefined,
  after: LedgerState | undefined,
): [kept: Item[], stale: Item[]] {
  const isSame = ({ entry }: Item): boolean =>
    entry.kind === 'Hold' &&
    before !== undefined &&
    after !== undefined &&
    decidedOn(before, entry.object, entry.base) === decidedOn(after, entry.object, entry.base);
  const waiting = items.filter(({ settle }) => settle !== undefined);
  return [waiting.filter(isSame), waiting.filter((item) => !isSame(item))];
}

/** As `apply`, but for a bypass of a version that was accounted for: what is stored by now is another. */
export function fold(state: LedgerState, entry: LedgerEntry): void {
  if (entry.kind === 'Bypass' && isKnown(state, entry.object, entry.resourceVersion)) return;
  apply(state, entry);
}
