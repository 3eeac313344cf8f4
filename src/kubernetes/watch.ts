/** One streamed answer: a JSON value a line, for as long as either side likes. */
import { type Failure, failureOf, unusable } from './failure.ts';
import {
  type Call,
  type Endpoint,
  headersOf,
  openResponse,
  parseJson,
  readLines,
  readRefusal,
} from './http.ts';

export interface WatchOptions {
  readonly accept?: string;
  /** Silence after which the connection is taken for dead; also the longest wait for the headers. */
  readonly idleSeconds: number;
  readonly signal: AbortSignal;
  /** Called with each line, parsed; false ends the watch. */
  onValue(value: unknown): boolean;
  /** Called when the headers are there and at each chunk of bytes. */
  onContact?(): void;
}

/** A watch ends in order, by either side, or by a failure. */
export type WatchEnd = { readonly kind: 'closed' } | { readonly kind: 'failed'; readonly failure: Failure };

/** etcd takes 1.5 MiB an object by default, which JSON escapes can multiply by six. */
const mostLineBytes = 16 * 1024 * 1024;

export async function watchPath(endpoint: Endpoint, path: string, options: WatchOptions): Promise<WatchEnd> {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), options.idleSeconds * 1_000);
  const touch = (): void => {
    timer.refresh();
    options.onContact?.();
  };
  const signal = AbortSignal.any([options.signal, idle.signal]);
  try {
    const call: Call = { method: 'GET', path, headers: headersOf(options.accept), signal };
    const response = await openResponse(endpoint, call);
    if (response.statusCode !== 200) return fail(await readRefusal(call, response));
    touch();
    return await readValues(endpoint, touching(response, touch), options);
  } catch (error) {
    return fail(failureOf(endpoint.server, error, options.signal));
  } finally {
    clearTimeout(timer);
  }
}

/** Leaving the loop closes the connection. */
async function readValues(
  { server }: Endpoint,
  stream: AsyncIterable<Buffer>,
  options: WatchOptions,
): Promise<WatchEnd> {
  for await (const line of readLines(stream, mostLineBytes)) {
    const value = parseJson(line);
    if (value === undefined) return fail(unusable('malformed', server, 'a line of a watch is not JSON'));
    if (!options.onValue(value)) break;
  }
  return { kind: 'closed' };
}

async function* touching(stream: AsyncIterable<Buffer>, touch: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    touch();
    yield chunk;
  }
}

function fail(failure: Failure): WatchEnd {
  return { kind: 'failed', failure };
}
