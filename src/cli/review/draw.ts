/** A parameter's limits as a line: where it is, where it was asked to go, and what holds it. */
import { formatValue, type Value } from '../../core/parameter.ts';
import type { Interval } from '../../core/region.ts';
import type { Verdict } from '../../core/verdict.ts';

/** `before`: brackets that open; `words`: now, asked, granted; `after`: brackets that close. */
interface Point {
  readonly at: bigint;
  readonly before: string[];
  readonly words: string[];
  readonly after: string[];
}

/**
 * Two lines: values, and below each what is there. Distances are not to scale. Undefined where there is nothing to
 * draw (choices, no edge) or where it would be wider than `columns`.
 */
export function drawVerdict(verdict: Verdict, columns: number): string[] | undefined {
  const { parameter, limits, granted } = verdict;
  const points = collect(verdict);
  if (typeof parameter.requested !== 'bigint' || points.length < 2) return undefined;
  if (!points.some(({ before, after }) => before.length + after.length > 0)) return undefined;
  const intervals = limits.flatMap(({ admits }) => (admits.kind === 'numeric' ? admits.intervals : []));
  const path = [parameter.current, granted];
  const isOpenBelow = intervals.some(({ low }) => low.at === undefined);
  const isOpenAbove = intervals.some(({ high }) => high.at === undefined);
  const openEnd = isOpenAbove ? '.' : ' ';
  let [labels, marks] = isOpenBelow ? ['  ', '..'] : ['', ''];
  for (const [index, point] of points.entries()) {
    const label = formatValue(point.at, parameter);
    const mark = markOf(point);
    const width = Math.max(label.length, mark.length) + 2;
    const next = points[index + 1];
    labels += label.padEnd(width);
    marks += mark.padEnd(
      width,
      next === undefined ? openEnd : fillOf(point.at, next.at, { intervals, path }),
    );
  }
  const lines = [labels.trimEnd(), marks.trimEnd()];
  return lines.some((line) => line.length > columns) ? undefined : lines;
}

/** `[step granted`, `now,asked`, `now step]`. */
function markOf({ before, words, after }: Point): string {
  return [before.join(''), words.join(','), after.join('')].filter((part) => part !== '').join(' ');
}

function collect({ parameter, limits, granted, outcome }: Verdict): Point[] {
  const points = new Map<bigint, Point>();
  const pointAt = (at: bigint): Point => {
    const point = points.get(at) ?? { at, before: [], words: [], after: [] };
    points.set(at, point);
    return point;
  };
  const say = (value: Value | undefined, word: string): void => {
    if (typeof value === 'bigint') pointAt(value).words.push(word);
  };
  for (const { admits, rule } of limits) {
    if (admits.kind !== 'numeric') continue;
    for (const { low, high } of admits.intervals) {
      if (low.at !== undefined) pointAt(low.at).before.push(`[${rule}`);
      if (high.at !== undefined) pointAt(high.at).after.push(`${rule}]`);
    }
  }
  say(parameter.current, 'now');
  if (outcome !== 'admit' && granted !== parameter.current)
    say(granted, outcome === 'clamp' ? 'granted' : 'would pass');
  say(parameter.requested, 'asked');
  return [...points.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
}

interface Ground {
  readonly intervals: readonly Interval[];
  /** From where to where the value moves. */
  readonly path: readonly (Value | undefined)[];
}

/** `=` where the value moves, `.` where some limit admits it, nothing where none does. */
function fillOf(from: bigint, to: bigint, { intervals, path: [start, end] }: Ground): string {
  if (typeof start === 'bigint' && typeof end === 'bigint') {
    const [low, high] = start < end ? [start, end] : [end, start];
    if (low <= from && to <= high) return '=';
  }
  const isOpen = intervals.some(
    ({ low, high }) => (low.at === undefined || low.at <= from) && (high.at === undefined || to <= high.at),
  );
  return isOpen ? '.' : ' ';
}
