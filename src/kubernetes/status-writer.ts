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
  type StoredStatus,
  statusPatch,
} from './condition.ts';
import { type DocumentName, formatName, statusPath } from './documents.ts';
import type { Failure } from './failure.ts';
import { FailureLog } from './failure-log.ts';
import type { OnNote } from './problem.ts';

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
  /** Of the document that was looked at: a namesake made since has its own outcome. */
  readonly uid: string;
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

interface Decided {
  readonly ready: Condition;
  readonly stored: StoredStatus;
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
  submit(name: DocumentName, uid: string, outcome: Outcome): void {
    const key = formatName(name);
    const waiting = this.#jobs.get(key);
    this.#jobs.delete(key);
    if (this.#stopping.signal.aborted || this.#decide({ name, uid, outcome }) === undefined) return;
    const { spreadMilliseconds = 500, repeatMilliseconds = 5_000 } = this.#options;
    const written = this.#written.get(key);
    const soonest = performance.now() + this.#backoff.random() * spreadMilliseconds;
    const notBefore = Math.max(soonest, written === undefined ? 0 : written.at + repeatMilliseconds);
    // A document that is edited all the time is still written: its turn does not move.
    this.#jobs.set(key, { name, uid, outcome, attempt: 1, notBefore: waiting?.notBefore ?? notBefore });
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
      const decided = this.#decide(job);
      if (decided !== undefined) return this.#write(key, job, decided);
    }
  }

  /** What is to be written; undefined where nothing is. */
  #decide({ name, uid, outcome }: Pick<Job, 'name' | 'uid' | 'outcome'>): Decided | undefined {
    const stored = this.#options.readStored(name);
    if (stored === undefined || stored.uid !== uid) return undefined;
    const seen = readyOf(stored.status);
    const ready = readyCondition(outcome, seen, this.#now());
    const written = this.#written.get(formatName(name));
    const ours = written?.uid === uid ? written.condition : undefined;
    const isStored = seen !== undefined && isSameCondition(seen, ready);
    if (isStored && (ours === undefined || isSameCondition(ours, ready))) return undefined;
    return { ready, stored };
  }

  async #write(key: string, job: Job, { ready, stored }: Decided): Promise<void> {
    const body = statusPatch(ready, stored, job.outcome.guards);
    const { signal } = this.#stopping;
    const answer = await this.#options.cluster.fetchJson('PATCH', statusPath(job.name), { body, signal });
    const condition = answer.ok ? { condition: ready } : {};
    this.#written.set(key, { uid: stored.uid, at: performance.now(), ...condition });
    if (answer.ok) this.#log.worked();
    else this.#failed(key, job, answer.failure);
  }

  #failed(key: string, job: Job, failure: Failure): void {
    const { kind, status = 0, problem } = failure;
    // On a conflict we have not yet seen what is stored: by the next attempt we have.
    const isPassing = kind === 'unreachable' || status === 409 || status === 429 || status >= 500;
    if (status === 404 || status === 422)
      this.#options.onNote?.({
        level: 'info',
        message: `the status of \`${key}\` was not written: ${problem.why}`,
      });
    else if (status !== 409) this.#log.failed(failure);
    // A newer outcome that came meanwhile has its own turn.
    if (!isPassing || this.#jobs.has(key) || job.attempt >= mostAttempts) return;
    const wait = Math.max(
      delayMilliseconds(job.attempt, this.#backoff),
      (failure.retryAfterSeconds ?? 0) * 1_000,
    );
    this.#jobs.set(key, { ...job, attempt: job.attempt + 1, notBefore: performance.now() + wait });
  }
}
