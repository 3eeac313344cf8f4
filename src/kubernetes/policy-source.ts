/**
 * Policies and exceptions from the cluster. Whenever they change, all of them are handed over at once, never a part:
 * a set without its exceptions would be too strict, and one without a policy too lax.
 *
 * Keeping the last good set in force when a document is broken is the receiver's matter; keeping documents through
 * failures of the API server is this one's. A namespace is the one a document is stored in, whatever it says.
 */
import type { Cluster } from './client.ts';
import type { Outcome } from './condition.ts';
import {
  collectionPath,
  type DocumentKind,
  type DocumentName,
  decodeDocument,
  documentKinds,
  formatName,
  nameOf,
  type PolicyDocument,
} from './documents.ts';
import { type JsonObject, objectAt, textAt } from './json.ts';
import type { OnNote } from './problem.ts';
import {
  oldestContact,
  type Reflector,
  type ReflectorEvent,
  type ReflectorOptions,
  startReflector,
} from './reflector.ts';
import { Settling } from './settling.ts';
import { StatusWriter, type StatusWriterOptions } from './status-writer.ts';

/** What became of one document; `generation` is that of the document that was handed over. */
export interface DocumentResult extends DocumentName, Outcome {}

export interface PolicySourceOptions {
  readonly cluster: Pick<Cluster, 'server' | 'fetchJson' | 'watchPath'>;
  /**
   * Called with all documents, sorted by kind, namespace and name, once all three kinds were read, and after each
   * change; never twice at a time. Its results go to the status of the documents. Where it throws, that is said, and
   * whatever it had in force stays.
   */
  onDocuments(
    documents: readonly PolicyDocument[],
  ): readonly DocumentResult[] | Promise<readonly DocumentResult[]>;
  readonly onNote?: OnNote;
  /** Quiet after which a series of changes is handed over, at the latest after ten times as long; 100 by default. */
  readonly settleMilliseconds?: number;
  readonly tuning?: Pick<ReflectorOptions, 'backoff' | 'idleSeconds' | 'pageSize' | 'stableMilliseconds'>;
  readonly statusTuning?: Pick<
    StatusWriterOptions,
    'backoff' | 'spacingMilliseconds' | 'repeatMilliseconds' | 'spreadMilliseconds'
  >;
  /** Milliseconds since the epoch. */
  now?(): number;
}

export interface PolicySource {
  /** Whether all documents were read and handed over once. */
  isSynced(): boolean;
  /** Of the kind that had none for longest, in milliseconds since the epoch; undefined before all had one. */
  lastContact(): number | undefined;
  stop(): Promise<void>;
}

/** Starts at once. */
export function startPolicySource(options: PolicySourceOptions): PolicySource {
  const source = new Source(options);
  return {
    isSynced: () => source.isHandedOver,
    lastContact: () => source.lastContact(),
    stop: () => source.stop(),
  };
}

interface Entry {
  readonly document: PolicyDocument;
  /** Changes with what the receiver sees. */
  readonly fingerprint: string;
  readonly version: string;
  readonly status: JsonObject;
}

class Source {
  isHandedOver = false;
  readonly #options: PolicySourceOptions;
  /** By the name in words, which is unique. */
  readonly #entries = new Map<string, Entry>();
  readonly #reflectors: readonly Reflector[];
  readonly #writer: StatusWriter;
  readonly #settling: Settling;

  constructor(options: PolicySourceOptions) {
    this.#options = options;
    const { cluster, onNote, now, settleMilliseconds = 100 } = options;
    const shared = {
      cluster,
      ...(onNote === undefined ? {} : { onNote }),
      ...(now === undefined ? {} : { now }),
    };
    this.#settling = new Settling(settleMilliseconds, () => this.#handOver());
    this.#writer = new StatusWriter({
      ...shared,
      ...options.statusTuning,
      readStored: (name) => this.#readStored(name),
    });
    this.#reflectors = documentKinds.map((kind) =>
      startReflector({
        ...shared,
        ...options.tuning,
        path: collectionPath(kind),
        onEvent: (event) => this.#apply(kind, event),
      }),
    );
  }

  lastContact(): number | undefined {
    return oldestContact(this.#reflectors);
  }

  async stop(): Promise<void> {
    const stops = [...this.#reflectors, this.#settling, this.#writer].map((part) => part.stop());
    await Promise.all(stops);
  }

  #apply(kind: DocumentKind, event: ReflectorEvent): void {
    if (event.kind === 'synced') {
      if (!this.isHandedOver) this.#settling.touch();
      return;
    }
    const name: DocumentName = { kind, namespace: event.namespace, name: event.name };
    const key = formatName(name);
    if (event.kind === 'delete') {
      this.#entries.delete(key);
      this.#writer.forget(name);
      this.#settling.touch();
      return;
    }
    const known = this.#entries.get(key);
    const fingerprint = fingerprintOf(event.object);
    const isEdit = known?.fingerprint !== fingerprint;
    const document = isEdit || known === undefined ? decodeDocument(kind, event) : known.document;
    const version = textAt(objectAt(event.object, 'metadata'), 'resourceVersion');
    this.#entries.set(key, { document, fingerprint, version, status: objectAt(event.object, 'status') });
    if (isEdit) this.#settling.touch();
  }

  #readStored(name: DocumentName) {
    const entry = this.#entries.get(formatName(name));
    return entry && { uid: entry.document.metadata.uid, version: entry.version, status: entry.status };
  }

  async #handOver(): Promise<void> {
    if (!this.#reflectors.every((reflector) => reflector.isSynced())) return;
    const keys = [...this.#entries.keys()].sort();
    const documents = keys.flatMap((key) => this.#entries.get(key)?.document ?? []);
    const results = await this.#ask(documents);
    if (results === undefined) return;
    this.isHandedOver = true;
    const uids = new Map(documents.map((document) => [formatName(nameOf(document)), document.metadata.uid]));
    for (const result of results) {
      const uid = uids.get(formatName(result));
      if (uid !== undefined) this.#writer.submit(result, uid, result);
    }
  }

  /** A bug in the receiver must not take down what is in force: it is said, and the next change asks again. */
  async #ask(documents: readonly PolicyDocument[]): Promise<readonly DocumentResult[] | undefined> {
    try {
      return await this.#options.onDocuments(documents);
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.onNote?.({ level: 'error', message: `the documents could not be taken: ${why}` });
      return undefined;
    }
  }
}

/** The API server counts each edit of the spec in `generation`; labels and annotations it does not count. */
function fingerprintOf(object: JsonObject): string {
  const { uid, generation, labels, annotations } = objectAt(object, 'metadata');
  return JSON.stringify([uid, generation, labels, annotations]);
}
