/** Files of the folder: segments by the number of their first line, snapshots by that of the last line they include. */

const digits = 16;

export function nameOfSegment(first: number): string {
  return `log-${String(first).padStart(digits, '0')}.jsonl`;
}

export function nameOfSnapshot(last: number): string {
  return `snapshot-${String(last).padStart(digits, '0')}.jsonl`;
}

export const unfinished = '.unfinished';
export const lockName = 'lock';

/** The number in a segment's name; undefined for other files. */
export function numberOfSegment(name: string): number | undefined {
  return numberIn(/^log-(\d{16})\.jsonl$/, name);
}

export function numberOfSnapshot(name: string): number | undefined {
  return numberIn(/^snapshot-(\d{16})\.jsonl$/, name);
}

function numberIn(pattern: RegExp, name: string): number | undefined {
  const digitsOf = pattern.exec(name)?.[1];
  return digitsOf === undefined ? undefined : Number(digitsOf);
}
