/**
 * One process per folder. The lock is a file with who holds it and when it last was heard; it keeps out mistakes (two replicas on
 * one volume, a second server by hand). It is no fence: between a check and a write, a process can be stopped for long.
 */
import { randomUUID } from 'node:crypto';
import { lockName } from './names.ts';
import { type Clock, type Files, type LogFile, messageOf, type Owner } from './port.ts';

export const beatMilliseconds = 10_000;

/** Three beats that did not come. */
const staleMilliseconds = 3 * beatMilliseconds;

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
  readonly beat: number;
}

export type Locked =
  | { readonly ok: true; readonly lock: Lock }
  | { readonly ok: false; readonly problem: string };

export async function takeLock(files: Files, clock: Clock, owner: Owner): Promise<Locked> {
  const me = { pid: owner.pid, host: owner.host, token: randomUUID() };
  try {
    const problem = await clearStale(files, clock, owner);
    if (problem !== undefined) return { ok: false, problem };
    const file = await files.open(lockName, 'lock');
    const lock = new Lock(files, clock, { file, me, held: owner.held });
    await lock.beat();
    // Without this a power failure could leave a lock that does not say whose it was.
    await file.sync();
    await files.syncFolder();
    owner.held.add(me.token);
    return { ok: true, lock };
  } catch (error) {
    return { ok: false, problem: `the folder cannot be locked: ${messageOf(error)}` };
  }
}

/** Why the folder cannot be taken; undefined where there is no lock, or was a stale one. */
async function clearStale(files: Files, clock: Clock, owner: Owner): Promise<string | undefined> {
  const found = (await files.list()).find(({ name }) => name === lockName);
  if (found === undefined) return undefined;
  const holder = decodeHolder(await files.read(lockName));
  const age = Math.abs(clock.now() - (holder?.beat ?? found.modifiedAt));
  if (holder !== undefined && owner.held.has(holder.token)) return 'this process has the folder open already';
  const isGone = holder?.host === owner.host && (holder.pid === owner.pid || !owner.isAlive(holder.pid));
  if (!isGone && age < staleMilliseconds) return describe(holder, age);
  await files.remove(lockName);
  return undefined;
}

function describe(holder: Holder | undefined, age: number): string {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on \`${holder.host}\``;
  return `${who} has the folder open, and was heard ${Math.round(age / 1000)} s ago; it is free ${staleMilliseconds / 1000} s after that`;
}

function decodeHolder(bytes: Buffer): Holder | undefined {
  try {
    const { pid, host, token, beat } = JSON.parse(bytes.toString()) as Partial<Holder>;
    if (pid === undefined || host === undefined || token === undefined || beat === undefined)
      return undefined;
    return { pid, host, token, beat };
  } catch {
    return undefined;
  }
}

export class Lock {
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #file: LogFile;
  readonly #me: Omit<Holder, 'beat'>;
  readonly #held: Set<string>;
  #beatAt = 0;

  constructor(
    files: Files,
    clock: Clock,
    { file, me, held }: { file: LogFile; me: Omit<Holder, 'beat'>; held: Set<string> },
  ) {
    this.#files = files;
    this.#clock = clock;
    this.#file = file;
    this.#me = me;
    this.#held = held;
  }

  /** Says that we are here. The text is always as long: a full disk does not keep us from it. */
  async beat(): Promise<void> {
    this.#beatAt = this.#clock.now();
    const holder: Holder = { ...this.#me, beat: this.#beatAt };
    await this.#file.write(Buffer.from(`${JSON.stringify(holder)}\n`), 0);
  }

  /** To be asked before writing: why we no longer may. A process that was stopped for long looks before it writes. */
  async check(): Promise<string | undefined> {
    if (Math.abs(this.#clock.now() - this.#beatAt) < 2 * beatMilliseconds) return undefined;
    const holder = decodeHolder(await this.#files.read(lockName));
    if (holder?.token !== this.#me.token) return 'another process has taken the folder';
    await this.beat();
    return undefined;
  }

  async release(): Promise<void> {
    this.#held.delete(this.#me.token);
    const holder = decodeHolder(await this.#files.read(lockName).catch(() => Buffer.alloc(0)));
    await this.#file.close().catch(() => undefined);
    if (holder?.token === this.#me.token) await this.#files.remove(lockName).catch(() => undefined);
  }
}
