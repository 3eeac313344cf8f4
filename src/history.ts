/** History, composed: the ledger in a folder or in memory, the tracker that keeps it true, and the watch that tells it. */
import { kindOf } from './catalogue/catalogue.ts';
import type { PlaceHold } from './charge.ts';
import { type FactPorts, readResourceVersion } from './consider.ts';
import type { Target } from './core/change.ts';
import type { Decision } from './core/decide.ts';
import type { Parameter, Value } from './core/parameter.ts';
import type { Cluster } from './kubernetes/client.ts';
import { type ObjectWatch, type WatchedKind, watchObjects } from './kubernetes/objects.ts';
import type { OnNote } from './kubernetes/problem.ts';
import type { BypassEntry } from './ledger/entry.ts';
import { openFolder, systemClock, thisProcess } from './ledger/file/node.ts';
import { openFileLedger } from './ledger/file/open.ts';
import { objectKeyOf } from './ledger/hold.ts';
import type { Health, Ledger } from './ledger/ledger.ts';
import { createMembers } from './ledger/members.ts';
import { openMemoryLedger } from './ledger/memory.ts';
import { createTracker, type Tracker } from './ledger/tracker.ts';
import { openSharedLedger, refusalOf, type SharedLedger } from './shared-ledger.ts';

export interface HistorySettings {
  /** Where the ledger is kept; undefined keeps it in memory, and a restart forgets it. */
  readonly folder?: string;
  /** The cluster keeps the ledger instead, as resources in this namespace, which all replicas share. */
  readonly namespace?: string;
  /** Whose writes are watched; undefined: what landed is known by the next request alone. */
  readonly cluster?: Cluster;
  readonly readNow: () => number;
  readonly onNote: OnNote;
  readonly onBypass: (bypass: BypassEntry) => void;
}

/** What admission asks of history, and tells it. */
export interface HistoryPorts
  extends Pick<FactPorts, 'readHistory' | 'readNow'>,
    Required<Pick<FactPorts, 'observe'>> {
  readonly placeHold: PlaceHold;
  readonly propose: (decision: Decision, now: number) => void;
  readonly readHealth: () => Health;
}

export interface HistoryKeeper extends HistoryPorts, Required<Pick<FactPorts, 'readMembers'>> {
  readonly isSynced: () => boolean;
  stop(): Promise<void>;
}

/** Rejects where the folder cannot be used: without its history nothing should be promised. */
export async function keepHistory(settings: HistorySettings): Promise<HistoryKeeper> {
  const shared = shareLedger(settings);
  const ledger = shared?.ledger ?? (await openLedger(settings));
  const members = createMembers(ledger, (kind) => watch?.isCurrent(kind) ?? false);
  const tracker = members.follow(createTracker(ledger, settings.onBypass));
  const watch = startWatch(settings, tracker);
  const sweep = setInterval(() => tracker.expire(), 5_000).unref();
  return {
    ...answerFrom(ledger, tracker),
    readMembers: members.readMembers,
    isSynced: () => (watch?.isSynced() ?? true) && (shared?.isSynced() ?? true),
    stop: async () => {
      clearInterval(sweep);
      await watch?.stop();
      await ledger.close();
      await shared?.stop();
    },
  };
}

/** The ports, on a ledger that somebody opened and the tracker that keeps it true. */
export function answerFrom(ledger: Ledger, tracker: Tracker): HistoryPorts {
  return {
    readHistory: (target, parameter) => ledger.readHistory(objectKeyOf(target), parameter),
    readNow: () => ledger.now(),
    observe: (target, resourceVersion, parameters) => {
      tracker.observe({
        object: objectKeyOf(target),
        resourceVersion,
        values: currentOf(parameters),
        manager: '',
      });
    },
    placeHold: (admitted) => tracker.hold(admitted),
    propose: (decision, now) => {
      tracker.propose(decision, now);
      const refusal = ledger.isShared === true ? refusalOf(decision) : undefined;
      if (refusal !== undefined) ledger.append(refusal);
    },
    readHealth: () => ledger.readHealth(),
  };
}

function shareLedger({ namespace, cluster, ...settings }: HistorySettings): SharedLedger | undefined {
  if (namespace === undefined) return undefined;
  if (cluster === undefined) throw new Error('a ledger in the cluster needs a cluster');
  return openSharedLedger({ ...settings, cluster, namespace });
}

async function openLedger({ folder, readNow, onNote }: HistorySettings): Promise<Ledger> {
  if (folder === undefined) return openMemoryLedger(readNow);
  const opened = await openFileLedger({
    files: await openFolder(folder),
    clock: { ...systemClock, now: readNow },
    owner: thisProcess,
    complain: (message) => onNote({ level: 'error', message: `ledger: ${message}` }),
  });
  if (!opened.ok) throw new Error(`the ledger \`${folder}\` cannot be opened: ${opened.problem}`);
  for (const finding of opened.findings) onNote({ level: 'warning', message: `ledger: ${finding.message}` });
  return opened.ledger;
}

function currentOf(parameters: readonly Parameter[]): ReadonlyMap<string, Value | undefined> {
  return new Map(parameters.map(({ name, current }) => [name, current]));
}

function startWatch({ cluster, onNote }: HistorySettings, tracker: Tracker): ObjectWatch | undefined {
  if (cluster === undefined) return undefined;
  return watchObjects({
    cluster,
    onNote,
    onStored: (kind, object) => tellStored(kind, object, tracker),
    onDeleted: (kind, namespace, name) =>
      tracker.observeDeletion(objectKeyOf(targetOf(kind, namespace, name))),
  });
}

/** What the watch brings: an object as it is stored. */
export function tellStored(kind: WatchedKind, object: unknown, tracker: Tracker): void {
  const reading = kindOf(kind.group, kind.kind)?.read(object, '');
  // What cannot be read says nothing; a request on it is decided by failurePolicy.
  if (reading === undefined || !reading.ok) return;
  const { metadata } = object as { metadata: { namespace?: string; name: string } };
  tracker.observe({
    object: objectKeyOf(targetOf(kind, metadata.namespace ?? '', metadata.name)),
    resourceVersion: readResourceVersion(object),
    values: new Map(reading.readings.map(({ name, value }) => [name, value])),
    manager: managerOf(object),
    isWhole: true,
  });
}

function targetOf({ group, kind }: WatchedKind, namespace: string, name: string): Target {
  return { group, kind, namespace, name, subresource: '' };
}

/** Of the newest write, as it called itself. */
function managerOf(object: unknown): string {
  const { metadata } = object as { metadata?: { managedFields?: unknown } };
  const fields = Array.isArray(metadata?.managedFields) ? metadata.managedFields : [];
  const writes = fields.filter(
    (one): one is { manager: string; time: string } =>
      typeof one?.manager === 'string' && typeof one?.time === 'string',
  );
  return writes.sort((a, b) => (a.time < b.time ? -1 : 1)).at(-1)?.manager ?? '';
}
