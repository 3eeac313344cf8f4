/** The small client that all of this folder's adapters share. */
import { type Answer, type FetchOptions, fetchJson } from './fetch.ts';
import type { Endpoint } from './http.ts';
import { type ClusterChoice, loadEndpoint } from './kubeconfig.ts';
import type { Problem } from './problem.ts';
import { type WatchEnd, type WatchOptions, watchPath } from './watch.ts';

/** One API server, with the rights of one identity. Nothing rejects for what the network or the server does. */
export interface Cluster {
  /** Base URL. */
  readonly server: string;
  /** `path` includes the query. */
  fetchJson(method: string, path: string, options?: FetchOptions): Promise<Answer>;
  /** Streams a path that answers with JSON lines, to its end. */
  watchPath(path: string, options: WatchOptions): Promise<WatchEnd>;
  /** Ends the idle connections; those in use end with what uses them. */
  close(): void;
}

export type ClusterResult =
  | { readonly ok: true; readonly cluster: Cluster }
  | { readonly ok: false; readonly problem: Problem };

/** Reads the kubeconfig, or the service account of the pod, and connects to nothing yet. */
export async function loadCluster(choice: ClusterChoice = {}): Promise<ClusterResult> {
  const loaded = await loadEndpoint(choice);
  return loaded.ok ? { ok: true, cluster: clusterAt(loaded.endpoint) } : loaded;
}

export function clusterAt(endpoint: Endpoint): Cluster {
  return {
    server: endpoint.server,
    fetchJson: (method, path, options = {}) => fetchJson(endpoint, { method, path }, options),
    watchPath: (path, options) => watchPath(endpoint, path, options),
    close: () => endpoint.close(),
  };
}
