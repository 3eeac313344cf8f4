/**
 * Proposals that are repeated and change nothing: a GitOps tool asks for the same clamped value at each sync, a client
 * retries what was refused. Each is recorded once an hour, and counted otherwise.
 */
import { createHash } from 'node:crypto';

const mostRemembered = 10_000;
const rememberMilliseconds = 3_600_000;

/** The record that a proposal has. */
export interface Standing {
  /** Of the decision. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export class StandingProposals {
  /** By the proposal's hash: it can be megabytes of requested JSON. The latest asked come last. */
  readonly #known = new Map<string, Standing>();

  /** The id of the record, where the proposal has one of the last hour. */
  find(proposal: string, now: number): string | undefined {
    const hash = hashOf(proposal);
    const known = this.#known.get(hash);
    this.#known.delete(hash);
    if (known === undefined || now - known.at >= rememberMilliseconds) return undefined;
    this.#known.set(hash, known);
    return known.id;
  }

  /** Where there are too many, those not asked for longest are forgotten, and then merely recorded again. */
  add(proposal: string, standing: Standing): void {
    this.#known.set(hashOf(proposal), standing);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostRemembered && oldest !== undefined) this.#known.delete(oldest);
  }
}

function hashOf(proposal: string): string {
  return createHash('sha256').update(proposal).digest('base64');
}
