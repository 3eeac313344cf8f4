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

/**
 * Beyond this the oldest unwritten records are dropped, counted and said: memory is bounded, admission goes on.
 * A record is some 2 KiB; the same again can be in the batch that is being written.
 */
export const mostUnwrittenCharacters = 32 * 1024 * 1024;

/** A disk that is full stays full for a while: the pauses between attempts double up to this. */
const shortestPauseMilliseconds = 100;
const longestPauseMilliseconds = 30_000;

/** One write of many lines costs what a write of one does, some 30 us: lines are gathered for so long. */
const gatherMilliseconds = 5;

/** What the log has to say of itself; `dropped` counts from the start. */
export type Complaint = (problem: { readonly message: string; readonly dropped: number }) => void;

/** Opens `path` for appending; fails at once, with the reason, where that cannot be done. */
export async function openLog(path: string, complain: Complaint): Promise<DecisionLog> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a+', 0o640);
  return new FileLog(file, complain, await endsTorn(file));
}

/** Whether a crash left half a line at the end: what is appended then begins a line of its own. */
async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== newline;
}

const newline = 0x0a;

class FileLog implements DecisionLog {
  readonly #file: FileHandle;
  readonly #complain: Complaint;
  readonly #unwritten: string[] = [];
  #characters = 0;
  /** What is still to be written of the batch that was begun: a write can end half-way, in the middle of a line. */
  #batch: Buffer;
  #dropped = 0;
  #writing: Promise<void> | undefined;
  #isClosing = false;
  #wake: () => void = () => undefined;

  constructor(file: FileHandle, complain: Complaint, isTorn: boolean) {
    this.#file = file;
    this.#complain = complain;
    this.#batch = Buffer.from(isTorn ? '\n' : '');
  }

  append(record: DecisionRecord): void {
    const line = `${JSON.stringify(record)}\n`;
    this.#unwritten.push(line);
    this.#characters += line.length;
    while (this.#characters > mostUnwrittenCharacters) {
      this.#characters -= this.#unwritten.shift()?.length ?? this.#characters;
      this.#dropped += 1;
    }
    this.#writing ??= this.#drain();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wake();
    await this.#writing;
    // A pipe or a device cannot be synchronized, and has nothing to lose by it.
    await this.#file.datasync().catch(() => undefined);
    await this.#file.close();
  }

  /** One batch at a time. One that fails goes on where it stopped, after a pause; when closing, it fails once. */
  async #drain(): Promise<void> {
    let pause = shortestPauseMilliseconds;
    while (this.#batch.length + this.#unwritten.length > 0) {
      await this.#rest(gatherMilliseconds);
      try {
        await this.#writeBatch();
        pause = shortestPauseMilliseconds;
      } catch (error) {
        if (this.#isClosing) this.#giveUp();
        const message = error instanceof Error ? error.message : String(error);
        this.#complain({ message, dropped: this.#dropped });
        if (!this.#isClosing) await this.#rest(pause);
        pause = Math.min(pause * 2, longestPauseMilliseconds);
      }
    }
    this.#writing = undefined;
  }

  async #writeBatch(): Promise<void> {
    if (this.#batch.length === 0) {
      this.#batch = Buffer.from(this.#unwritten.splice(0).join(''));
      this.#characters = 0;
    }
    while (this.#batch.length > 0) {
      const { bytesWritten } = await this.#file.write(this.#batch);
      this.#batch = this.#batch.subarray(bytesWritten);
    }
  }

  #giveUp(): void {
    this.#dropped += this.#unwritten.length + countLines(this.#batch);
    this.#unwritten.length = 0;
    this.#characters = 0;
    this.#batch = Buffer.alloc(0);
  }

  /** Ended early by `close`. */
  #rest(milliseconds: number): Promise<void> {
    if (this.#isClosing) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function countLines(bytes: Buffer): number {
  return bytes.reduce((count, byte) => count + (byte === newline ? 1 : 0), 0);
}
