/** The ledger in the cluster, composed: its resources over the API server, and their watch. */
import type { Decision } from './core/decide.ts';
import type { Cluster } from './kubernetes/client.ts';
import { ledgerStoreAt, watchLedgers } from './kubernetes/ledger-store.ts';
import type { OnNote } from './kubernetes/problem.ts';
import type { BypassEntry } from './ledger/entry.ts';
import { objectKeyOf } from './ledger/hold.ts';
import { KubernetesLedger, type RefusalRecord } from './ledger/kubernetes/kubernetes-ledger.ts';

export interface SharedLedgerSettings {
  readonly cluster: Cluster;
  /** Where the resources are. */
  readonly namespace: string;
  readonly readNow: () => number;
  readonly onNote: OnNote;
  readonly onBypass: (bypass: BypassEntry) => void;
}

export interface SharedLedger {
  readonly ledger: KubernetesLedger;
  readonly isSynced: () => boolean;
  stop(): Promise<void>;
}

/** Starts at once; until it has read all resources, no history is known. */
export function openSharedLedger(settings: SharedLedgerSettings): SharedLedger {
  const { cluster, namespace, readNow, onNote, onBypass } = settings;
  const store = ledgerStoreAt(cluster, namespace);
  const ledger = new KubernetesLedger({ store, wall: readNow, onBypass });
  const watch = watchLedgers(
    { cluster, namespace, onNote },
    {
      onStored: (name, version, spec) => ledger.receive(name, { version, spec }),
      onDeleted: (name) => ledger.lose(name),
      onSynced: () => ledger.markSynced(),
    },
  );
  return { ledger, isSynced: watch.isSynced, stop: watch.stop };
}

/** What is refused for now, and until when; undefined where time changes nothing. */
export function refusalOf({ change, verdicts }: Decision): RefusalRecord | undefined {
  if (change.dryRun) return undefined;
  const times = verdicts.flatMap(({ determining }) => determining.flatMap(({ opensAt }) => opensAt ?? []));
  if (times.length === 0) return undefined;
  return { kind: 'Refusal', object: objectKeyOf(change.target), opensAt: Math.max(...times) };
}
