/** What may go: a segment that a snapshot includes and that is too old, or too much. The two newest snapshots stay. */
import { numberOfSegment, numberOfSnapshot, unfinished } from './names.ts';
import type { FileInfo, Files } from './port.ts';

export interface Retention {
  /** The log is the record of decisions, too: it is kept longer than the ledger needs it. */
  readonly days: number;
  readonly bytes: number;
}

export const defaultRetention: Retention = { days: 30, bytes: 4 * 1024 ** 3 };

const dayMilliseconds = 24 * 60 * 60 * 1000;

/** Removes what may go; oldest first, so that what is left is one stretch of the log also after a crash. */
export async function removeOld(files: Files, retention: Retention, now: number): Promise<void> {
  for (const name of selectOld(await files.list(), retention, now)) await files.remove(name);
  await files.syncFolder();
}

export function selectOld(all: readonly FileInfo[], { days, bytes }: Retention, now: number): string[] {
  const snapshots = all
    .filter(({ name }) => numberOfSnapshot(name) !== undefined)
    .sort((one, other) => (one.name < other.name ? 1 : -1));
  // A snapshot can be damaged: the older one and the log behind it must still do.
  const included = numberOfSnapshot(snapshots[1]?.name ?? '') ?? 0;
  const segments = all
    .filter(({ name }) => numberOfSegment(name) !== undefined)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  let total = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const old: string[] = [];
  for (const [at, segment] of segments.entries()) {
    const next = numberOfSegment(segments[at + 1]?.name ?? '');
    const isIncluded = next !== undefined && next <= included + 1;
    const isTooOld = segment.modifiedAt < now - days * dayMilliseconds;
    if (!isIncluded || !(isTooOld || total > bytes)) break;
    total -= segment.bytes;
    old.push(segment.name);
  }
  const leftovers = all.filter(({ name }) => name.endsWith(unfinished));
  return [...old, ...[...snapshots.slice(2), ...leftovers].map(({ name }) => name)];
}
