/** How many reviews came out how. */
import type { ReviewReport } from './report.ts';

export interface Tally {
  /** Of those that could be read. */
  total: number;
  admitted: number;
  clamped: number;
  throttled: number;
  denied: number;
  notGoverned: number;
  unreadable: number;
}

export const countOf: Readonly<Record<ReviewReport['outcome'], Exclude<keyof Tally, 'total'>>> = {
  admit: 'admitted',
  clamp: 'clamped',
  throttle: 'throttled',
  deny: 'denied',
  'not governed': 'notGoverned',
};

export function newTally(): Tally {
  return { total: 0, admitted: 0, clamped: 0, throttled: 0, denied: 0, notGoverned: 0, unreadable: 0 };
}

/** `5 reviews: 2 admitted, 1 clamped, 2 not governed; 1 input unreadable`. */
export function formatTally({ total, notGoverned, unreadable, ...counts }: Tally): string {
  const all = Object.entries({ ...counts, 'not governed': notGoverned });
  const parts = all.flatMap(([word, count]) => (count === 0 ? [] : [`${count} ${word}`]));
  const head = `${total} ${total === 1 ? 'review' : 'reviews'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
  if (unreadable === 0) return head;
  return `${head}; ${unreadable} ${unreadable === 1 ? 'input' : 'inputs'} unreadable`;
}
