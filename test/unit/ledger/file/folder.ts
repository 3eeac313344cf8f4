/** Opening and reading a ledger's folder in tests. */

import type { FileLedger } from '../../../../src/ledger/file/file-ledger.ts';
import { type Line, piecesOf } from '../../../../src/ledger/file/line.ts';
import { type FileLedgerOptions, openFileLedger } from '../../../../src/ledger/file/open.ts';
import { type Finding, segmentsOf } from '../../../../src/ledger/file/recover.ts';
import { apply, isFolded } from '../../../../src/ledger/project.ts';
import { encodeHead, encodeObject } from '../../../../src/ledger/snapshot.ts';
import { emptyState, type LedgerState } from '../../../../src/ledger/state.ts';
import { type Disk, newOwner, type TestClock } from './disk.ts';

export interface Opened {
  readonly ledger: FileLedger;
  readonly findings: readonly Finding[];
}

export async function open(
  files: Disk,
  clock: TestClock,
  options: Partial<FileLedgerOptions> = {},
): Promise<Opened> {
  const opened = await openFileLedger({ files, clock, owner: newOwner(), ...options });
  if (!opened.ok) throw new Error(opened.problem);
  return opened;
}

/** All whole lines of all segments, in the order of the files. */
export function linesIn(contents: ReadonlyMap<string, Buffer>): Line[] {
  return segmentsOf([...contents.keys()]).flatMap(({ name }) =>
    [...piecesOf(contents.get(name) ?? Buffer.alloc(0))].flatMap((piece) =>
      piece.kind === 'line' ? [piece.line] : [],
    ),
  );
}

export function recordOf({ entry }: Line): { kind: string; key?: string } {
  return JSON.parse(entry.toString()) as { kind: string; key?: string };
}

/** The fold of the lines, by the one way that no snapshot, queue or view is on. */
export function foldOf(lines: readonly Line[]): LedgerState {
  const state = emptyState();
  for (const line of lines) {
    const record = recordOf(line);
    if (isFolded(record)) apply(state, record);
  }
  return state;
}

/** Comparable; the order in which objects came is no part of it. */
export function show(state: LedgerState): string[] {
  const objects = [...state.objects.keys()].map((key) => encodeObject(state, key) ?? '');
  return [JSON.stringify(encodeHead(state)), ...objects.sort()];
}
