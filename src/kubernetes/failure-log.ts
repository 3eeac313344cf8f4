import type { Failure } from './failure.ts';
import { formatProblem, type OnNote } from './problem.ts';

/** Says each failure once, however often it is met, and once that it is over. */
export class FailureLog {
  readonly #subject: string;
  readonly #onNote: OnNote | undefined;
  #said: string | undefined;

  /** @param subject what works again, at the end of a failure. */
  constructor(subject: string, onNote: OnNote | undefined) {
    this.#subject = subject;
    this.#onNote = onNote;
  }

  failed(failure: Failure): void {
    if (failure.kind === 'cancelled') return;
    const met = `${failure.kind} ${failure.status} ${failure.problem.why}`;
    if (met === this.#said) return;
    this.#said = met;
    this.#onNote?.({ level: 'warning', message: `${formatProblem(failure.problem)} (it is tried again)` });
  }

  worked(): void {
    if (this.#said === undefined) return;
    this.#said = undefined;
    this.#onNote?.({ level: 'info', message: `${this.#subject} again` });
  }
}
