/** The API server appends `?timeout=5s`, the time that it waits for an answer. */
const grammar = /^(\d{1,6})(ms|s|m)$/;
const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** The API server's own default; also its longest is 30 s. */
const defaultMilliseconds = 10_000;

/** Milliseconds the caller waits; the default where it does not say, or says it unreadably. */
export function readTimeout(timeout: unknown): number {
  const match = typeof timeout === 'string' ? grammar.exec(timeout) : null;
  if (match === null) return defaultMilliseconds;
  return Number(match[1]) * (unitMilliseconds[match[2] ?? ''] ?? 0);
}
