/**
 * HTTP to one API server, over Node's own client. `@kubernetes/client-node`'s requests and informer are not used: they
 * cannot ask for PartialObjectMetadata, drop lines they cannot parse, and make a connection pool for each request.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { CredentialError, type Failure, LineTooLong, refused } from './failure.ts';

/** Where the API server is, and what each request needs. */
export interface Endpoint {
  /** Base URL without a trailing slash; it may have a path. */
  readonly server: string;
  /**
   * TLS options, agent and headers of one request. Asked anew each time, since tokens and certificates rotate.
   *
   * @throws Error where the credential cannot be had.
   */
  fetchOptions(): Promise<RequestOptions>;
  /** Ends the idle connections. */
  close(): void;
}

/** One request, before credentials. */
export interface Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** Resolves when the headers of the answer are there; rejects with Node's error where none comes. */
export async function openResponse(endpoint: Endpoint, call: Call): Promise<IncomingMessage> {
  const given = await endpoint.fetchOptions().catch((error: unknown) => {
    throw new CredentialError(error);
  });
  const url = new URL(`${endpoint.server}${call.path}`);
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { ...given.headers, ...call.headers };
  const options = { ...given, method: call.method, headers, signal: call.signal };
  return new Promise((resolve, reject) => {
    start(url, options, resolve).on('error', reject).end(call.body);
  });
}

/** The whole body as text, or undefined where it is larger than `mostBytes`; then the connection is dropped. */
export async function readBody(response: IncomingMessage, mostBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

const mostRefusalBytes = 64 * 1024;

/** The answer of a refused call, as a failure. */
export async function readRefusal(call: Call, response: IncomingMessage): Promise<Failure> {
  const text = await readBody(response, mostRefusalBytes);
  const seconds = Number.parseInt(response.headers['retry-after'] ?? '', 10);
  return refused(`${call.method} ${call.path.split('?')[0]}`, response.statusCode ?? 0, {
    body: parseJson(text ?? ''),
    retryAfterSeconds: Number.isNaN(seconds) ? undefined : seconds,
  });
}

export function headersOf(accept = 'application/json'): Record<string, string> {
  return { accept, 'user-agent': 'flyball' };
}

/** Undefined where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The complete lines of a stream, without their ends and without empty ones. What follows the last newline is not
 * a line: it was cut off, and will be sent again.
 *
 * @throws LineTooLong, or Node's error where the connection breaks.
 */
export async function* readLines(stream: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<string> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      held.push(chunk.subarray(start, end));
      const line = Buffer.concat(held).toString('utf8').trim();
      if (line !== '') yield line;
      held = [];
      size = 0;
      start = end + 1;
    }
    held.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > mostBytes) throw new LineTooLong(`a line of more than ${mostBytes} bytes`);
  }
}
