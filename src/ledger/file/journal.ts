/**
 * The end of the log, where lines are added. What is durable is known to the byte; after a failure everything behind it is cut
 * off before anything else is written, so that no line is ever there twice.
 */
import { decodeLine, encodeLine } from './line.ts';
import { nameOfSegment } from './names.ts';
import type { Files, LogFile } from './port.ts';
import type { Recovered } from './recover.ts';
import type { Place } from './snapshot-file.ts';

/** A record as JSON, and the time that it tells of. */
export interface Written {
  readonly text: string;
  readonly at: number;
}

interface Tail {
  readonly name: string;
  /** All before it is durable. */
  bytes: number;
  /** Where the last durable line begins; undefined where this process has written none here. */
  lastLineAt: number | undefined;
}

export class Journal {
  readonly #files: Files;
  readonly #segmentBytes: number;
  #place: Place;
  #tail: Tail | undefined;
  #file: LogFile | undefined;
  /** What is behind the durable bytes is unknown. So it is at the start: what another process left there may be in the cache only. */
  #isSuspect: boolean;
  /**
   * After a failed sync the cache may hold pages that are marked clean and are not on disk: no later sync would write them. Nothing
   * more is added to such a file.
   */
  #isSpoiled = false;
  #hasLost = false;
  /** Bytes written since the start. */
  #written = 0;

  constructor(files: Files, { place, tail }: Pick<Recovered, 'place' | 'tail'>, segmentBytes: number) {
    this.#files = files;
    this.#segmentBytes = segmentBytes;
    this.#place = place;
    this.#tail = tail === undefined ? undefined : { ...tail, lastLineAt: undefined };
    this.#isSuspect = tail !== undefined;
  }

  /** The last durable line. */
  get place(): Place {
    return this.#place;
  }

  /** Whether lines that were durable are gone from the folder: the state still has them, a snapshot would, too. */
  takeLoss(): boolean {
    const hasLost = this.#hasLost;
    this.#hasLost = false;
    return hasLost;
  }

  get written(): number {
    return this.#written;
  }

  /** Resolves when the lines of all records are durable; rejects when none of them counts. */
  async write(records: readonly Written[]): Promise<void> {
    if (this.#isSuspect) await this.#repair();
    if (this.#tail === undefined || this.#tail.bytes >= this.#segmentBytes) await this.#begin();
    const [tail, file] = [this.#tail, this.#file];
    if (tail === undefined || file === undefined) throw new Error('a segment was begun and is not there');
    const batch = this.#encode(records);
    this.#isSuspect = true;
    await writeAll(file, Buffer.from(batch.text), tail.bytes);
    await file.sync().catch((error: unknown) => {
      this.#isSpoiled = true;
      throw error;
    });
    this.#isSuspect = false;
    const bytes = Buffer.byteLength(batch.text);
    tail.lastLineAt = tail.bytes + bytes - Buffer.byteLength(batch.last);
    tail.bytes += bytes;
    this.#written += bytes;
    this.#place = batch.place;
  }

  #encode(records: readonly Written[]): { text: string; last: string; place: Place } {
    const synced = this.#place.n;
    let { n, sum, at } = this.#place;
    let [text, last] = ['', ''];
    for (const record of records) {
      n += 1;
      at = Math.max(at, Math.ceil(record.at));
      const line = encodeLine({ n, at, after: sum, synced }, record.text);
      sum = line.sum;
      last = line.text;
      text += line.text;
    }
    return { text, last, place: { n, sum, at } };
  }

  /** A new segment, durable by name before anything in it is. */
  async #begin(): Promise<void> {
    await this.#close();
    this.#tail = undefined;
    const name = nameOfSegment(this.#place.n + 1);
    const file = await this.#files.open(name, 'create');
    try {
      await this.#files.syncFolder();
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#file = file;
    this.#tail = { name, bytes: 0, lastLineAt: undefined };
  }

  /** Cuts off what is behind the durable bytes, by a new handle; goes on in a new segment where a sync had failed. */
  async #repair(): Promise<void> {
    await this.#close();
    const tail = this.#tail;
    const isThere = (await this.#files.list()).some(({ name }) => name === tail?.name);
    if (tail === undefined || !isThere) this.#abandon(tail);
    else if (tail.bytes === 0) await this.#drop(tail.name);
    else await this.#cut(tail);
    this.#isSuspect = false;
    this.#isSpoiled = false;
  }

  /** A segment without a line has the name that the next one will have. */
  async #drop(name: string): Promise<void> {
    await this.#files.remove(name);
    this.#tail = undefined;
  }

  async #cut(tail: Tail): Promise<void> {
    const file = await this.#files.open(tail.name, 'existing');
    try {
      if (!(await this.#isWhole(tail))) return this.#abandon(tail);
      await file.truncate(tail.bytes);
      await file.sync();
      if (this.#isSpoiled) this.#tail = undefined;
      else this.#file = file;
    } finally {
      if (this.#file !== file) await file.close().catch(() => undefined);
    }
  }

  /** What was durable must be there: cutting a file that is too short would make it longer, with zeros. */
  async #isWhole({ name, bytes, lastLineAt }: Tail): Promise<boolean> {
    if (lastLineAt === undefined) return true;
    const last = await this.#files.read(name, lastLineAt, bytes);
    return decodeLine(last.subarray(0, -1))?.sum === this.#place.sum;
  }

  #abandon(tail: Tail | undefined): void {
    this.#hasLost ||= tail !== undefined && tail.bytes > 0;
    this.#tail = undefined;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** A write may stop anywhere; one that makes no progress has failed. */
async function writeAll(file: LogFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(bytes.subarray(done), position + done);
    if (written <= 0) throw new Error('nothing could be written');
    done += written;
  }
}
