/**
 * Writes `Ready` to the status of documents: only what differs from what is stored, one write at a time, few a second,
 * and seldom for one document, so that no disagreement between replicas and no bug of ours becomes a hot loop.
 */
import { type Backoff, delayMilliseconds, pause } from './backoff.ts';
import type { Cluster } from './client.ts';
import {
  type Condition,
  isSameCondition,
  type Outcome,
  readyCondition,
  readyOf,
  statusPatch,
} from './condition.ts';
import { type DocumentName, formatName, statusPath } from './documents.ts';
import type { Failure } from './failure.ts';
import { FailureLog } from './failure-log.ts';
import type { JsonObject } from './json.ts';
import type { OnNote } from './problem.ts';

/** What is stored of a document, as far as we have seen. */
export interface StoredStatus {
  readonly uid: string;
  readonly status: JsonObject;
}

export interface StatusWriterOptions {
  readonly cluster: Pick<Cluster, 'fetchJson'>;
  readStored(name: DocumentName): StoredStatus | undefined;
  readonly onNote?: OnNote;
  /** Between two writes; 50 by default. */
  readonly spacingMilliseconds?: number;
  /** Between two writes of one document; 5,000 by default. */
  readonly repeatMilliseconds?: number;
  /** The first write waits a random part of it, so that one replica writes and the others see it; 500 by default. */
  readonly spreadMilliseconds?: number;
  readonly backoff?: Partial<Backoff>;
  /** Milliseconds since the epoch, for the time of a transition. */
  now?(): number;
}

interface Job {
  readonly name: DocumentName;
  readonly outcome: Outcome;
  /** On the process's own clock, which nobody sets back. */
  readonly notBefore: number;
  readonly attempt: number;
}

interface Written {
  readonly uid: string;
  readonly at: number;
  /** Absent where the write failed. */
  readonly condition?: Condition;
}

const mostAttempts = 6;

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #backoff: Backoff;
  readonly #now: () => number;
  readonly #log: FailureLog;
  readonly #stopping = new AbortController();
  readonly #jobs = new Map<string, Job>();
  /** The last write of each document: what we have seen of it may be older. */
  readonly #written = new Map<string, Written>();
  #running: Promise<void> | undefined;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
    const usual = { baseMilliseconds: 1_000, mostMilliseconds: 30_000, random: Math.random };
    this.#backoff = { ...usual, ...options.backoff };
    this.#now = options.now ?? Date.now;
    this.#log = new FailureLog('the status of documents is written', options.onNote);
  }

  /** The newest outcome of a document replaces one that waits. */
  submit(name: DocumentName, outcome: Outcome): void {
    const key = formatName(name);
    const waiting = this.#jobs.get(key);
    this.#jobs.delete(key);
    if (this.#stopping.signal.aborted || this.#decide(name, outcome) === undefined) return;
    const { spreadMilliseconds = 500, repeatMilliseconds = 5_000 } = this.#options;
    const written = this.#written.get(key);
    const soonest = performance.now() + this.#backoff.random() * spreadMilliseconds;
    const notBefore = Math.max(soonest, written === undefined ? 0 : written.at + repeatMilliseconds);
    // A document that is edited all the time is still written: its turn does not move.
    this.#jobs.set(key, { name, outcome, attempt: 1, notBefore: waiting?.notBefore ?? notBefore });
    this.#running ??= this.#run();
  }

  /** Of a document that is gone. */
  forget(name: DocumentName): void {
    this.#jobs.delete(formatName(name));
    this.#written.delete(formatName(name));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#jobs.size > 0 && !signal.aborted) {
      await pause(this.#options.spacingMilliseconds ?? 50, signal);
      await this.#writeNext();
    }
    this.#running = undefined;
  }

  /** The first job that is due and has something to write; those that have nothing cost no time. */
  async #writeNext(): Promise<void> {
    for (const [key, job] of this.#jobs) {
      if (job.notBefore > performance.now()) continue;
      this.#jobs.delete(key);
      const ready = this.#decide(job.name, job.outcome);
      if (ready !== undefined) return this.#write(key, job, ready);
    }
  }

  /** What is to be written; undefined where nothing is. */
  #decide(name: DocumentName, outcome: Outcome): Condition | undefined {
    const stored = this.#options.readStored(name);
    if (stored === undefined) return undefined;
    const seen = readyOf(stored.status);
    const ready = readyCondition(outcome, seen, this.#now());
    const written = this.#written.get(formatName(name));
    const ours = written?.uid === stored.uid ? written.condition : undefined;
    const isStored = seen !== undefined && isSameCondition(seen, ready);
    return isStored && (ours === undefined || isSameCondition(ours, ready)) ? undefined : ready;
  }

  async #write(key: string, job: Job, ready: Condition): Promise<void> {
    const { cluster, readStored } = this.#options;
    const stored = readStored(job.name);
    if (stored === undefined || this.#stopping.signal.aborted) return;
    const { guards } = job.outcome;
    const body = statusPatch(ready, { ...stored, ...(guards === undefined ? {} : { guards }) });
    const { signal } = this.#stopping;
    const answer = await cluster.fetchJson('PATCH', statusPath(job.name), { body, signal });
    const condition = answer.ok ? { condition: ready } : {};
    this.#written.set(key, { uid: stored.uid, at: performance.now(), ...condition });
    if (answer.ok) this.#log.worked();
    else this.#failed(key, job, answer.failure);
  }

  #failed(key: string, job: Job, failure: Failure): void {
    const isPassing =
      failure.kind === 'unreachable' || failure.status === 429 || (failure.status ?? 0) >= 500;
    if (failure.status === 404 || failure.status === 409 || failure.status === 422) {
      const why = failure.problem.why;
      this.#options.onNote?.({ level: 'info', message: `the status of \`${key}\` was not written: ${why}` });
    } else this.#log.failed(failure);
    // A newer outcome that came meanwhile has its own turn.
    if (!isPassing || this.#jobs.has(key) || job.attempt >= mostAttempts) return;
    const wait = Math.max(
      delayMilliseconds(job.attempt, this.#backoff),
      (failure.retryAfterSeconds ?? 0) * 1_000,
    );
    this.#jobs.set(key, { ...job, attempt: job.attempt + 1, notBefore: performance.now() + wait });
  }
}
