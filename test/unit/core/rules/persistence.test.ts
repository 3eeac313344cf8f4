import { describe, expect, it } from 'vitest';
import { type PersistenceSpec, persistence } from '../../../../src/core/rules/persistence.ts';
import { type Recalled, recall, time } from './recall.ts';

const spacing = time('10s');
const thrice: PersistenceSpec = { requests: 3, spacing };
const minutes: PersistenceSpec = { for: time('3m'), spacing };
const says = 'dynamics, NotYetPersistent:';
const choice = { type: 'choice', notation: 'text' } as const;

type Case = [name: string, change: string, past: Recalled, expected: string];

describe('by number', () => {
  const need = `${says} 3 proposals at least 10s apart`;
  it.each<Case>([
    ['the first', '10 -> 15', { now: '1m' }, `10, ${need}, 1 so far`],
    ['the second', '10 -> 15', { now: '1m', proposed: '0s 15' }, `10, ${need}, 2 so far; opens 1m10s`],
    ['the third', '10 -> 15', { now: '1m', proposed: '0s 15, 30s 15' }, `10..15, ${need}, 3 so far`],
    [
      'the least of them counts',
      '10 -> 15',
      { now: '1m', proposed: '0s 12, 30s 20' },
      `10..12, ${need}, 3 so far; opens 1m10s`,
    ],
    ['a lesser one now', '10 -> 11', { now: '1m', proposed: '0s 15, 30s 15' }, `10..11, ${need}, 3 so far`],
    ['downwards', '10 -> 5', { now: '1m', proposed: '0s 4, 30s 7' }, `7..10, ${need}, 3 so far`],
    [
      'what is older than the last three does not',
      '10 -> 15',
      { now: '1m', proposed: '0s 11, 10s 15, 30s 15' },
      `10..15, ${need}, 4 so far`,
    ],
    [
      'retries are one',
      '10 -> 15',
      { now: '19s', proposed: '0s 15, 10s 15, 11s 15, 19s 15' },
      `10, ${need}, 2 so far; opens 20s`,
    ],
    [
      'a lesser one among retries counts',
      '10 -> 15',
      { now: '1m', proposed: '10s 15, 30s 15, 31s 12' },
      `10..12, ${need}, 3 so far`,
    ],
    ['just apart', '10 -> 15', { now: '20s', proposed: '0s 15, 10s 15' }, `10..15, ${need}, 3 so far`],
    [
      'the other side ends the run',
      '10 -> 15',
      { now: '1m', proposed: '0s 15, 20s 15, 30s 9' },
      `10, ${need}, 1 so far`,
    ],
    [
      'no change ends the run',
      '10 -> 15',
      { now: '1m', proposed: '0s 15, 20s 15, 30s 10' },
      `10, ${need}, 1 so far`,
    ],
    [
      'a removal ends the run',
      '10 -> 15',
      { now: '1m', proposed: '0s 15, 20s 15, 30s -' },
      `10, ${need}, 1 so far`,
    ],
    [
      'a removal is never admitted',
      '10 -> -',
      { now: '1m', proposed: '0s -, 20s -, 30s -' },
      `10, ${need}, 0 so far`,
    ],
    ['an absent value', '- -> 10', { now: '1m' }, 'no opinion'],
    ['a new object', '- -> 10', { now: '1m', operation: 'CREATE' }, 'no opinion'],
    [
      'a new object of a known name',
      '- -> 10',
      { now: '1m', operation: 'CREATE', last: 5n },
      `5, ${need}, 1 so far`,
    ],
    [
      'a new object as it was',
      '- -> 5',
      { now: '1m', operation: 'CREATE', last: 5n },
      `5, ${need}, 0 so far`,
    ],
    [
      'silence of more than ten spacings ends the run',
      '10 -> 15',
      { now: '2m', proposed: '0s 15, 10s 15, 1m50s1ms 15' },
      `10, ${need}, 1 so far`,
    ],
    [
      'silence of ten does not',
      '10 -> 15',
      { now: '1m50s', proposed: '0s 15, 10s 15' },
      `10..15, ${need}, 3 so far`,
    ],
    [
      'a choice',
      'a -> b',
      { now: '1m', proposed: '0s b, 20s b', traits: choice },
      `{a, b}, ${need}, 3 so far`,
    ],
    [
      'another choice between',
      'a -> b',
      { now: '1m', proposed: '0s b, 20s c', traits: choice },
      `{a}, ${need}, 1 so far`,
    ],
    [
      'a past that is not known',
      '12 -> 11',
      { now: '0s', isUnknown: true },
      'error: FactsStale: the history of `n` is not known now',
    ],
  ])('%s', (_, change, past, expected) => {
    expect(recall(persistence(thrice), change, past)).toBe(expected);
  });

  it('of two, a lesser one before holds back until the next', () => {
    const past = { now: '1m', proposed: '40s 12, 55s 15' };
    expect(recall(persistence({ requests: 2, spacing }), '10 -> 15', past)).toBe(
      `10..12, ${says} 2 proposals at least 10s apart, 2 so far; opens 1m5s`,
    );
  });
});

describe('for a time', () => {
  const need = `${says} proposed for 3m`;
  it.each<Case>([
    ['at first', '10 -> 15', { now: '1m' }, `10, ${need}, 0s so far; opens 4m`],
    ['not yet', '10 -> 15', { now: '2m', proposed: '0s 15, 1m 15' }, `10, ${need}, 2m so far; opens 3m`],
    [
      'a moment too early',
      '10 -> 15',
      { now: '2m59s999ms', proposed: '0s 15' },
      `10, ${need}, 2m59s999ms so far; opens 3m`,
    ],
    ['just in time', '10 -> 15', { now: '3m', proposed: '0s 15' }, `10..15, ${need}, 3m so far`],
    [
      'the least of that time counts',
      '10 -> 15',
      { now: '3m', proposed: '0s 15, 1m 12, 2m 15' },
      `10..12, ${need}, 3m so far; opens 5m`,
    ],
    [
      'what is older does not',
      '10 -> 15',
      { now: '5m', proposed: '0s 12, 1m 15, 2m 15, 3m 15' },
      `10..15, ${need}, 5m so far`,
    ],
    [
      'a gap ends the run',
      '10 -> 15',
      { now: '4m', proposed: '0s 15, 3m1ms 15' },
      `10, ${need}, 59s999ms so far; opens 6m1ms`,
    ],
    [
      'a gap up to now, too',
      '10 -> 15',
      { now: '4m', proposed: '0s 15' },
      `10, ${need}, 0s so far; opens 7m`,
    ],
    [
      'no change ends it',
      '10 -> 15',
      { now: '3m', proposed: '0s 15, 1m 10, 2m 15' },
      `10, ${need}, 1m so far; opens 5m`,
    ],
    ['a choice', 'a -> b', { now: '3m', proposed: '0s b', traits: choice }, `{a, b}, ${need}, 3m so far`],
  ])('%s', (_, change, past, expected) => {
    expect(recall(persistence(minutes), change, past)).toBe(expected);
  });

  it('a removal never has been', () => {
    expect(recall(persistence(minutes), '10 -> -', { now: '9m', proposed: '0s -, 5m -' })).toBe(
      `10, ${says} proposed for 3m, 0s so far`,
    );
  });

  it('of less than ten spacings, gaps of ten spacings are none', () => {
    const quick: PersistenceSpec = { for: time('20s'), spacing };
    const past = { now: '1m40s', proposed: '0s 15' };
    expect(recall(persistence(quick), '10 -> 15', past)).toContain('10..15');
    expect(recall(persistence(quick), '10 -> 15', { ...past, now: '1m40s1ms' })).toContain('0s so far');
  });
});
