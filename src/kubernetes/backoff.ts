/** How long to wait before trying again, and the waiting. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  readonly baseMilliseconds: number;
  readonly mostMilliseconds: number;
  /** In [0, 1). */
  random(): number;
}

/** Doubles with each attempt (1, 2, ...) up to the most, and takes a random half off, so that replicas spread. */
export function delayMilliseconds(attempt: number, backoff: Backoff): number {
  const doubled = backoff.baseMilliseconds * 2 ** Math.min(attempt - 1, 30);
  return Math.min(doubled, backoff.mostMilliseconds) * (0.5 + backoff.random() / 2);
}

/** Resolves after the time, or at once when the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // The only rejection is that of the abort, which the caller sees by the signal.
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
