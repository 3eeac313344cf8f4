/** Values of options: parsed once, here, so that a command sees only valid ones. */
import { InvalidArgumentError } from 'commander';

/** `key=value`, repeated: a map. An empty value is one; an empty key is none. */
export function collectPairs(
  text: string,
  known: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('write it as `key=value`');
  return new Map([...known, [text.slice(0, at), text.slice(at + 1)]]);
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339 with a zone, to milliseconds since the epoch: a local time would mean another moment on each machine. */
export function parseTime(text: string): number {
  const milliseconds = rfc3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds))
    throw new InvalidArgumentError('write it with a time zone, as `2026-11-27T22:00:00Z`');
  return milliseconds;
}
