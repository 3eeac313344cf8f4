/** The decision log: JSON Lines, appended in order, off the admission path. */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DecisionRecord } from './record.ts';

export interface DecisionLog {
  /** Never throws and never waits. */
  append(record: DecisionRecord): void;
  /** Resolves when all that was appended is on disk. */
  close(): Promise<void>;
}

/** Beyond this the oldest unwritten records are dropped, counted and said: memory is bounded, admission goes on. */
const mostUnwritten = 50_000;

/** What the log has to say of itself. */
export type Complaint = (problem: { readonly message: string; readonly dropped: number }) => void;

/** Opens `path` for appending; fails at once, with the reason, where that cannot be done. */
export async function openLog(path: string, complain: Complaint): Promise<DecisionLog> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a', 0o640);
  return new FileLog(file, complain);
}

class FileLog implements DecisionLog {
  readonly #file: FileHandle;
  readonly #complain: Complaint;
  #unwritten: string[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;

  constructor(file: FileHandle, complain: Complaint) {
    this.#file = file;
    this.#complain = complain;
  }

  append(record: DecisionRecord): void {
    if (this.#unwritten.length >= mostUnwritten) {
      this.#unwritten.shift();
      this.#dropped += 1;
    }
    this.#unwritten.push(`${JSON.stringify(record)}\n`);
    this.#writing ??= this.#drain();
  }

  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#file.close();
  }

  /** One batch at a time; a batch that fails is kept and tried again with the next, after a pause. */
  async #drain(): Promise<void> {
    await Promise.resolve();
    for (let attempt = 0; this.#unwritten.length > 0 && attempt < 3; ) {
      const batch = this.#unwritten;
      this.#unwritten = [];
      try {
        await this.#file.appendFile(batch.join(''));
        attempt = 0;
      } catch (error) {
        this.#unwritten = [...batch, ...this.#unwritten].slice(-mostUnwritten);
        attempt += 1;
        this.#complain({
          message: error instanceof Error ? error.message : String(error),
          dropped: this.#dropped,
        });
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
      }
    }
    this.#writing = undefined;
  }
}

/** For a server with no log file: the records go to a function. */
export function memoryLog(onRecord: (record: DecisionRecord) => void): DecisionLog {
  return { append: onRecord, close: () => Promise.resolve() };
}
