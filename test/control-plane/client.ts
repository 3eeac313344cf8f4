import { spawn } from 'node:child_process';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';

/** The parts of an API object that tests read most; name a narrower type where more is needed. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  /** The status of an object, or `Failure` in the API server's own Status. */
  readonly status?: unknown;
  /** Of a Status: the text that kubectl shows. */
  readonly message?: string;
  /** Of a Status: a word such as `Forbidden`. */
  readonly reason?: string;
  /** Of a Status: the HTTP code. */
  readonly code?: number;
  readonly items?: readonly ApiObject[];
}

/** How a request differs from plain JSON. */
export interface ApiRequestOptions {
  /** The body's type; by default that of a merge patch for PATCH, and JSON otherwise. */
  readonly contentType?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of the API server, whatever its code. */
export interface ApiAnswer<T> {
  readonly status: number;
  /** Parsed where it is JSON. The type is the caller's word; nothing checks it. */
  readonly body: T;
  /** The text of each Warning header, in order. */
  readonly warnings: readonly string[];
}

/** A client with the rights of one actor. Its requests reject only where no answer came. */
export interface Api {
  request<T = ApiObject>(
    method: string,
    path: string,
    body?: unknown,
    options?: ApiRequestOptions,
  ): Promise<ApiAnswer<T>>;
}

/** What kubectl printed, how it ended, and how long it took. */
export interface KubectlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Where and as whom a client calls. */
export interface Endpoint {
  readonly url: string;
  readonly token: string;
  readonly agent: Agent;
}

/** A client for the raw REST interface, so that a test can send what no client library would. */
export function apiClient(endpoint: Endpoint): Api {
  return {
    async request<T = ApiObject>(
      method: string,
      path: string,
      body?: unknown,
      options: ApiRequestOptions = {},
    ) {
      const url = new URL(path, endpoint.url);
      for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
      const headers = { ...headersOf(method, options), authorization: `Bearer ${endpoint.token}` };
      const response = await send(url, { method, headers, agent: endpoint.agent }, encode(body));
      return {
        status: response.statusCode ?? 0,
        body: decode(await text(response)) as T,
        warnings: (response.headersDistinct['warning'] ?? []).flatMap(warningTexts),
      };
    },
  };
}

function headersOf(method: string, options: ApiRequestOptions): Record<string, string> {
  const usual = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  return {
    accept: 'application/json',
    'content-type': options.contentType ?? usual,
    ...options.headers,
  };
}

function encode(body: unknown): string | undefined {
  return body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
}

/** Health checks, and errors of the API server's outermost handlers, are plain text. */
function decode(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** The texts of one Warning header (RFC 7234, 5.5): `299 - "text"`, with `\` before a quote or another `\`. */
export function warningTexts(header: string): readonly string[] {
  const texts = header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g);
  return [...texts].map(([, quoted = '']) => quoted.replace(/\\(.)/g, '$1'));
}

function send(url: URL, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    start(url, options, resolve).on('error', reject).end(body);
  });
}

/**
 * The value that etcd holds under a key, read over etcd's own JSON gateway. It is JSON, since the API server is told to
 * store JSON, and goes through no API server, cache or conversion.
 *
 * @returns undefined where etcd has no such key.
 */
export async function readEtcd<T>(url: string, key: string): Promise<T | undefined> {
  const query = JSON.stringify({ key: Buffer.from(key).toString('base64') });
  const response = await send(new URL('/v3/kv/range', url), { method: 'POST' }, query);
  const answer = JSON.parse(await text(response)) as { kvs?: readonly { value: string }[] };
  const [first] = answer.kvs ?? [];
  return first && (JSON.parse(Buffer.from(first.value, 'base64').toString()) as T);
}

/** Whether a health endpoint answers 200. */
export async function isHealthy(url: URL, options: RequestOptions = {}): Promise<boolean> {
  const response = await send(url, { ...options, signal: AbortSignal.timeout(2_000) });
  response.resume();
  return response.statusCode === 200;
}

/** Runs kubectl to its end. Its caches stay in `home`; a code other than 0 is a result, not an error. */
export async function runKubectl(
  command: { binary: string; kubeconfig: string; home: string },
  args: readonly string[],
  stdin = '',
): Promise<KubectlResult> {
  const started = performance.now();
  const { PATH = '' } = process.env;
  const env = { PATH, HOME: command.home, KUBECONFIG: command.kubeconfig, KUBERC: 'off' };
  const child = spawn(command.binary, args, { env, stdio: 'pipe' });
  // kubectl may end before it has read its input; its code and message say why.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr, milliseconds: performance.now() - started };
}
