/**
 * One line of the log:
 *
 *     {"sum":"89abcdef","n":5,"at":1700000000000,"after":"01234567","synced":3,"entry":{...}}
 *
 * `sum` is the CRC-32 of all bytes behind it, so that each line can be told whole or damaged by itself; `after` is the sum
 * of line n - 1, so that a line that is missing, moved or replaced is noticed; all lines up to `synced` were durable when this
 * one was written, so that damage to them is not taken for the torn end of a crash.
 */
import { crc32 } from 'node:zlib';

export interface Line {
  readonly n: number;
  /** The greatest time that it or a line before it tells of. */
  readonly at: number;
  readonly after: string;
  readonly synced: number;
  readonly sum: string;
  /** The bytes of the entry, as JSON. */
  readonly entry: Buffer;
}

export const firstSum = '00000000';
export const newline = 0x0a;

const prefix = '{"sum":"';
/** `{"sum":"89abcdef",`: what the sum does not cover. */
const sumLength = 8;
const coveredFrom = prefix.length + sumLength + 2;

export interface Position {
  readonly n: number;
  readonly at: number;
  readonly after: string;
  readonly synced: number;
}

/** `entry` is JSON without a newline, as `JSON.stringify` writes it. */
export function encodeLine({ n, at, after, synced }: Position, entry: string): { text: string; sum: string } {
  const covered = `"n":${n},"at":${at},"after":"${after}","synced":${synced},"entry":${entry}}`;
  const sum = sumOf(covered);
  return { text: `${prefix}${sum}",${covered}\n`, sum };
}

export function sumOf(covered: string | Uint8Array): string {
  return crc32(covered).toString(16).padStart(sumLength, '0');
}

/** `bytes` are a line without its newline; undefined where it is not whole, or not a line. */
export function decodeLine(bytes: Buffer): Line | undefined {
  if (bytes.length <= coveredFrom || !startsWell(bytes)) return undefined;
  const sum = bytes.toString('latin1', prefix.length, prefix.length + sumLength);
  if (sumOf(bytes.subarray(coveredFrom)) !== sum) return undefined;
  const entryAt = bytes.indexOf(entryMark, coveredFrom, 'latin1');
  // The numbers are at most 16 digits each: what is longer is none of our heads.
  if (entryAt < 0 || entryAt > coveredFrom + longestHead) return undefined;
  const head = /^"n":(\d+),"at":(\d+),"after":"([0-9a-f]{8})","synced":(\d+)$/.exec(
    bytes.toString('latin1', coveredFrom, entryAt),
  );
  if (head === null) return undefined;
  const [, n, at, after = '', synced] = head;
  const entry = bytes.subarray(entryAt + entryMark.length, -1);
  return { n: Number(n), at: Number(at), after, synced: Number(synced), sum, entry };
}

const entryMark = ',"entry":';
const longestHead = 128;

function startsWell(bytes: Buffer): boolean {
  const end = prefix.length + sumLength;
  return (
    bytes.toString('latin1', 0, prefix.length) === prefix && bytes.toString('latin1', end, end + 2) === '",'
  );
}

const decision = Buffer.from('{"kind":"Decision"');

/** Decisions are most of the bytes and nothing to the fold: they are told by their first bytes, without parsing. */
export function isDecision(entry: Buffer): boolean {
  return entry.subarray(0, decision.length).equals(decision);
}

/** A stretch of a segment: one whole line, or bytes that are none. */
export type Piece =
  | { readonly kind: 'line'; readonly line: Line; readonly start: number; readonly end: number }
  /** `lines` counts the newlines in it and the rest behind the last. */
  | { readonly kind: 'damage'; readonly start: number; readonly end: number; readonly lines: number };

/** The pieces of a segment in order; damage that is adjacent is one piece. */
export function* piecesOf(bytes: Buffer, from = 0): Generator<Piece, undefined> {
  let damage: { start: number; end: number; lines: number } | undefined;
  for (let start = from; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found + 1;
    const line =
      decodeLine(bytes.subarray(start, found < 0 ? end : found)) ?? withoutLast(bytes, start, found);
    if (line === undefined) damage = { start: damage?.start ?? start, end, lines: (damage?.lines ?? 0) + 1 };
    else {
      if (damage !== undefined) yield { kind: 'damage', ...damage };
      damage = undefined;
      yield { kind: 'line', line, start, end };
    }
    start = end;
  }
  if (damage !== undefined) yield { kind: 'damage', ...damage };
  return undefined;
}

/** At the end of a file, a line whose newline alone was damaged is whole. */
function withoutLast(bytes: Buffer, start: number, found: number): Line | undefined {
  return found < 0 ? decodeLine(bytes.subarray(start, -1)) : undefined;
}
