/** The policies in force: from a folder or from the cluster, reloaded live; a bad edit never replaces what is good. */
import type { Cluster } from './kubernetes/client.ts';
import { formatName, type PolicyDocument } from './kubernetes/documents.ts';
import { type DocumentResult, startPolicySource } from './kubernetes/policy-source.ts';
import type { OnNote } from './kubernetes/problem.ts';
import { documentOf } from './policy/document.ts';
import { type Loaded, loadDocuments } from './policy/load.ts';
import { formatProblem, isError, type Problem } from './policy/problem.ts';
import type { PolicySet } from './policy/set.ts';
import { watchFolder } from './policy/watch-folder.ts';

export type PolicyOrigin =
  | { readonly from: 'folder'; readonly path: string; readonly ownNamespace: string }
  | {
      readonly from: 'cluster';
      readonly cluster: Cluster;
      readonly ownNamespace: string;
      readonly onNote?: OnNote;
    };

export interface PolicyState {
  /** Undefined until the first good set. */
  readonly set?: PolicySet;
  /** Errors of what was offered last; empty where it is what is in force. */
  readonly problems: readonly Problem[];
}

export interface PolicyWatch {
  readState(): PolicyState;
  stop(): Promise<void>;
}

/** `onState` is told of each reload. */
export function watchPolicies(origin: PolicyOrigin, onState: (state: PolicyState) => void): PolicyWatch {
  let state: PolicyState = { problems: [] };
  const take = (loaded: Pick<Loaded, 'set' | 'problems'>): void => {
    const set = loaded.set ?? state.set;
    state = { problems: loaded.problems.filter(isError), ...(set === undefined ? {} : { set }) };
    onState(state);
  };
  const source =
    origin.from === 'folder'
      ? watchFolder(origin.path, take, { ownNamespace: origin.ownNamespace })
      : watchCluster(origin, take);
  return { readState: () => state, stop: async () => source.stop() };
}

type ClusterOrigin = Extract<PolicyOrigin, { from: 'cluster' }>;

/**
 * In a cluster many hands write: what is atomic is the document. A broken one is replaced by its own last good
 * version, or left out where it never had one, so that no tenant can hold back the policies of others.
 */
function watchCluster(origin: ClusterOrigin, take: (loaded: Loaded) => void) {
  let lastGood = new Map<string, PolicyDocument>();
  return startPolicySource({
    cluster: origin.cluster,
    ...(origin.onNote === undefined ? {} : { onNote: origin.onNote }),
    onDocuments: (documents) => {
      const offered = new Map(documents.map((document) => [keyOf(document), document]));
      const { loaded, inForce, problems } = loadWhatIsGood(offered, lastGood, origin.ownNamespace);
      lastGood = inForce;
      take({ ...loaded, problems });
      return documents.map((document) => resultOf(document, problems));
    },
  });
}

interface Assembly {
  readonly loaded: Loaded;
  readonly inForce: Map<string, PolicyDocument>;
  /** Of the documents as they were offered. */
  readonly problems: readonly Problem[];
}

/** Each round takes out or takes back what had errors; one that adds none is the set. */
function loadWhatIsGood(
  offered: ReadonlyMap<string, PolicyDocument>,
  lastGood: ReadonlyMap<string, PolicyDocument>,
  ownNamespace: string,
): Assembly {
  const inForce = new Map(offered);
  const problems: Problem[] = [];
  for (;;) {
    const loaded = loadAll([...inForce.values()], ownNamespace);
    if (loaded.set !== undefined) return { loaded, inForce, problems: [...problems, ...loaded.problems] };
    const errors = loaded.problems.filter(isError);
    const faulty = new Set(errors.map(({ file }) => file).filter((file) => inForce.has(file)));
    // Cannot be: each error is a document's. If it were, nothing good could be told from it.
    if (faulty.size === 0) inForce.clear();
    problems.push(...errors.filter(({ file }) => inForce.get(file) === offered.get(file)));
    for (const key of faulty) replace(inForce, key, { offered, lastGood });
  }
}

/** The last good version once; the second time the document goes, so that the rounds end. */
function replace(
  inForce: Map<string, PolicyDocument>,
  key: string,
  from: { offered: ReadonlyMap<string, PolicyDocument>; lastGood: ReadonlyMap<string, PolicyDocument> },
): void {
  const good = from.lastGood.get(key);
  const wasOffered = inForce.get(key) === from.offered.get(key);
  const isSameObject = good?.metadata.uid === from.offered.get(key)?.metadata.uid;
  if (good !== undefined && wasOffered && isSameObject && good !== from.offered.get(key))
    inForce.set(key, good);
  else inForce.delete(key);
}

function loadAll(documents: readonly PolicyDocument[], ownNamespace: string): Loaded {
  const reads = documents.map((document) => documentOf(keyOf(document), withoutServerFields(document)));
  const read = reads.flatMap((one) => one.documents);
  return loadDocuments(
    read,
    { ownNamespace },
    reads.flatMap((one) => one.problems),
  );
}

/** What the API server adds is not part of the policy, nor of its hash. */
function withoutServerFields({ apiVersion, kind, metadata, spec }: PolicyDocument): object {
  const { uid: _uid, generation: _generation, ...rest } = metadata;
  return { apiVersion, kind, metadata: rest, spec };
}

function keyOf({ kind, metadata: { namespace = '', name } }: PolicyDocument): string {
  return formatName({ kind, namespace, name });
}

function resultOf(document: PolicyDocument, problems: readonly Problem[]): DocumentResult {
  const own = problems.filter(({ file }) => file === keyOf(document));
  const { kind, metadata } = document;
  const { namespace = '', name, generation } = metadata;
  const ok = !own.some(isError);
  return {
    kind,
    namespace,
    name,
    generation,
    ok,
    problems: own.map(formatProblem),
    ...countGuards(document, ok),
  };
}

/** For the column of `kubectl get`; of a broken document nothing can be said. */
function countGuards({ spec }: PolicyDocument, isInForce: boolean): { guards?: number } {
  const { guards } = (spec ?? {}) as { guards?: unknown };
  return isInForce && Array.isArray(guards) ? { guards: guards.length } : {};
}
