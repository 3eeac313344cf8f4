/** One request and its whole answer. */
import type { IncomingMessage } from 'node:http';
import { type Failure, failureOf, unusable } from './failure.ts';
import {
  type Call,
  type Endpoint,
  headersOf,
  openResponse,
  parseJson,
  readBody,
  readRefusal,
} from './http.ts';
import { isObject, type JsonObject } from './json.ts';

export interface FetchOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; by default `application/merge-patch+json` for PATCH, else `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
  /** To the end of the body; 30 by default. */
  readonly timeoutSeconds?: number;
  /** 64 MiB by default. */
  readonly mostBytes?: number;
  readonly signal?: AbortSignal;
}

export type Answer =
  | { readonly ok: true; readonly status: number; readonly body: JsonObject }
  | { readonly ok: false; readonly failure: Failure };

const mostBodyBytes = 64 * 1024 * 1024;

type Asked = Pick<Call, 'method' | 'path'>;

export async function fetchJson(endpoint: Endpoint, asked: Asked, options: FetchOptions): Promise<Answer> {
  const timeout = AbortSignal.timeout((options.timeoutSeconds ?? 30) * 1_000);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const body = options.body === undefined ? {} : { body: JSON.stringify(options.body) };
  const headers = { ...headersOf(options.accept), ...contentTypeOf(asked.method, options) };
  try {
    const call: Call = { ...asked, headers, signal, ...body };
    const response = await openResponse(endpoint, call);
    if ((response.statusCode ?? 0) >= 300) return fail(await readRefusal(call, response));
    return await decodeAnswer(endpoint, response, options.mostBytes ?? mostBodyBytes);
  } catch (error) {
    return fail(failureOf(endpoint.server, error, options.signal));
  }
}

function contentTypeOf(method: string, { body, contentType }: FetchOptions): Record<string, string> {
  if (body === undefined) return {};
  const usual = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  return { 'content-type': contentType ?? usual };
}

async function decodeAnswer(
  { server }: Endpoint,
  response: IncomingMessage,
  mostBytes: number,
): Promise<Answer> {
  const text = await readBody(response, mostBytes);
  if (text === undefined)
    return fail(unusable('tooLarge', server, `an answer has more than ${mostBytes} bytes`));
  const body = parseJson(text);
  if (!isObject(body)) return fail(unusable('malformed', server, 'an answer is not a JSON object'));
  return { ok: true, status: response.statusCode ?? 0, body };
}

function fail(failure: Failure): Answer {
  return { ok: false, failure };
}
