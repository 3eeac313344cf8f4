/** How many reviews came out how. */
import type { ReviewReport } from './report.ts';

export interface Tally {
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

/** `5 reviews: 2 admitted, 1 clamped, 1 denied, 1 not governed`. */
export function formatTally({ total, notGoverned, ...counts }: Tally): string {
  const all = Object.entries({ ...counts, 'not governed': notGoverned });
  const parts = all.flatMap(([word, count]) => (count === 0 ? [] : [`${count} ${word}`]));
  return `${total} ${total === 1 ? 'review' : 'reviews'}: ${parts.join(', ')}`;
}
