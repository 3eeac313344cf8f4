import type { Parsed } from './quantity.ts';

/** Durations as Go and Prometheus write them (`90s`, `1h30m`, `2d`), exact, in milliseconds. */

const unitMilliseconds = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const longestText = 32;
const grammar = /^(\d+(?:ms|s|m|h|d))+$/;
const piece = /(\d+)(ms|s|m|h|d)/g;

/** Parses a duration of whole units; `0s` is allowed, a sign or a bare number is not. */
export function parseDuration(text: string): Parsed<number> {
  if (text.length > longestText || !grammar.test(text)) {
    return {
      ok: false,
      error: `\`${text.slice(0, longestText)}\` is not a duration (write it as \`90s\`, \`10m\` or \`1h30m\`)`,
    };
  }
  const millisecondsOf = new Map<string | undefined, number>(unitMilliseconds);
  let total = 0;
  for (const [, count, unit] of text.matchAll(piece))
    total += Number(count) * Number(millisecondsOf.get(unit));
  if (!Number.isSafeInteger(total)) return { ok: false, error: `\`${text}\` is too long a duration` };
  return { ok: true, value: total };
}

/** The shortest text in descending units: 5400000 is `1h30m`, and -90000 `-1m30s`. Takes whole milliseconds, of any size. */
export function formatDuration(milliseconds: number | bigint): string {
  const whole = BigInt(milliseconds);
  let rest = whole < 0n ? -whole : whole;
  let text = whole < 0n ? '-' : '';
  for (const [unit, size] of unitMilliseconds) {
    const count = rest / BigInt(size);
    if (count > 0n) text += `${count}${unit}`;
    rest -= count * BigInt(size);
  }
  return text === '' ? '0s' : text;
}
