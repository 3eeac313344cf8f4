import { expect, it } from 'vitest';
import { type CooldownSpec, cooldown } from '../../../../src/core/rules/cooldown.ts';
import { type Recalled, recall, time } from './recall.ts';

const down: CooldownSpec = { decrease: time('5m') };
const both: CooldownSpec = { increase: time('30s'), decrease: time('5m') };
const says = 'dynamics, CoolingDown: rests';
const choice = { type: 'choice', notation: 'text' } as const;

it.each<[name: string, spec: CooldownSpec, change: string, past: Recalled, expected: string]>([
  [
    'that never moved',
    both,
    '10 -> 500',
    { now: '0s' },
    `.., ${says} 30s before an increase and 5m before a decrease, never moved`,
  ],
  [
    'up, after up',
    both,
    '12 -> 13',
    { now: '10s', moved: '0s 10>12' },
    `12, ${says} 30s before an increase and 5m before a decrease, moved 10s ago; opens 30s`,
  ],
  [
    'down, after up',
    both,
    '12 -> 11',
    { now: '10s', moved: '0s 10>12' },
    `12, ${says} 30s before an increase and 5m before a decrease, moved 10s ago; opens 5m`,
  ],
  [
    'up, while down still rests',
    both,
    '12 -> 13',
    { now: '30s', moved: '0s 10>12' },
    `12.., ${says} 30s before an increase and 5m before a decrease, moved 30s ago`,
  ],
  [
    'down, a moment too early',
    down,
    '12 -> 11',
    { now: '4m59s999ms', moved: '0s 10>12' },
    `12.., ${says} 5m before a decrease, moved 4m59s999ms ago; opens 5m`,
  ],
  [
    'down, just in time',
    down,
    '12 -> 11',
    { now: '5m', moved: '0s 10>12' },
    `.., ${says} 5m before a decrease, moved 5m ago`,
  ],
  [
    'the latest counts',
    down,
    '10 -> 9',
    { now: '7m', moved: '0s 9>12, 6m 12>10' },
    `10.., ${says} 5m before a decrease, moved 1m ago; opens 11m`,
  ],
  [
    'of the future',
    down,
    '12 -> 11',
    { now: '0s', moved: '1m 10>12' },
    `12.., ${says} 5m before a decrease, moved 0s ago; opens 6m`,
  ],
  [
    'what is forgotten',
    down,
    '12 -> 11',
    { now: '1m', forgotten: { until: 0, change: 1n, changes: 1, reversals: 0 } },
    `12.., ${says} 5m before a decrease, moved 1m ago; opens 5m`,
  ],
  [
    'a removal while it rests',
    down,
    '12 -> -',
    { now: '1m', moved: '0s 10>12' },
    `12.., ${says} 5m before a decrease, moved 1m ago`,
  ],
  [
    'a removal when it does not',
    down,
    '12 -> -',
    { now: '9m', moved: '0s 10>12' },
    `..11 | 12 | 13.., ${says} 5m before a decrease, moved 9m ago`,
  ],
  [
    'a choice, for the longer',
    both,
    'b -> c',
    { now: '1m', moved: '0s a>b', traits: choice },
    `{b}, ${says} 30s before an increase and 5m before a decrease, moved 1m ago; opens 5m`,
  ],
  [
    'a choice that rested',
    both,
    'b -> c',
    { now: '5m', moved: '0s a>b', traits: choice },
    `{any}, ${says} 30s before an increase and 5m before a decrease, moved 5m ago`,
  ],
  ['a value that is added', both, '- -> 5', { now: '1s', moved: '0s 4>-' }, 'no opinion'],
  [
    'a new object of a known name',
    down,
    '- -> 5',
    { now: '1m', moved: '0s 10>12', last: 12n, operation: 'CREATE' },
    `12.., ${says} 5m before a decrease, moved 1m ago; opens 5m`,
  ],
  [
    'a past that is not known',
    down,
    '12 -> 11',
    { now: '0s', isUnknown: true },
    'error: FactsStale: the history of `n` is not known now',
  ],
])('%s', (_, spec, change, past, expected) => {
  expect(recall(cooldown(spec), change, past)).toBe(expected);
});
