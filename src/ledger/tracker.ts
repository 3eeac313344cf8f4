/**
 * Keeps the ledger true: a validated change is held before it is answered; what is stored later says whether it landed,
 * did not, or whether something landed that nobody had asked about.
 */
import type { Decision } from '../core/decide.ts';
import type { BypassEntry, ObjectKey, OutcomeEntry, SeenEntry } from './entry.ts';
import { type Admitted, holdOf, objectKeyOf, proposalOf } from './hold.ts';
import type { Ledger, Recorded } from './ledger.ts';
import { findBypass, isOlder, type Stored, settle } from './settle.ts';

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
  const versions = new Map<ObjectKey, string>();
  const isNews = ({ object, resourceVersion }: Stored): boolean => {
    const known = versions.get(object);
    if (resourceVersion === '' || (known !== undefined && !isOlder(known, resourceVersion))) return false;
    versions.delete(object);
    versions.set(object, resourceVersion);
    const [oldest] = versions.keys();
    if (versions.size > mostVersions && oldest !== undefined) versions.delete(oldest);
    return true;
  };
  return {
    observe: (stored) => {
      if (!isNews(stored)) return;
      const at = ledger.now();
      for (const outcome of settle(ledger.readHolds(stored.object), stored, at)) ledger.append(outcome);
      const bypass = findBypass(ledger.readValues(stored.object), stored, at);
      if (bypass === undefined) return;
      ledger.append(bypass);
      onBypass(bypass);
    },
    observeDeletion: (object) => {
      versions.delete(object);
      if (ledger.readValues(object).size === 0) return;
      const gone: SeenEntry = { kind: 'Seen', at: ledger.now(), object, resourceVersion: '', values: [] };
      ledger.append(gone);
    },
    hold: (admitted) => {
      const entry = holdOf(admitted, ledger.readValues(objectKeyOf(admitted.decision.change.target)));
      return entry === undefined ? undefined : ledger.record([entry]);
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
