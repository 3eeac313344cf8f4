/** Reads the folder after a start or a crash: the newest whole snapshot, and what the log has behind it. */
import type { FoldedEntry, GapEntry } from '../entry.ts';
import { apply, isFolded } from '../project.ts';
import { emptyState, type LedgerState } from '../state.ts';
import { firstSum, isDecision, type Line, newline, type Piece, piecesOf } from './line.ts';
import { numberOfSegment, numberOfSnapshot } from './names.ts';
import { type Files, messageOf } from './port.ts';
import { decodeSnapshot, type Place } from './snapshot-file.ts';

/**
 * What was found amiss. `torn`: the end of a write that no one was told had succeeded, cut off. `damaged`: bytes that are no
 * line. `missing`: lines that are not there. `repeated`: lines that are there again. `snapshot`: one that is not whole.
 */
export interface Finding {
  readonly kind: 'torn' | 'damaged' | 'missing' | 'repeated' | 'snapshot';
  readonly message: string;
}

export interface Segment {
  readonly name: string;
  readonly first: number;
}

export interface Recovered {
  readonly state: LedgerState;
  /** The last line, whose successor is to be written. */
  readonly place: Place;
  /** Where to go on writing: all behind `bytes` is to be cut off. Undefined: in a new segment. */
  readonly tail: { readonly name: string; readonly bytes: number; readonly isTorn: boolean } | undefined;
  /** A loss at the very end of the log, that nothing in the log tells yet. */
  readonly gap: GapEntry | undefined;
  readonly findings: readonly Finding[];
}

/** Rejects where the folder or a segment cannot be read. `now` is the wall clock: what was lost at the end is no later. */
export async function recover(files: Files, now: number): Promise<Recovered> {
  const names = (await files.list()).map(({ name }) => name);
  const findings: Finding[] = [];
  const start = await readSnapshot(files, names, findings);
  const reader = new Reader(start.state, start.place, findings);
  const segments = segmentsFrom(names, start.place.n);
  for (const { name } of segments.slice(0, -1)) reader.read(name, await files.read(name), false);
  const last = segments.at(-1);
  if (last !== undefined) reader.read(last.name, await files.read(last.name), true);
  return reader.finish(now);
}

export function segmentsOf(names: readonly string[]): Segment[] {
  return names
    .flatMap((name) => {
      const first = numberOfSegment(name);
      return first === undefined ? [] : [{ name, first }];
    })
    .sort((one, other) => one.first - other.first);
}

/** From the segment that holds line `n`: it is the one that what is behind the snapshot is chained to. */
function segmentsFrom(names: readonly string[], n: number): Segment[] {
  const all = segmentsOf(names);
  const start = all.findLastIndex(({ first }) => first <= n);
  return all.slice(Math.max(start, 0));
}

async function readSnapshot(
  files: Files,
  names: readonly string[],
  findings: Finding[],
): Promise<{ state: LedgerState; place: Place }> {
  const found = names.filter((name) => numberOfSnapshot(name) !== undefined).sort();
  for (const name of found.reverse()) {
    try {
      const snapshot = decodeSnapshot(await files.read(name));
      if (snapshot !== undefined) return snapshot;
      findings.push({ kind: 'snapshot', message: `snapshot \`${name}\` is not whole: it is not used` });
    } catch (error) {
      findings.push({
        kind: 'snapshot',
        message: `snapshot \`${name}\` cannot be read: ${messageOf(error)}`,
      });
    }
  }
  return { state: emptyState(), place: { n: 0, sum: firstSum, at: 0 } };
}

class Reader {
  readonly #state: LedgerState;
  readonly #findings: Finding[];
  readonly #snapshotAt: number;
  #place: Place;
  #tail: Recovered['tail'];
  /** The last line that the log has, also where the snapshot includes it. */
  #seen = 0;
  /** Lines of damage at the end of the log, as far as it was read. */
  #damagedLines = 0;

  constructor(state: LedgerState, place: Place, findings: Finding[]) {
    this.#state = state;
    this.#place = place;
    this.#snapshotAt = place.n;
    this.#findings = findings;
  }

  read(name: string, bytes: Buffer, isLast: boolean): void {
    this.#tail = { name, bytes: bytes.length, isTorn: false };
    for (const piece of piecesOf(bytes)) {
      if (piece.kind === 'line') this.#accept(piece.line, name);
      else if (isLast && isTorn(bytes, piece, this.#place.n)) {
        const message = `\`${name}\` ended in a write that was not finished: ${bytes.length - piece.start} bytes from byte ${piece.start} are cut off`;
        this.#findings.push({ kind: 'torn', message });
        this.#tail = { name, bytes: piece.start, isTorn: true };
        return;
      } else {
        this.#damagedLines += piece.lines;
        const message = `\`${name}\` is damaged from byte ${piece.start} to ${piece.end}, behind record ${this.#place.n}`;
        this.#findings.push({ kind: 'damaged', message });
      }
    }
    if (this.#damagedLines > 0) this.#tail = undefined;
    else if (bytes.length > 0 && bytes.at(-1) !== newline) this.#endWithoutNewline(name);
  }

  /** A line whose newline is missing or damaged is whole, but nothing can be written behind it. */
  #endWithoutNewline(name: string): void {
    const message = `\`${name}\` does not end in a newline; its last record is whole`;
    this.#findings.push({ kind: 'damaged', message });
    this.#tail = undefined;
  }

  #accept(line: Line, name: string): void {
    const { n, sum, at } = this.#place;
    this.#seen = Math.max(this.#seen, line.n);
    if (line.n <= n) {
      // What the snapshot includes is not read again.
      if (line.n <= this.#snapshotAt) return;
      this.#findings.push({ kind: 'repeated', message: `\`${name}\` has record ${line.n} again` });
      return;
    }
    this.#damagedLines = 0;
    if (line.n > n + 1) this.#lose(line, `records ${n + 1} to ${line.n - 1} are missing`);
    else if (line.after !== sum) this.#lose(line, `record ${n} is not the one that was written`);
    this.#place = { n: line.n, sum: line.sum, at: Math.max(at, line.at) };
    this.#fold(line);
  }

  #lose(next: Line, message: string): void {
    this.#findings.push({ kind: 'missing', message });
    const until = Math.max(this.#place.at, next.at);
    apply(this.#state, { kind: 'Gap', at: until, from: this.#place.at, until, why: message });
  }

  #fold(line: Line): void {
    if (isDecision(line.entry)) return;
    try {
      const record = JSON.parse(line.entry.toString()) as FoldedEntry;
      if (isFolded(record)) apply(this.#state, record);
    } catch (error) {
      this.#lose(line, `record ${line.n} cannot be read: ${messageOf(error)}`);
    }
  }

  finish(now: number): Recovered {
    if (this.#seen < this.#snapshotAt) this.#loseIncluded();
    const [state, findings, place] = [this.#state, this.#findings, this.#place];
    if (this.#damagedLines === 0) return { state, place, tail: this.#tail, gap: undefined, findings };
    const until = Math.max(place.at, now);
    const why = `records from ${place.n + 1} on are missing`;
    findings.push({ kind: 'missing', message: why });
    const gap: GapEntry = { kind: 'Gap', at: until, from: place.at, until, why };
    // Numbers that damaged lines may have had are not given again: a segment of that name is there.
    return { state, place: { ...place, n: place.n + this.#damagedLines }, tail: undefined, gap, findings };
  }

  #loseIncluded(): void {
    const message = `records ${this.#seen + 1} to ${this.#snapshotAt} are missing; the snapshot has what they did to the history`;
    this.#findings.push({ kind: 'missing', message });
    this.#tail = undefined;
  }
}

/** Sectors of a file that were never written read as zeros. */
const unwritten = Buffer.alloc(16);

/**
 * Whether damage is what a crash leaves of its last write: cut short, or with stretches of zeros, and nothing behind it that
 * was written later than record `n + 1` was known to be durable.
 */
function isTorn(bytes: Buffer, damage: Piece & { kind: 'damage' }, n: number): boolean {
  const isCutShort = damage.lines === 1 && damage.end === bytes.length && bytes.at(-1) !== newline;
  if (!isCutShort && !bytes.subarray(damage.start, damage.end).includes(unwritten)) return false;
  for (const piece of piecesOf(bytes, damage.end))
    if (piece.kind === 'line' && piece.line.synced > n) return false;
  return true;
}
