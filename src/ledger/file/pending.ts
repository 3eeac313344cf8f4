/** Entries on their way to the disk, as seen by readers: in the order of the log, on a copy of the object they change. */
import type { FoldedEntry, LedgerEntry, ObjectKey } from '../entry.ts';
import { apply } from '../project.ts';
import { copyObject, emptyState, type LedgerState } from '../state.ts';

export class Pending {
  readonly #state: LedgerState;
  readonly #entries = new Map<ObjectKey, LedgerEntry[]>();
  readonly #views = new Map<ObjectKey, LedgerState>();

  constructor(state: LedgerState) {
    this.#state = state;
  }

  add(entry: FoldedEntry): void {
    if (entry.kind === 'Gap') return;
    const list = this.#entries.get(entry.object);
    if (list === undefined) this.#entries.set(entry.object, [entry]);
    else list.push(entry);
    const view = this.#views.get(entry.object);
    if (view !== undefined) apply(view, entry);
  }

  /** Those are pending now, and no others. */
  reset(entries: Iterable<FoldedEntry>): void {
    this.#entries.clear();
    this.#views.clear();
    for (const entry of entries) this.add(entry);
  }

  /** The state for reading one object. */
  view(object: ObjectKey): LedgerState {
    const entries = this.#entries.get(object);
    if (entries === undefined) return this.#state;
    const known = this.#views.get(object);
    if (known !== undefined) {
      known.gap = this.#state.gap;
      return known;
    }
    const view = this.#copy(object);
    for (const entry of entries) apply(view, entry);
    this.#views.set(object, view);
    return view;
  }

  #copy(object: ObjectKey): LedgerState {
    const known = this.#state.objects.get(object);
    const view = { ...emptyState(), latest: this.#state.latest, gap: this.#state.gap };
    if (known !== undefined) view.objects.set(object, copyObject(known));
    return view;
  }
}
