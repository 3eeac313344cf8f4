import type { Parsed } from './quantity.ts';

/** Durations as Go and Prometheus write them (`90s`, `1h30m`, `2d`), exact, in milliseconds. */

const unitMilliseconds = new Map<string, number>([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

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
  let total = 0;
  for (const [, count, unit] of text.matchAll(piece))
    total += Number(count) * (unitMilliseconds.get(String(unit)) ?? 0);
  if (!Number.isSafeInteger(total)) return { ok: false, error: `\`${text}\` is too long a duration` };
  return { ok: true, value: total };
}

/** The shortest text in descending units: 5400000 is `1h30m`. */
export function formatDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (const [unit, size] of [...unitMilliseconds].reverse()) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
