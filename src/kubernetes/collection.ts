/** The two questions a collection answers: a page of what there is, and a stream of what changes. */
import type { Cluster } from './client.ts';
import { type Failure, unusable } from './failure.ts';
import { decodePage, type Page } from './page.ts';

/** One resource of the API, in all namespaces. */
export interface Collection {
  readonly cluster: Pick<Cluster, 'server' | 'fetchJson' | 'watchPath'>;
  /** `/apis/apps/v1/deployments`. */
  readonly path: string;
  /** Asks for PartialObjectMetadata: `metadata` and nothing else. */
  readonly isMetadataOnly?: boolean;
}

export interface PageRequest {
  readonly limit: number;
  /** Empty for the first page. */
  readonly next: string;
  readonly signal: AbortSignal;
}

/** Without a resourceVersion, so that what is read is never older than what was. */
export async function fetchPage(collection: Collection, request: PageRequest): Promise<Page | Failure> {
  const { cluster, path } = collection;
  const { limit, next, signal } = request;
  const query = new URLSearchParams({ limit: `${limit}`, ...(next === '' ? {} : { continue: next }) });
  const accept = acceptOf(collection, 'List');
  const answer = await cluster.fetchJson('GET', `${path}?${query}`, { signal, ...accept });
  if (!answer.ok) return answer.failure;
  return decodePage(answer.body) ?? unusable('malformed', cluster.server, `\`${path}\` is not a list`);
}

/** The path of a watch; the server ends it after `timeoutSeconds`. */
export function watchPathOf({ path }: Collection, version: string, timeoutSeconds: number): string {
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: version,
    timeoutSeconds: `${timeoutSeconds}`,
  });
  return `${path}?${query}`;
}

export function acceptOf({ isMetadataOnly }: Collection, suffix: 'List' | ''): { accept?: string } {
  if (isMetadataOnly !== true) return {};
  return { accept: `application/json;as=PartialObjectMetadata${suffix};g=meta.k8s.io;v=v1` };
}
