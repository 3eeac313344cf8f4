/**
 * A snapshot is the fold of the log up to a line: a head, one line per object, and an end with the sum of all before it. It is
 * written beside the log and renamed when it is durable, so that there is a whole one or none.
 */
import { crc32 } from 'node:zlib';
import type { ObjectKey } from '../entry.ts';
import { decodeState, encodeHead, encodeObject, type Head } from '../snapshot.ts';
import type { LedgerState } from '../state.ts';
import { newline } from './line.ts';
import { nameOfSnapshot, unfinished } from './names.ts';
import type { Files, LogFile } from './port.ts';

/** The line of the log that a snapshot includes as its last. */
export interface Place {
  readonly n: number;
  readonly sum: string;
  /** When it was written. */
  readonly at: number;
}

interface SnapshotHead extends Head, Place {
  readonly kind: 'Snapshot';
  readonly version: 1;
}

interface SnapshotEnd {
  readonly kind: 'End';
  readonly objects: number;
  readonly sum: number;
}

/** Objects are copied and written in portions of so many characters; between them, requests are decided. */
const portionCharacters = 256 * 1024;

/**
 * Writes the state as it is now, while it goes on changing: an object that is about to change is copied first. Rejects where
 * it cannot be written; then nothing is left behind but a file that the next attempt replaces.
 */
export async function writeSnapshot(files: Files, state: LedgerState, place: Place): Promise<void> {
  const name = nameOfSnapshot(place.n);
  const lines = copyLines(state, place);
  try {
    const file = await files.open(name + unfinished, 'create');
    try {
      await writeAll(file, lines.portions);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(name + unfinished, name);
    await files.syncFolder();
  } finally {
    lines.stop();
  }
}

async function writeAll(file: LogFile, portions: Iterable<string>): Promise<void> {
  let [position, sum, lines] = [0, 0, 0];
  const write = async (text: string): Promise<void> => {
    let rest: Uint8Array = Buffer.from(text);
    sum = crc32(rest, sum);
    while (rest.length > 0) {
      const written = await file.write(rest, position);
      position += written;
      rest = rest.subarray(written);
    }
  };
  for (const portion of portions) {
    lines += portion.split('\n').length - 1;
    await write(portion);
  }
  // The head is a line, too.
  await write(`${JSON.stringify({ kind: 'End', objects: lines - 1, sum } satisfies SnapshotEnd)}\n`);
}

/** Copy on write: what `beforeChange` copies goes into the next portion, and is not copied again. */
function copyLines(state: LedgerState, place: Place): { portions: Iterable<string>; stop: () => void } {
  const copied = new Set<ObjectKey>();
  const keys = [...state.objects.keys()];
  let text = `${JSON.stringify({ kind: 'Snapshot', version: 1, ...place, ...encodeHead(state) } satisfies SnapshotHead)}\n`;
  const copy = (key: ObjectKey): void => {
    if (copied.has(key)) return;
    copied.add(key);
    const line = encodeObject(state, key);
    if (line !== undefined) text += `${line}\n`;
  };
  const take = (): string => {
    const taken = text;
    text = '';
    return taken;
  };
  function* portions(): Generator<string, undefined> {
    for (const key of keys) {
      copy(key);
      if (text.length >= portionCharacters) yield take();
    }
    yield take();
    return undefined;
  }
  state.beforeChange = copy;
  return {
    portions: portions(),
    stop: () => {
      state.beforeChange = undefined;
    },
  };
}

/** The state of a snapshot and its place in the log; undefined where it is not whole. */
export function decodeSnapshot(bytes: Buffer): { state: LedgerState; place: Place } | undefined {
  const endAt = bytes.lastIndexOf(newline, bytes.length - 2) + 1;
  const end = parse<SnapshotEnd>(bytes.subarray(endAt));
  if (end?.kind !== 'End' || bytes.at(-1) !== newline || crc32(bytes.subarray(0, endAt)) !== end.sum)
    return undefined;
  const lines = linesOf(bytes.subarray(0, endAt));
  const first = lines.next();
  const head = first.done === true ? undefined : parse<SnapshotHead>(first.value);
  if (head?.kind !== 'Snapshot' || head.version !== 1) return undefined;
  const { n, sum, at } = head;
  const state = decodeState(head, lines);
  return state.objects.size === end.objects ? { state, place: { n, sum, at } } : undefined;
}

function* linesOf(bytes: Buffer): Generator<string, undefined> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(newline, start);
    yield bytes.toString('utf8', start, end);
    start = end + 1;
  }
  return undefined;
}

/** The kind of what is returned is still to be looked at. */
function parse<T>(text: string | Buffer): T | undefined {
  try {
    return JSON.parse(text.toString()) as T;
  } catch {
    return undefined;
  }
}
