/**
 * What the file ledger needs of the outside: one folder, a clock with a timer, and who we are. Small, so that a simulator
 * can stand in for it and fail at each call. Every call may reject; an error's message is all that is read of it.
 */

export interface LogFile {
  /** Writes at a position, resolves with how many bytes it wrote: it may be fewer than asked. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** fdatasync: resolves when data and size are on disk. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileInfo {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** Names are of files in the ledger's one folder. */
export interface Files {
  list(): Promise<FileInfo[]>;
  /** The whole file, or the bytes from `start` to `end`. */
  read(name: string, start?: number, end?: number): Promise<Buffer>;
  /** `create` begins an empty file, also where there was one; `lock` fails where there is one; `existing` where there is none. */
  open(name: string, how: 'create' | 'existing' | 'lock'): Promise<LogFile>;
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes creations, renames and removals durable. */
  syncFolder(): Promise<void>;
}

export interface Clock {
  now(): number;
  /** Calls back once after so long; returns what cancels it. */
  after(milliseconds: number, call: () => void): () => void;
}

export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Whether a process of this host is alive. */
  readonly isAlive: (pid: number) => boolean;
  /** The locks that this process holds: its own id does not tell, since in a container every process is 1. */
  readonly held: Set<string>;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
