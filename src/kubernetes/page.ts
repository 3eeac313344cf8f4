/** What lists and watches of any kind look like, read without trust in their shape. */
import { isObject, type JsonObject, listAt, objectAt, textAt } from './json.ts';

/** An object with the parts of its metadata that identify it. */
export interface Item {
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  /** Opaque: only equality means something. */
  readonly version: string;
  readonly object: JsonObject;
}

export interface Page {
  readonly items: readonly Item[];
  readonly version: string;
  /** Empty on the last page. */
  readonly next: string;
}

export type WatchEvent =
  | { readonly kind: 'stored' | 'deleted'; readonly item: Item }
  | { readonly kind: 'bookmark'; readonly version: string }
  /** The server's Status: the watch is over. */
  | { readonly kind: 'error'; readonly status: JsonObject };

/** Undefined where it is not a list with a version and named items. */
export function decodePage(body: JsonObject): Page | undefined {
  const metadata = objectAt(body, 'metadata');
  const version = textAt(metadata, 'resourceVersion');
  // An empty list may be `null`; anything else that is not a list is no answer to a list.
  if (version === '' || (body['items'] !== null && !Array.isArray(body['items']))) return undefined;
  const items = listAt(body, 'items').map(decodeItem);
  if (!items.every((item) => item !== undefined)) return undefined;
  return { items, version, next: textAt(metadata, 'continue') };
}

/** Undefined where it is not an event that this client knows. */
export function decodeEvent(value: unknown): WatchEvent | undefined {
  const object = objectAt(value, 'object');
  switch (textAt(value, 'type')) {
    case 'ADDED':
    case 'MODIFIED':
      return withItem('stored', object);
    case 'DELETED':
      return withItem('deleted', object);
    case 'BOOKMARK': {
      const version = textAt(objectAt(object, 'metadata'), 'resourceVersion');
      return version === '' ? undefined : { kind: 'bookmark', version };
    }
    case 'ERROR':
      return { kind: 'error', status: object };
    default:
      return undefined;
  }
}

function withItem(kind: 'stored' | 'deleted', object: JsonObject): WatchEvent | undefined {
  const item = decodeItem(object);
  return item && { kind, item };
}

function decodeItem(object: unknown): Item | undefined {
  if (!isObject(object)) return undefined;
  const metadata = objectAt(object, 'metadata');
  const [name, version] = [textAt(metadata, 'name'), textAt(metadata, 'resourceVersion')];
  if (name === '' || version === '') return undefined;
  return { namespace: textAt(metadata, 'namespace'), name, version, object };
}
