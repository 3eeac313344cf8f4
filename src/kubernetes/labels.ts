/**
 * The labels of workloads and namespaces, in memory, for the admission path: reads never wait and never ask the network.
 *
 * A cache lags: an object made a moment ago may be unknown yet, and a relabelling may take a moment to be seen. What
 * is not known is `undefined`, never "no labels", so that a policy that needs them fails as its failurePolicy says
 * instead of silently not matching. A miss asks nobody: a question for each unknown name would let a caller make us
 * flood the API server, and would make an admission wait on the server that waits for it.
 */
import type { Cluster } from './client.ts';
import { type JsonObject, objectAt } from './json.ts';
import type { OnNote } from './problem.ts';
import {
  oldestContact,
  type Reflector,
  type ReflectorEvent,
  type ReflectorOptions,
  startReflector,
} from './reflector.ts';

export type Labels = ReadonlyMap<string, string>;

export interface LabelOptions {
  readonly cluster: Pick<Cluster, 'server' | 'fetchJson' | 'watchPath'>;
  readonly onNote?: OnNote;
  /**
   * Time without any contact after which nothing is known any more; 600 by default. A live watch has contact about each
   * minute, so that ten minutes mean a cluster that is out of reach, whose labels may have changed.
   */
  readonly staleSeconds?: number;
  /** Milliseconds since the epoch. */
  now?(): number;
  readonly tuning?: Pick<ReflectorOptions, 'backoff' | 'idleSeconds' | 'pageSize' | 'stableMilliseconds'>;
}

export interface LabelCaches {
  /** Of a Deployment or StatefulSet; undefined: cannot be known now. */
  readLabels(kind: string, namespace: string, name: string): Labels | undefined;
  readNamespaceLabels(name: string): Labels | undefined;
  isSynced(): boolean;
  /** Of the cache that had none for longest, in milliseconds since the epoch; undefined before all had one. */
  lastContact(): number | undefined;
  stop(): Promise<void>;
}

/** Kinds whose `/scale` is governed. ReplicaSets are not: the Deployment above them is. */
const workloads: ReadonlyMap<string, string> = new Map([
  ['Deployment', '/apis/apps/v1/deployments'],
  ['StatefulSet', '/apis/apps/v1/statefulsets'],
]);

/** Starts at once. */
export function watchLabels(options: LabelOptions): LabelCaches {
  const namespaces = new LabelCache('/api/v1/namespaces', options);
  const byKind = new Map(
    [...workloads].map(([kind, path]) => [kind, new LabelCache(path, options)] as const),
  );
  const all = [namespaces, ...byKind.values()];
  return {
    readLabels: (kind, namespace, name) => byKind.get(kind)?.read(namespace, name),
    readNamespaceLabels: (name) => namespaces.read('', name),
    isSynced: () => all.every(({ reflector }) => reflector.isSynced()),
    lastContact: () => oldestContact(all.map(({ reflector }) => reflector)),
    stop: async () => {
      await Promise.all(all.map(({ reflector }) => reflector.stop()));
    },
  };
}

/** Most objects of a kind without labels share this one. */
const none: Labels = new Map();

class LabelCache {
  readonly reflector: Reflector;
  readonly #byNamespace = new Map<string, Map<string, Labels>>();
  readonly #now: () => number;
  readonly #staleMilliseconds: number;

  constructor(path: string, options: LabelOptions) {
    const { cluster, onNote, tuning, now = Date.now, staleSeconds = 600 } = options;
    this.#now = now;
    this.#staleMilliseconds = staleSeconds * 1_000;
    this.reflector = startReflector({
      cluster,
      path,
      isMetadataOnly: true,
      onEvent: (event) => this.#apply(event),
      now,
      ...(onNote === undefined ? {} : { onNote }),
      ...tuning,
    });
  }

  read(namespace: string, name: string): Labels | undefined {
    const contact = this.reflector.lastContact();
    if (!this.reflector.isSynced() || contact === undefined) return undefined;
    if (this.#now() - contact > this.#staleMilliseconds) return undefined;
    return this.#byNamespace.get(namespace)?.get(name);
  }

  #apply(event: ReflectorEvent): void {
    if (event.kind === 'synced') return;
    const { namespace, name } = event;
    const members = this.#byNamespace.get(namespace);
    if (event.kind === 'delete') {
      members?.delete(name);
      if (members?.size === 0) this.#byNamespace.delete(namespace);
      return;
    }
    const labels = labelsOf(event.object);
    if (members === undefined) this.#byNamespace.set(namespace, new Map([[name, labels]]));
    else members.set(name, labels);
  }
}

function labelsOf(object: JsonObject): Labels {
  const entries = Object.entries(objectAt(objectAt(object, 'metadata'), 'labels'));
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return texts.length === 0 ? none : new Map(texts);
}
