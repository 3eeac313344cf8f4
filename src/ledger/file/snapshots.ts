/** When a snapshot is written: after so much log, in the background, one at a time; and what it makes superfluous goes. */
import type { LedgerState } from '../state.ts';
import type { Journal } from './journal.ts';
import { type Clock, type Files, messageOf } from './port.ts';
import { type Retention, removeOld } from './retain.ts';
import { writeSnapshot } from './snapshot-file.ts';

export interface Settings {
  /** Hears of what does not concern any one call. */
  readonly complain: (problem: string) => void;
  readonly retention: Retention;
  /** A snapshot is written after so many bytes of log. */
  readonly snapshotBytes: number;
}

export class Snapshots {
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #settings: Settings;
  #writing: Promise<void> | undefined;
  /** How much the journal had written by the last one. */
  #writtenAt = 0;

  constructor(files: Files, clock: Clock, settings: Settings) {
    this.#files = files;
    this.#clock = clock;
    this.#settings = settings;
  }

  /** To be called when `state` is the fold of the journal up to its last line, and nothing else. Does not wait. */
  keepUp(state: LedgerState, journal: Journal): void {
    const isDue = journal.takeLoss() || journal.written - this.#writtenAt >= this.#settings.snapshotBytes;
    if (!isDue || this.#writing !== undefined) return;
    this.#writtenAt = journal.written;
    this.#writing = writeSnapshot(this.#files, state, journal.place)
      .then(() => removeOld(this.#files, this.#settings.retention, this.#clock.now()))
      .catch((error: unknown) => this.#settings.complain(`no snapshot could be written: ${messageOf(error)}`))
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** Resolves when none is being written. */
  async settle(): Promise<void> {
    await this.#writing;
  }
}
