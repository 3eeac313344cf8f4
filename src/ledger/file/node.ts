/** The ports of the file ledger on Node.js. */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, FileInfo, Files, LogFile, Owner } from './port.ts';

const flags = { create: 'w+', existing: 'r+', lock: 'wx+' } as const;

/** Makes the folder where there is none; rejects where it cannot be used. */
export async function openFolder(folder: string): Promise<Files> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const at = (name: string): string => join(folder, name);
  return {
    list: async () => infoOf(folder, await readdir(folder)),
    read: (name, start, end) =>
      start === undefined ? readFile(at(name)) : readPart(at(name), start, end ?? start),
    open: async (name, how) => {
      const file = await open(at(name), flags[how], 0o640);
      return {
        write: async (bytes, position) => (await file.write(bytes, 0, bytes.length, position)).bytesWritten,
        sync: () => file.datasync(),
        truncate: (size) => file.truncate(size),
        close: () => file.close(),
      } satisfies LogFile;
    },
    rename: (from, to) => rename(at(from), at(to)),
    remove: (name) => rm(at(name)),
    syncFolder: () => syncFolder(folder),
  };
}

async function infoOf(folder: string, names: readonly string[]): Promise<FileInfo[]> {
  const found: FileInfo[] = [];
  for (const name of names) {
    const about = await stat(join(folder, name));
    if (about.isFile()) found.push({ name, bytes: about.size, modifiedAt: about.mtimeMs });
  }
  return found;
}

async function readPart(path: string, start: number, end: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, call) => {
    // Never the reason why a process does not end: `close` writes what is left.
    const timer = setTimeout(call, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

export const thisProcess: Owner = {
  pid: process.pid,
  host: hostname(),
  held: new Set(),
  isAlive: (pid) => {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      // Not allowed to signal it: it is there.
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  },
};
