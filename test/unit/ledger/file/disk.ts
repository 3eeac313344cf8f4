/**
 * A disk that exists in memory, and a clock: the ports of the file ledger for tests. Each call waits until it is let through, and
 * can be made to fail, to do half of its work, or to be the last one before the power goes.
 *
 * What was not synced is lost in the ways in which disks lose it: by pages, in any order, the length apart from the bytes,
 * and of the folder's changes the later ones. After a failed sync the pages count as clean: no later sync writes them.
 */
import type { Clock, FileInfo, Files, LogFile, Owner } from '../../../../src/ledger/file/port.ts';

export type Random = () => number;

/** Mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Inode {
  data: Buffer;
  durable: Buffer;
  readonly dirty: Set<number>;
}

/** Small, so that a line of the log is on several. */
const pageBytes = 64;

export type Fault = 'EIO' | 'ENOSPC' | 'EROFS' | 'short';

/** Asked at each call; `name` is of the file. */
export type Faults = (call: string, name: string) => Fault | undefined;

interface Waiting {
  readonly call: string;
  readonly run: () => void;
}

export class Disk implements Files {
  #folder: Map<string, Inode>;
  #durableFolder: Map<string, Inode>;
  /** Folders after each change that was not synced. */
  #changes: Map<string, Inode>[] = [];
  readonly waiting: Waiting[] = [];
  calls = 0;
  faults: Faults = () => undefined;
  /** True: calls go through at once. False: each waits for `letThrough`. */
  isFree = true;
  /** Whether the power is gone: no call returns. */
  isOff = false;
  readonly #now: () => number;
  readonly #chance = randomFrom(1);

  constructor(now: () => number, files: Iterable<readonly [string, Buffer]> = []) {
    this.#now = now;
    const inodes = [...files].map(([name, data]): [string, Inode] => [
      name,
      { data, durable: data, dirty: new Set() },
    ]);
    this.#folder = new Map(inodes);
    this.#durableFolder = new Map(inodes);
  }

  /** The whole folder, as it is read now. */
  contents(): Map<string, Buffer> {
    return new Map([...this.#folder].map(([name, { data }]) => [name, Buffer.from(data)]));
  }

  put(name: string, data: Buffer): void {
    this.#folder.set(name, { data, durable: data, dirty: new Set() });
  }

  /** What is there after the power went and came back. */
  afterCrash(random: Random, now: () => number): Disk {
    this.isOff = true;
    const folders = [this.#durableFolder, ...this.#changes];
    const folder = folders[Math.floor(random() * folders.length)] ?? this.#durableFolder;
    return new Disk(
      now,
      [...folder].map(([name, inode]) => [name, remains(inode, random)]),
    );
  }

  /** What is there after the process alone died: all that it wrote. */
  afterKill(now: () => number): Disk {
    this.isOff = true;
    return new Disk(now, this.contents());
  }

  letThrough(random: Random): void {
    const [next] = this.waiting.splice(Math.floor(random() * this.waiting.length), 1);
    next?.run();
  }

  #call<T>(call: string, name: string, work: (fault: Fault | undefined) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): void => {
        if (this.isOff) return;
        this.calls += 1;
        const fault = this.faults(call, name);
        try {
          resolve(work(fault));
        } catch (error) {
          reject(error as Error);
        }
      };
      if (this.isOff) return;
      if (this.isFree) run();
      else this.waiting.push({ call, run });
    });
  }

  list(): Promise<FileInfo[]> {
    return this.#call('list', '', (fault) => {
      failOn(fault);
      return [...this.#folder].map(([name, { data }]) => ({
        name,
        bytes: data.length,
        modifiedAt: this.#now(),
      }));
    });
  }

  read(name: string, start = 0, end?: number): Promise<Buffer> {
    return this.#call('read', name, (fault) => {
      failOn(fault);
      return Buffer.from(this.#find(name).data.subarray(start, end));
    });
  }

  open(name: string, how: 'create' | 'existing' | 'lock'): Promise<LogFile> {
    return this.#call(`open ${how}`, name, (fault) => {
      failOn(fault);
      if (how === 'lock' && this.#folder.has(name)) throw new Error('EEXIST');
      return this.#handle(name, how === 'existing' ? this.#find(name) : this.#create(name));
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', from, (fault) => {
      failOn(fault);
      const inode = this.#find(from);
      this.#change((folder) => {
        folder.delete(from);
        folder.set(to, inode);
      });
    });
  }

  remove(name: string): Promise<void> {
    return this.#call('remove', name, (fault) => {
      failOn(fault);
      this.#find(name);
      this.#change((folder) => folder.delete(name));
    });
  }

  syncFolder(): Promise<void> {
    return this.#call('syncFolder', '', (fault) => {
      failOn(fault);
      this.#durableFolder = this.#folder;
      this.#changes = [];
    });
  }

  #find(name: string): Inode {
    const inode = this.#folder.get(name);
    if (inode === undefined) throw new Error(`ENOENT: ${name}`);
    return inode;
  }

  /** Truncates what is there, as `w+` does. */
  #create(name: string): Inode {
    const known = this.#folder.get(name);
    if (known !== undefined) {
      resize(known, 0);
      return known;
    }
    const inode: Inode = { data: Buffer.alloc(0), durable: Buffer.alloc(0), dirty: new Set() };
    this.#change((folder) => folder.set(name, inode));
    return inode;
  }

  #change(edit: (folder: Map<string, Inode>) => void): void {
    this.#folder = new Map(this.#folder);
    edit(this.#folder);
    this.#changes.push(this.#folder);
  }

  #handle(name: string, inode: Inode): LogFile {
    return {
      write: (bytes, position) =>
        this.#call('write', name, (fault) => {
          if (fault === 'EIO' || fault === 'EROFS') failOn(fault);
          const written = fault === undefined ? bytes.length : Math.floor(bytes.length / 2);
          write(inode, bytes.subarray(0, written), position);
          if (fault === 'ENOSPC') failOn(fault);
          return written;
        }),
      sync: () =>
        this.#call('sync', name, (fault) => {
          if (fault === undefined || fault === 'short') sync(inode);
          else {
            failToSync(inode, this.#chance);
            failOn(fault);
          }
        }),
      truncate: (size) =>
        this.#call('truncate', name, (fault) => {
          failOn(fault);
          resize(inode, size);
        }),
      close: () => this.#call('close', name, () => undefined),
    };
  }
}

function failOn(fault: Fault | undefined): void {
  if (fault !== undefined && fault !== 'short') throw new Error(`${fault}: injected`);
}

function write(inode: Inode, bytes: Uint8Array, position: number): void {
  const length = Math.max(inode.data.length, position + bytes.length);
  const data = Buffer.alloc(length);
  inode.data.copy(data);
  data.set(bytes, position);
  inode.data = data;
  markDirty(inode, position, position + bytes.length);
}

function resize(inode: Inode, size: number): void {
  const data = Buffer.alloc(size);
  inode.data.copy(data);
  inode.data = data;
  markDirty(inode, size - 1, size + 1);
}

function markDirty(inode: Inode, start: number, end: number): void {
  for (let page = Math.floor(Math.max(start, 0) / pageBytes); page * pageBytes < end; page += 1)
    inode.dirty.add(page);
}

function sync(inode: Inode): void {
  inode.durable = merged(inode, inode.data.length, () => true);
  inode.dirty.clear();
}

/** Some of it may be on disk, and what is not will never be: all of it counts as clean. */
function failToSync(inode: Inode, random: Random): void {
  const length = random() < 0.5 ? inode.durable.length : inode.data.length;
  inode.durable = merged(inode, length, () => random() < 0.7);
  inode.dirty.clear();
}

function remains(inode: Inode, random: Random): Buffer {
  const [short, long] = [inode.durable.length, inode.data.length].sort((a, b) => a - b) as [number, number];
  const length = random() < 0.5 ? inode.durable.length : short + Math.floor(random() * (long - short + 1));
  // A file that was cut has one length or the other.
  const cut = inode.data.length < inode.durable.length && length !== inode.durable.length;
  return merged(inode, cut ? inode.data.length : length, () => random() < 0.5);
}

function merged(inode: Inode, length: number, isWritten: (page: number) => boolean): Buffer {
  const result = Buffer.alloc(length);
  inode.durable.copy(result, 0, 0, Math.min(length, inode.durable.length));
  for (const page of inode.dirty) {
    const [start, end] = [page * pageBytes, Math.min((page + 1) * pageBytes, length, inode.data.length)];
    if (start < end && isWritten(page)) inode.data.copy(result, start, start, end);
  }
  return result;
}

export class TestClock implements Clock {
  wall: number;
  #elapsed = 0;
  #timers: { readonly due: number; readonly call: () => void }[] = [];

  constructor(wall: number) {
    this.wall = wall;
  }

  readonly now = (): number => this.wall;

  after(milliseconds: number, call: () => void): () => void {
    const timer = { due: this.#elapsed + milliseconds, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  advance(milliseconds: number): void {
    this.wall += milliseconds;
    this.#elapsed += milliseconds;
    for (const timer of this.#timers.filter(({ due }) => due <= this.#elapsed)) {
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.call();
    }
  }
}

let pids = 100;

/** A new process, after the others have ended. */
export function newOwner(): Owner {
  pids += 1;
  return { pid: pids, host: 'node', isAlive: () => false, held: new Set() };
}

/** Lets all that is ready happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
