import { expect, it } from 'vitest';
import { selectOld } from '../../../../src/ledger/file/retain.ts';

const day = 86_400_000;
const now = 100 * day;

const file = (name: string, ageDays: number, bytes = 100) => ({
  name,
  bytes,
  modifiedAt: now - ageDays * day,
});
const log = (first: number, ageDays: number) => file(`log-${`${first}`.padStart(16, '0')}.jsonl`, ageDays);
const snapshot = (last: number) => file(`snapshot-${`${last}`.padStart(16, '0')}.jsonl`, 0);

it.each([
  ['nothing without a second snapshot', [log(1, 50), log(11, 50), log(21, 0), snapshot(20)], 30, 1000, []],
  [
    'what is old and included',
    [log(1, 50), log(11, 50), log(21, 0), snapshot(20), snapshot(25)],
    30,
    1000,
    [1, 11],
  ],
  ['not what is young', [log(1, 50), log(11, 5), log(21, 0), snapshot(20), snapshot(25)], 30, 1000, [1]],
  [
    'not what the older snapshot needs',
    [log(1, 50), log(11, 50), log(21, 40), snapshot(15), snapshot(25)],
    30,
    1000,
    [1],
  ],
  [
    'also what is young, where it is too much',
    [log(1, 3), log(11, 2), log(21, 0), snapshot(20), snapshot(25)],
    30,
    250,
    [1],
  ],
  ['not the last one', [log(1, 90), snapshot(20), snapshot(25)], 30, 10, []],
] as const)('%s goes', (_, files, days, bytes, expected) => {
  const names = expected.map((first) => log(first, 0).name);
  expect(selectOld(files, { days, bytes }, now)).toEqual(names);
});

it('snapshots but two, and what was not finished, go', () => {
  const files = [
    snapshot(1),
    snapshot(3),
    snapshot(2),
    file('snapshot-0000000000000004.jsonl.unfinished', 0),
    file('lock', 90),
  ];
  expect(selectOld(files, { days: 30, bytes: 0 }, now)).toEqual([
    'snapshot-0000000000000001.jsonl',
    'snapshot-0000000000000004.jsonl.unfinished',
  ]);
});
