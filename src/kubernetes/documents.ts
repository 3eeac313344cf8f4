/** The three kinds of documents as the API server stores them. */
import { isObject, type JsonObject, numberAt, objectAt, textAt } from './json.ts';
import type { Item } from './page.ts';

export const documentKinds = ['GuardrailPolicy', 'ClusterGuardrailPolicy', 'GuardrailException'] as const;
export type DocumentKind = (typeof documentKinds)[number];

export const apiVersion = 'flyball.dev/v1alpha1';

const resources: ReadonlyMap<DocumentKind, string> = new Map([
  ['GuardrailPolicy', 'guardrailpolicies'],
  ['ClusterGuardrailPolicy', 'clusterguardrailpolicies'],
  ['GuardrailException', 'guardrailexceptions'],
]);

/**
 * What is to be compiled. apiVersion and kind are those of the collection it was read from, namespace and name those it
 * is stored under. Without `status`, managedFields and resourceVersion: a write of the status is not an edit.
 */
export interface PolicyDocument {
  readonly apiVersion: typeof apiVersion;
  readonly kind: DocumentKind;
  readonly metadata: DocumentMetadata;
  readonly spec: unknown;
}

export interface DocumentMetadata {
  readonly name: string;
  /** Absent for a cluster-scoped document. */
  readonly namespace?: string;
  readonly uid: string;
  /** Counts the edits of `spec`. */
  readonly generation: number;
  readonly labels?: JsonObject;
  readonly annotations?: JsonObject;
}

export type Stored = Pick<Item, 'namespace' | 'name' | 'object'>;

export function decodeDocument(kind: DocumentKind, { namespace, name, object }: Stored): PolicyDocument {
  const metadata = objectAt(object, 'metadata');
  const { labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === '' ? {} : { namespace }),
      uid: textAt(metadata, 'uid'),
      generation: numberAt(metadata, 'generation') ?? 0,
      ...(isObject(labels) ? { labels } : {}),
      ...(isObject(annotations) ? { annotations } : {}),
    },
    spec: object['spec'],
  };
}

/** Which document: the same for a document, its result and its status. */
export interface DocumentName {
  readonly kind: DocumentKind;
  /** Empty for a cluster-scoped document. */
  readonly namespace: string;
  readonly name: string;
}

export function nameOf({ kind, metadata: { name, namespace = '' } }: PolicyDocument): DocumentName {
  return { kind, namespace, name };
}

/** `GuardrailPolicy shop/checkout`. */
export function formatName({ kind, namespace, name }: DocumentName): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The path of all documents of a kind. */
export function collectionPath(kind: DocumentKind): string {
  return `/apis/${apiVersion}/${resources.get(kind)}`;
}

export function statusPath({ kind, namespace, name }: DocumentName): string {
  const place = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/${apiVersion}${place}/${resources.get(kind)}/${encodeURIComponent(name)}/status`;
}
