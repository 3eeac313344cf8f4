/**
 * Joins the two calls of one request: only /mutate knows what was requested, only /validate what is final, and
 * `request.uid` differs between them. The key is target, base resourceVersion, actor, operation and the values
 * that were granted; where the calls reached two replicas, each records its half under the same id.
 */
import { hash } from 'node:crypto';
import type { Change } from '../core/change.ts';
import type { Value } from '../core/parameter.ts';

export interface JoinKey {
  readonly key: string;
  /** `d-` and 48 bits of the key: equal on every replica, without a word between them. */
  readonly id: string;
}

/** `values`: every parameter of the object as it would be stored, by name. */
export function joinKeyOf(
  change: Change,
  baseResourceVersion: string,
  values: ReadonlyMap<string, Value | undefined>,
): JoinKey {
  const { target, actor, operation, dryRun } = change;
  const stored = [...values]
    .map(([name, value]) => [name, value === undefined ? null : `${value}`] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const fields = [
    target.group,
    target.kind,
    target.namespace,
    target.name,
    target.subresource,
    baseResourceVersion,
    actor.user,
    operation,
    dryRun,
    stored,
  ];
  const key = hash('sha256', JSON.stringify(fields), 'hex');
  return { key, id: `d-${key.slice(0, 12)}` };
}

interface Waiting<T> {
  readonly value: T;
  readonly since: number;
}

/** Clamps that wait for their /validate; bounded in number and in time. */
export class Pending<T> {
  readonly #waiting = new Map<string, Waiting<T>>();
  readonly #onLost: (value: T) => void;

  /** `onLost` receives what was never joined: the request died between the two calls, or went to another replica. */
  constructor(onLost: (value: T) => void) {
    this.#onLost = onLost;
  }

  put(key: string, value: T, now: number): void {
    this.expire(now);
    // A repeat of a proposal (reinvocation, a client's retry) replaces itself, and keeps its place and its time.
    this.#waiting.set(key, { value, since: this.#waiting.get(key)?.since ?? now });
  }

  take(key: string): T | undefined {
    const known = this.#waiting.get(key);
    this.#waiting.delete(key);
    return known?.value;
  }

  /** Longer than any webhook timeout (30 s). Map order is insertion order: the oldest come first. */
  expire(now: number, patienceMilliseconds = 30_000): void {
    for (const [key, { value, since }] of this.#waiting) {
      if (since + patienceMilliseconds > now && this.#waiting.size <= mostWaiting) return;
      this.#waiting.delete(key);
      this.#onLost(value);
    }
  }
}

/** A pair is apart for milliseconds. What is over is recorded early, not lost: a record can have a thousand verdicts. */
const mostWaiting = 1_000;
