/** Resources in memory, as the API server keeps them; it can conflict, lose answers, fail and be slow. */
import type { Fetched, LedgerStore, Spec, Written } from '../../../../src/ledger/kubernetes/store.ts';

interface Resource {
  readonly version: string;
  readonly spec: Spec;
}

/** What becomes of the next write. */
export type Fate = 'works' | 'answer lost' | 'request lost';

export class FakeStore implements LedgerStore {
  readonly resources = new Map<string, Resource>();
  readonly #watchers: ((version: string | undefined, spec: Spec) => void)[] = [];
  #revision = 0;
  writes = 0;
  reads = 0;
  conflicts = 0;
  /** Of the next writes, in order; then they work. */
  readonly fates: Fate[] = [];
  isDown = false;
  /** Called before each call is answered: tests wait or interleave here. */
  pause: () => Promise<void> = () => Promise.resolve();

  watch(receive: (version: string | undefined, spec: Spec) => void): void {
    for (const { version, spec } of this.resources.values()) receive(version, spec);
    this.#watchers.push(receive);
  }

  async fetch(name: string): Promise<Fetched> {
    await this.pause();
    this.reads += 1;
    if (this.isDown) return { kind: 'failed', problem: 'it is down' };
    const found = this.resources.get(name);
    return found === undefined ? { kind: 'absent' } : { kind: 'found', ...structuredClone(found) };
  }

  create(name: string, spec: Spec): Promise<Written> {
    return this.#write(name, undefined, spec);
  }

  replace(name: string, version: string, spec: Spec): Promise<Written> {
    return this.#write(name, version, spec);
  }

  delete(name: string): void {
    const found = this.resources.get(name);
    this.resources.delete(name);
    if (found !== undefined) for (const receive of this.#watchers) receive(undefined, found.spec);
  }

  async #write(name: string, version: string | undefined, spec: Spec): Promise<Written> {
    const fate = this.fates.shift() ?? 'works';
    const sent = structuredClone(spec);
    await this.pause();
    if (this.isDown || fate === 'request lost') return { kind: 'failed', problem: 'it is down' };
    if (this.resources.get(name)?.version !== version) {
      this.conflicts += 1;
      return { kind: 'conflict' };
    }
    this.#revision += 1;
    this.writes += 1;
    const stored = { version: `${this.#revision}`, spec: sent };
    this.resources.set(name, stored);
    queueMicrotask(() => {
      for (const receive of this.#watchers) receive(stored.version, structuredClone(sent));
    });
    return fate === 'answer lost'
      ? { kind: 'failed', problem: 'no answer' }
      : { kind: 'written', version: stored.version };
  }
}
