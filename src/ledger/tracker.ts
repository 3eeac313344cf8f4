/**
 * Keeps the ledger true: a validated change is held before it is answered; what is stored later says whether it landed,
 * did not, or whether something landed that nobody had asked about.
 */
import type { Decision } from '../core/decide.ts';
import type { BypassEntry, HoldEntry, ObjectKey, OutcomeEntry, SeenEntry } from './entry.ts';
import { type Admitted, holdOf, objectKeyOf, proposalOf } from './hold.ts';
import type { Ledger, Recorded } from './ledger.ts';
import { findBypass, isOlder, type Stored, settle, tells } from './settle.ts';
import type { KnownValue } from './state.ts';

export interface Tracker {
  /** Settles holds by what is stored, and charges what landed with none. A version that was seen says nothing new. */
  observe(stored: Stored): void;
  /** The object was deleted; its history goes on under its name. */
  observeDeletion(object: ObjectKey): void;
  /** Makes the hold of an admitted change durable; undefined where there is nothing to charge. */
  hold(admitted: Admitted): Promise<Recorded> | undefined;
  /** What was asked at /mutate, for rules that count repetitions. */
  propose(decision: Decision, now: number): void;
  /** Ends the holds of which nothing was heard. */
  expire(): void;
}

/** Of so many objects the newest version that was observed is remembered; of others it is learned anew. */
const mostVersions = 100_000;

export function createTracker(ledger: Ledger, onBypass: (bypass: BypassEntry) => void): Tracker {
  const { isShared = false } = ledger;
  const versions = new Map<ObjectKey, string>();
  const isNews = ({ object, resourceVersion }: Stored): boolean => {
    // Of a process before this one the ledger knows what was charged: what is older, a cache that lags behind still shows.
    const known = versions.get(object) ?? ledger.readVersion?.(object);
    // What others have written since may say more of a version that was seen.
    if (isShared && known === resourceVersion) return true;
    if (resourceVersion === '' || (known !== undefined && !isOlder(known, resourceVersion))) return false;
    versions.delete(object);
    versions.set(object, resourceVersion);
    const [oldest] = versions.keys();
    if (versions.size > mostVersions && oldest !== undefined) versions.delete(oldest);
    return true;
  };
  return {
    observe: (stored) => {
      const holds = ledger.readHolds(stored.object);
      const sight = { known: ledger.readValues(stored.object), stored };
      if (!tells(holds, sight) || !isNews(stored)) return;
      const at = ledger.now();
      for (const outcome of settle(holds, sight, at)) ledger.append(outcome);
      const bypass = findBypass(ledger.readValues(stored.object), stored, at);
      if (bypass === undefined) return;
      ledger.append(bypass);
      if (!isShared) onBypass(bypass);
    },
    observeDeletion: (object) => {
      versions.delete(object);
      if (ledger.readValues(object).size === 0) return;
      const gone: SeenEntry = { kind: 'Seen', at: ledger.now(), object, resourceVersion: '', values: [] };
      ledger.append(gone);
    },
    hold: (admitted) => {
      const known = ledger.readValues(objectKeyOf(admitted.decision.change.target));
      const entry = holdOf(admitted, known);
      if (entry === undefined) return undefined;
      // Where a history begins: what moves from here on is charged, also if this hold is never recorded, or expires.
      const first = firstSeen(entry, known);
      if (first !== undefined) ledger.append(first);
      return ledger.record([entry]);
    },
    propose: (decision, now) => {
      const proposal = proposalOf(decision, now);
      if (proposal !== undefined) ledger.append(proposal);
    },
    expire: () => {
      for (const { key, object } of ledger.readOverdueHolds()) {
        const expired: OutcomeEntry = { kind: 'Outcome', key, at: ledger.now(), object, outcome: 'expired' };
        ledger.append(expired);
      }
    },
  };
}

/** The stored values that a hold starts from and that were not known yet. A new object has none. */
function firstSeen(
  { at, object, base, moves }: HoldEntry,
  known: ReadonlyMap<string, KnownValue>,
): SeenEntry | undefined {
  const values = moves
    .filter(({ parameter }) => !known.has(parameter))
    .map(({ parameter, type, from }) => ({ parameter, type, value: from }));
  return base === '' || values.length === 0
    ? undefined
    : { kind: 'Seen', at, object, resourceVersion: base, values };
}
