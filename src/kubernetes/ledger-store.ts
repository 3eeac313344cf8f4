/** GuardrailLedgers: one resource per governed object, each write on condition of the version before. */
import type { Cluster } from './client.ts';
import { apiVersion } from './documents.ts';
import type { Failure } from './failure.ts';
import type { FetchOptions } from './fetch.ts';
import { type JsonObject, objectAt, textAt } from './json.ts';
import { formatProblem, type OnNote } from './problem.ts';
import { type Reflector, startReflector } from './reflector.ts';

export type FetchedLedger =
  | { readonly kind: 'found'; readonly version: string; readonly spec: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly problem: string };

export type WrittenLedger =
  | { readonly kind: 'written'; readonly version: string }
  /** Another has written, made or deleted it. */
  | { readonly kind: 'conflict' }
  /** It may have been written all the same. */
  | { readonly kind: 'failed'; readonly problem: string };

export interface LedgerResources {
  fetch(name: string): Promise<FetchedLedger>;
  create(name: string, spec: unknown): Promise<WrittenLedger>;
  replace(name: string, version: string, spec: unknown): Promise<WrittenLedger>;
}

/** An admission waits for it, and the API server for that. */
const timeoutSeconds = 2;

function collectionPath(namespace: string): string {
  return `/apis/${apiVersion}/namespaces/${encodeURIComponent(namespace)}/guardrailledgers`;
}

/** Never rejects. */
export function ledgerStoreAt(cluster: Pick<Cluster, 'fetchJson'>, namespace: string): LedgerResources {
  const collection = collectionPath(namespace);
  const ask = (method: string, path: string, options: FetchOptions = {}) =>
    cluster.fetchJson(method, path, { timeoutSeconds, ...options });
  const bodyOf = (name: string, spec: unknown, version?: string): JsonObject => ({
    apiVersion,
    kind: 'GuardrailLedger',
    metadata: { name, namespace, ...(version === undefined ? {} : { resourceVersion: version }) },
    spec,
  });
  return {
    // Without a resourceVersion: of what is stored, not of what a cache has.
    fetch: async (name) => {
      const answer = await ask('GET', `${collection}/${name}`);
      if (answer.ok) return { kind: 'found', version: versionOf(answer.body), spec: answer.body['spec'] };
      return answer.failure.status === 404
        ? { kind: 'absent' }
        : { kind: 'failed', problem: formatProblem(answer.failure.problem) };
    },
    create: async (name, spec) => {
      const answer = await ask('POST', collection, { body: bodyOf(name, spec) });
      return answer.ok ? { kind: 'written', version: versionOf(answer.body) } : notWritten(answer.failure);
    },
    replace: async (name, version, spec) => {
      const answer = await ask('PUT', `${collection}/${name}`, { body: bodyOf(name, spec, version) });
      return answer.ok ? { kind: 'written', version: versionOf(answer.body) } : notWritten(answer.failure);
    },
  };
}

function notWritten({ status, problem }: Failure): WrittenLedger {
  return status === 409 ? { kind: 'conflict' } : { kind: 'failed', problem: formatProblem(problem) };
}

function versionOf(body: JsonObject): string {
  return textAt(objectAt(body, 'metadata'), 'resourceVersion');
}

export interface LedgerWatchOptions {
  readonly cluster: Pick<Cluster, 'server' | 'fetchJson' | 'watchPath'>;
  readonly namespace: string;
  readonly onNote?: OnNote;
}

export interface LedgerEvents {
  onStored(name: string, version: string, spec: unknown): void;
  onDeleted(name: string): void;
  onSynced(): void;
}

/** Starts at once. */
export function watchLedgers(options: LedgerWatchOptions, events: LedgerEvents): Reflector {
  const { cluster, namespace, onNote } = options;
  return startReflector({
    cluster,
    path: collectionPath(namespace),
    onEvent: (event) => {
      if (event.kind === 'synced') events.onSynced();
      else if (event.kind === 'delete') events.onDeleted(event.name);
      else events.onStored(event.name, versionOf(event.object), event.object['spec']);
    },
    ...(onNote === undefined ? {} : { onNote }),
  });
}
