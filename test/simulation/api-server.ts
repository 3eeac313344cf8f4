/** What the API server does with one request: reads that lag, both webhooks (again and again), compare-and-swap, retries. */
import type { AdmissionResponse } from '../../src/webhook/answer.ts';
import { applyPatch, type PatchOperation } from '../../src/webhook/patch.ts';
import type { ReviewRequest } from '../../src/webhook/review.ts';
import type { Door } from '../../src/webhook/server.ts';
import type { Random } from '../unit/ledger/file/disk.ts';
import type { Scheduler } from './scheduler.ts';
import type { Landing, Store, Version } from './store.ts';
import { namespace, objectOf, type Webhook } from './webhook.ts';

/** The longest that a request is worked on. */
const requestMilliseconds = 60_000;
/** https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/patch.go: maxRetryWhenPatchConflicts */
const mostAttempts = 5;

export interface Proposal {
  readonly at: number;
  readonly name: string;
  readonly value: number;
}

export interface Parts {
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly store: Store;
  readonly now: () => number;
  readonly webhook: () => Webhook | undefined;
  /** Asked at /mutate, not as a dry run. */
  readonly onProposal: (proposal: Proposal) => void;
  /** The webhook was shown this version. */
  readonly onShown: (version: Version) => void;
  readonly isSeen: (landing: Landing) => boolean;
}

export interface Wish {
  readonly name: string;
  readonly value: number;
  readonly user: string;
  readonly dryRun: boolean;
}

interface Step {
  readonly wish: Wish;
  readonly base: Version | undefined;
  readonly operation: ReviewRequest['operation'];
}

export class ApiServer {
  readonly #parts: Parts;
  #requests = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** PATCH: on a conflict it is applied to what is stored by then, and admitted again. */
  async patch(wish: Wish, attempts = mostAttempts): Promise<void> {
    const { now, store, random, scheduler } = this.#parts;
    const deadline = now() + requestMilliseconds;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const base = attempt === 0 && random() < 0.3 ? this.#readCache(wish.name) : store.read(wish.name);
      if (base === undefined) return;
      const value = await this.#admit({ wish, base, operation: 'UPDATE' });
      if (value === undefined || wish.dryRun || random() < 0.1) return;
      await scheduler.pause();
      if (now() > deadline) return;
      // What changes nothing is not written.
      if (value === base.value && store.read(wish.name)?.resourceVersion === base.resourceVersion) return;
      if (store.write({ name: wish.name, value }, base.resourceVersion, true)) return;
    }
  }

  async create(wish: Wish): Promise<void> {
    const { now, store, random, scheduler, isSeen } = this.#parts;
    const deadline = now() + requestMilliseconds;
    const readLast = (): Landing | undefined => store.landings.findLast(({ name }) => name === wish.name);
    const last = readLast();
    // One that is made before the end of the one before it was seen goes on from what was seen.
    const isInformed = last === undefined || isSeen(last);
    const value = await this.#admit({ wish, base: undefined, operation: 'CREATE' });
    if (value === undefined || wish.dryRun || random() < 0.1) return;
    await scheduler.pause();
    if (now() > deadline) return;
    const isGoverned = isInformed && last === readLast();
    store.write({ name: wish.name, value }, undefined, isGoverned);
  }

  async remove(wish: Wish): Promise<void> {
    const { store, random, scheduler } = this.#parts;
    const base = random() < 0.3 ? this.#readCache(wish.name) : store.read(wish.name);
    if (base === undefined) return;
    const answer = await this.#call('validate', { wish, base, operation: 'DELETE' }, undefined);
    if (answer?.allowed !== true || wish.dryRun) return;
    await scheduler.pause();
    store.remove(wish.name, base.resourceVersion);
  }

  #readCache(name: string): Version | undefined {
    const all = this.#parts.store.versions.filter((version) => version.name === name).slice(-3);
    return all[Math.floor(this.#parts.random() * all.length)];
  }

  /** The value that both doors admitted; undefined: none. */
  async #admit(step: Step): Promise<number | undefined> {
    const { random, now, onProposal, scheduler } = this.#parts;
    const { name, dryRun } = step.wish;
    let { value } = step.wish;
    for (let call = 0; call < (random() < 0.2 ? 2 : 1); call += 1) {
      const at = now();
      if (!dryRun) onProposal({ at, name, value });
      const answer = await this.#call('mutate', step, value);
      if (answer?.allowed !== true) return undefined;
      value = patched(answer, { name, value });
      await scheduler.pause();
    }
    let isAllowed = false;
    for (let call = 0; call < (random() < 0.1 ? 2 : 1); call += 1) {
      const answer = await this.#call('validate', step, value);
      isAllowed = answer?.allowed === true;
    }
    return isAllowed ? value : undefined;
  }

  async #call(door: Door, step: Step, value: number | undefined): Promise<AdmissionResponse | undefined> {
    const { webhook, onShown } = this.#parts;
    const alive = webhook();
    if (alive === undefined) return undefined;
    const { wish, base, operation } = step;
    this.#requests += 1;
    // A deletion shows no knobs.
    if (base !== undefined && operation !== 'DELETE') onShown(base);
    return alive.ask(door, {
      uid: `${this.#requests}`,
      group: 'autoscaling',
      version: 'v2',
      kind: 'HorizontalPodAutoscaler',
      resource: { group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers' },
      subresource: '',
      namespace,
      name: wish.name,
      operation,
      user: wish.user,
      groups: [],
      dryRun: wish.dryRun,
      object: value === undefined ? null : objectOf({ ...base, name: wish.name, value }),
      oldObject: base === undefined ? null : objectOf(base),
    });
  }
}

function patched({ patch }: AdmissionResponse, { name, value }: { name: string; value: number }): number {
  if (patch === undefined) return value;
  const operations = JSON.parse(Buffer.from(patch, 'base64').toString()) as PatchOperation[];
  const { spec } = applyPatch(operations, objectOf({ name, value })) as { spec: { maxReplicas: number } };
  return spec.maxReplicas;
}
