/**
 * Proposals that are repeated and change nothing: a GitOps tool asks for the same clamped value at each sync, a client
 * retries what was refused. Each is recorded once an hour, and counted otherwise.
 */
import { createHash } from 'node:crypto';

const mostRemembered = 10_000;
const rememberMilliseconds = 3_600_000;

export class StandingProposals {
  /** When a proposal was last recorded, by its hash. */
  readonly #recorded = new Map<string, number>();

  /** True the first time in an hour; where there are too many, those not asked for longest are forgotten, and merely recorded again. */
  isFirst(proposal: string, now: number): boolean {
    // A proposal can be megabytes of requested JSON: what is remembered of it is its hash.
    const hash = createHash('sha256').update(proposal).digest('base64');
    const recordedAt = this.#recorded.get(hash);
    const isFirst = recordedAt === undefined || now - recordedAt >= rememberMilliseconds;
    this.#recorded.delete(hash);
    this.#recorded.set(hash, isFirst ? now : recordedAt);
    if (this.#recorded.size > mostRemembered) {
      const [oldest] = this.#recorded.keys();
      if (oldest !== undefined) this.#recorded.delete(oldest);
    }
    return isFirst;
  }
}
