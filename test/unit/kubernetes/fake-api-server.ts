/**
 * A FAKE of the API server: real HTTP on the loopback, with lists, pages and watches of collections held in memory, and
 * faults on demand. It stands in where the real one cannot be made to misbehave; the end-to-end tests use the real one.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Endpoint } from '../../../src/kubernetes/http.ts';

export interface FakeObject {
  readonly metadata: Record<string, unknown> & { name: string; namespace?: string; resourceVersion: string };
  readonly [field: string]: unknown;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Takes a request over; false leaves it to the fake. */
export type Fault = (request: FakeRequest, response: ServerResponse) => boolean;

export interface ObjectFields {
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly uid?: string;
  readonly [field: string]: unknown;
}

export class FakeApiServer {
  readonly requests: FakeRequest[] = [];
  readonly port: number;
  /** Asked before anything else, for each request. */
  fault: Fault = () => false;
  readonly #server: Server;
  readonly #collections = new Map<string, Map<string, FakeObject>>();
  readonly #watchers = new Map<string, Set<ServerResponse>>();
  #version = 100;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async start(port = 0): Promise<FakeApiServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new FakeApiServer(server);
  }

  get endpoint(): Endpoint {
    return {
      server: `http://127.0.0.1:${this.port}`,
      fetchOptions: async () => ({ headers: { authorization: 'Bearer a-secret' } }),
      close: () => {},
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Makes a collection that has nothing in it; others answer 404. */
  serve(...paths: readonly string[]): void {
    for (const path of paths) if (!this.#collections.has(path)) this.#collections.set(path, new Map());
  }

  put(path: string, name: string, { namespace, labels, uid, ...rest }: ObjectFields = {}): FakeObject {
    const key = `${namespace ?? ''}/${name}`;
    const isNew = !this.#collection(path).has(key);
    this.#version += 1;
    const object = {
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(labels === undefined ? {} : { labels }),
        uid: uid ?? `uid-${name}`,
        generation: this.#version,
        resourceVersion: `${this.#version}`,
      },
      ...rest,
    };
    this.#collection(path).set(key, object);
    this.sendEvent(path, { type: isNew ? 'ADDED' : 'MODIFIED', object });
    return object;
  }

  /** Changes what a client would see of an object, without an edit: `generation` stays. */
  putStatus(path: string, key: string, status: unknown): void {
    const object = this.#collection(path).get(key);
    if (object === undefined) throw new Error(`no ${key} in ${path}`);
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: `${this.#version}` };
    const changed = { ...object, metadata, status };
    this.#collection(path).set(key, changed);
    this.sendEvent(path, { type: 'MODIFIED', object: changed });
  }

  get(path: string, key: string): FakeObject | undefined {
    return this.#collection(path).get(key);
  }

  /** Deletes without telling the watchers, when `isUnseen`. */
  remove(path: string, key: string, isUnseen = false): void {
    const object = this.#collection(path).get(key);
    this.#collection(path).delete(key);
    this.#version += 1;
    if (object === undefined || isUnseen) return;
    const metadata = { ...object.metadata, resourceVersion: `${this.#version}` };
    this.sendEvent(path, { type: 'DELETED', object: { ...object, metadata } });
  }

  sendEvent(path: string, event: unknown): void {
    this.sendText(path, `${JSON.stringify(event)}\n`);
  }

  sendText(path: string, line: string | Uint8Array): void {
    for (const watcher of this.#watchers.get(path) ?? []) watcher.write(line);
  }

  /** Ends every watch, in order (`end`) or by a broken connection (`destroy`). */
  async cut(path: string, how: 'end' | 'destroy'): Promise<void> {
    const watchers = [...(this.#watchers.get(path) ?? [])];
    // What was written before must be on its way.
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const watcher of watchers) watcher[how]();
  }

  watchers(path: string): number {
    return this.#watchers.get(path)?.size ?? 0;
  }

  /** The requests of one sort so far. */
  count(sort: 'list' | 'watch' | 'PATCH', path?: string): number {
    return this.requests.filter((request) => {
      const kind =
        request.method === 'GET' ? (request.query.has('watch') ? 'watch' : 'list') : request.method;
      return kind === sort && (path === undefined || request.path === path);
    }).length;
  }

  #collection(path: string): Map<string, FakeObject> {
    const found = this.#collections.get(path);
    if (found === undefined) throw new Error(`the fake does not serve ${path}`);
    return found;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://fake');
    const { method = 'GET', headers } = incoming;
    const body = await text(incoming);
    const request = { method, path: url.pathname, query: url.searchParams, headers, body };
    this.requests.push(request);
    if (this.fault(request, response)) return;
    const collection = this.#collections.get(request.path);
    if (method === 'PATCH') answer(response, 200, { kind: 'Patched' });
    else if (collection === undefined)
      refuse(response, 404, 'the server could not find the requested resource');
    else if (request.query.has('watch')) this.#watch(request, response);
    else this.#list(request, response, collection);
  }

  #watch({ path }: FakeRequest, response: ServerResponse): void {
    const watchers = this.#watchers.get(path) ?? new Set();
    this.#watchers.set(path, watchers.add(response));
    response.on('close', () => watchers.delete(response));
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  }

  #list({ query }: FakeRequest, response: ServerResponse, collection: ReadonlyMap<string, FakeObject>): void {
    const all = [...collection.values()];
    const start = Number(query.get('continue') ?? 0);
    const end = start + Number(query.get('limit') ?? all.length);
    const more = end < all.length ? { continue: `${end}` } : {};
    const metadata = { resourceVersion: `${this.#version}`, ...more };
    answer(response, 200, { kind: 'List', metadata, items: all.slice(start, end) });
  }
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** The API server's own Status. */
export function refuse(response: ServerResponse, code: number, message: string): void {
  answer(response, code, { kind: 'Status', status: 'Failure', code, message });
}

/** Polls until it is true; throws when that takes more than 5 s. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Long enough for anything the tests' timings would do by mistake. */
export function aWhile(milliseconds = 150): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
