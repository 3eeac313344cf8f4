/** A ledger that forgets at exit: for the command line, the simulator and tests. Its state is the fold, as everyone's is. */
import type { LedgerEntry, ObjectKey } from './entry.ts';
import type { Ledger, LogRecord, Recorded } from './ledger.ts';
import { floodedProblem, mostHolds } from './ledger.ts';
import { apply, isFolded } from './project.ts';
import {
  emptyState,
  heldObjects,
  hybridClock,
  outstandingHolds,
  overdueHolds,
  readHistory,
  readValues,
  readVersion,
} from './state.ts';

export function openMemoryLedger(wall: () => number): Ledger {
  const state = emptyState();
  let isClosed = false;
  const now = hybridClock(wall, state);
  const isFlooded = ({ kind, object }: LedgerEntry): boolean =>
    kind === 'Hold' && (state.objects.get(object)?.holds.size ?? 0) >= mostHolds;
  return {
    now,
    readHistory: (object: ObjectKey, parameter: string) => readHistory(state, object, parameter),
    readHolds: (object) => outstandingHolds(state, object),
    readOverdueHolds: () => overdueHolds(state, now()),
    readHeldObjects: () => heldObjects(state),
    readValues: (object) => readValues(state, object),
    readVersion: (object) => readVersion(state, object),
    readHealth: () => ({ status: 'writable' }),
    record: (entries): Promise<Recorded> => {
      if (isClosed) return Promise.resolve({ ok: false, problem: 'the ledger is closed' });
      if (entries.some(isFlooded)) return Promise.resolve({ ok: false, problem: floodedProblem() });
      for (const entry of entries) apply(state, entry);
      return Promise.resolve({ ok: true });
    },
    append: (record: LogRecord) => {
      if (!isClosed && isFolded(record)) apply(state, record);
    },
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
}
