/** Proposals that are repeated and change nothing: a GitOps tool asks for the same clamped value at each sync. */
import { createHash } from 'node:crypto';

const mostRemembered = 10_000;

export class StandingProposals {
  readonly #seen = new Set<string>();

  /** True the first time; the oldest are forgotten, and then merely recorded again. */
  isFirst(proposal: string): boolean {
    // A proposal can be megabytes of requested JSON: what is remembered of it is its hash.
    const hash = createHash('sha256').update(proposal).digest('base64');
    const isKnown = this.#seen.delete(hash);
    this.#seen.add(hash);
    if (this.#seen.size > mostRemembered) {
      const [oldest] = this.#seen;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return !isKnown;
  }
}
