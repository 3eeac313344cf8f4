/** Every write of the governed kinds, as the API server stored it: by it changes are known to have landed. */
import type { Cluster } from './client.ts';
import type { JsonObject } from './json.ts';
import type { OnNote } from './problem.ts';
import { type Reflector, type ReflectorOptions, startReflector } from './reflector.ts';

/** A collection of all namespaces, such as `/apis/apps/v1/deployments`, and what is in it. */
export interface WatchedKind {
  readonly group: string;
  readonly kind: string;
  readonly path: string;
}

/** Kinds that every cluster has; custom ones are settled by their next request. */
export const watchedKinds: readonly WatchedKind[] = [
  {
    group: 'autoscaling',
    kind: 'HorizontalPodAutoscaler',
    path: '/apis/autoscaling/v2/horizontalpodautoscalers',
  },
  { group: 'apps', kind: 'Deployment', path: '/apis/apps/v1/deployments' },
  { group: 'apps', kind: 'StatefulSet', path: '/apis/apps/v1/statefulsets' },
  { group: '', kind: 'ResourceQuota', path: '/api/v1/resourcequotas' },
  { group: 'policy', kind: 'PodDisruptionBudget', path: '/apis/policy/v1/poddisruptionbudgets' },
];

export interface ObjectWatchOptions {
  readonly cluster: Pick<Cluster, 'server' | 'fetchJson' | 'watchPath'>;
  readonly onStored: (kind: WatchedKind, object: JsonObject) => void;
  readonly onDeleted: (kind: WatchedKind, namespace: string, name: string) => void;
  readonly onNote?: OnNote;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly tuning?: Pick<ReflectorOptions, 'backoff' | 'idleSeconds' | 'pageSize' | 'stableMilliseconds'>;
}

export interface ObjectWatch {
  isSynced(): boolean;
  /** Whether what is stored of a kind is being told: false before it was, and when nothing is heard any more. */
  isCurrent(kind: Pick<WatchedKind, 'group' | 'kind'>): boolean;
  stop(): Promise<void>;
}

/**
 * The API server sends a bookmark about each minute. Shorter than the 90 s after which an admitted change of which nothing
 * was heard is given up: a watch that is silent must not make it look as if it had not landed.
 */
const silenceMilliseconds = 75_000;

/** Starts at once. Objects are handed on and not kept. */
export function watchObjects(options: ObjectWatchOptions): ObjectWatch {
  const { now = Date.now } = options;
  const reflectors = watchedKinds.map((kind) => watchKind(kind, { ...options, now }));
  return {
    isSynced: () => reflectors.every((reflector) => reflector.isSynced()),
    isCurrent: ({ group, kind }) => {
      const index = watchedKinds.findIndex((one) => one.group === group && one.kind === kind);
      const reflector = reflectors[index];
      const contact = reflector?.lastContact() ?? Number.NEGATIVE_INFINITY;
      return reflector?.isSynced() === true && now() - contact <= silenceMilliseconds;
    },
    stop: async () => {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
  };
}

function watchKind(
  kind: WatchedKind,
  { cluster, onStored, onDeleted, onNote, now, tuning }: ObjectWatchOptions & { readonly now: () => number },
): Reflector {
  return startReflector({
    cluster,
    path: kind.path,
    now,
    onEvent: (event) => {
      if (event.kind === 'delete') onDeleted(kind, event.namespace, event.name);
      else if (event.kind !== 'synced') onStored(kind, event.object);
    },
    ...(onNote === undefined ? {} : { onNote }),
    ...tuning,
  });
}
