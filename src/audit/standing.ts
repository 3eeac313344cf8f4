/** Proposals that are repeated and change nothing: a GitOps tool asks for the same clamped value at each sync. */
const mostRemembered = 10_000;

export class StandingProposals {
  readonly #seen = new Set<string>();

  /** True the first time; the oldest are forgotten, and then merely recorded again. */
  isFirst(proposal: string): boolean {
    const isKnown = this.#seen.delete(proposal);
    this.#seen.add(proposal);
    if (this.#seen.size > mostRemembered) {
      const [oldest] = this.#seen;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return !isKnown;
  }
}
