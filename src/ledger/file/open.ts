/** Opens the ledger of a folder: locks it, reads what is there, and goes on where it ended. */
import { FileLedger } from './file-ledger.ts';
import { Journal } from './journal.ts';
import { takeLock } from './lock.ts';
import { type Clock, type Files, messageOf, type Owner } from './port.ts';
import { type Finding, recover } from './recover.ts';
import { defaultRetention, type Retention } from './retain.ts';

export interface FileLedgerOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly owner: Owner;
  /** Hears of what does not concern any one call: a snapshot that could not be written. */
  readonly complain?: (problem: string) => void;
  readonly segmentBytes?: number;
  readonly retention?: Retention;
}

export type OpenedLedger =
  | { readonly ok: true; readonly ledger: FileLedger; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly problem: string };

/** A line of the log is at most some 2 KiB, so that a segment has 32,000 and more, and is read in a third of a second. */
const defaultSegmentBytes = 64 * 1024 * 1024;

export async function openFileLedger(options: FileLedgerOptions): Promise<OpenedLedger> {
  const { files, clock, owner } = options;
  const locked = await takeLock(files, clock, owner);
  if (!locked.ok) return locked;
  try {
    const recovered = await recover(files, clock.now());
    const segmentBytes = options.segmentBytes ?? defaultSegmentBytes;
    const journal = new Journal(files, recovered, segmentBytes);
    const parts = { files, clock, journal, lock: locked.lock };
    const ledger = new FileLedger(parts, recovered, {
      complain: options.complain ?? (() => undefined),
      retention: options.retention ?? defaultRetention,
      snapshotBytes: segmentBytes,
    });
    return { ok: true, ledger, findings: recovered.findings };
  } catch (error) {
    await locked.lock.release();
    return { ok: false, problem: `the log cannot be read: ${messageOf(error)}` };
  }
}
