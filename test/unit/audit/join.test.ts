import { expect, it } from 'vitest';
import { joinKeyOf, Pending } from '../../../src/audit/join.ts';
import { StandingProposals } from '../../../src/audit/standing.ts';
import type { Change } from '../../../src/core/change.ts';
import type { Value } from '../../../src/core/parameter.ts';
import { factsOf } from '../core/sample.ts';

const change = factsOf([]).change;
const values = new Map<string, Value | undefined>([
  ['a', 1n],
  ['b', 'x'],
  ['c', undefined],
]);

it('is the same for the same values in any order', () => {
  const reversed = new Map([...values].reverse());
  expect(joinKeyOf(change, '7', reversed)).toEqual(joinKeyOf(change, '7', values));
  expect(joinKeyOf(change, '7', values).id).toMatch(/^d-[0-9a-f]{12}$/);
});

it('tells apart whatever tells requests apart', () => {
  const variants: readonly [Change, string, ReadonlyMap<string, Value | undefined>][] = [
    [change, '7', values],
    [change, '8', values],
    [change, '7', new Map([...values, ['a', 2n]])],
    [change, '7', new Map([...values, ['a', '(none)']])],
    [change, '7', new Map([...values, ['c', 'null']])],
    [change, '7', new Map([...values, ['d', undefined]])],
    [{ ...change, operation: 'CREATE' }, '7', values],
    [{ ...change, dryRun: true }, '7', values],
    [{ ...change, actor: { user: 'other', groups: [] } }, '7', values],
    [{ ...change, target: { ...change.target, name: 'other' } }, '7', values],
    [{ ...change, target: { ...change.target, namespace: 'other' } }, '7', values],
    [{ ...change, target: { ...change.target, subresource: 'scale' } }, '7', values],
    [{ ...change, target: { ...change.target, kind: 'StatefulSet' } }, '7', values],
    [{ ...change, target: { ...change.target, group: 'other' } }, '7', values],
  ];
  expect(new Set(variants.map((variant) => joinKeyOf(...variant).key)).size).toBe(variants.length);
});

function pendingOf(): { pending: Pending<string>; lost: string[] } {
  const lost: string[] = [];
  return { pending: new Pending((value) => lost.push(value)), lost };
}

it('gives a value once', () => {
  const { pending, lost } = pendingOf();
  pending.put('k', 'v', 0);
  expect([pending.take('k'), pending.take('k'), pending.take('other')]).toEqual(['v', undefined, undefined]);
  pending.expire(1_000_000);
  expect(lost).toEqual([]);
});

it('loses a value after 30 s and not before', () => {
  const { pending, lost } = pendingOf();
  pending.put('k', 'v', 0);
  pending.expire(29_999);
  expect(lost).toEqual([]);
  pending.expire(30_000);
  expect(lost).toEqual(['v']);
});

it('does not let a proposal that is repeated for ever escape its time', () => {
  const { pending, lost } = pendingOf();
  for (let now = 0; now < 60_000; now += 10_000) {
    pending.put('repeated', `at ${now}`, now);
    pending.put(`other ${now}`, 'other', now);
  }
  expect(lost).toContain('at 20000');
});

it('holds a thousand, and gives up the oldest first', () => {
  const { pending, lost } = pendingOf();
  for (let n = 0; n < 1_500; n += 1) pending.put(`k${n}`, `v${n}`, n);
  expect(lost.slice(0, 3)).toEqual(['v0', 'v1', 'v2']);
  expect(lost.length).toBeGreaterThanOrEqual(498);
  pending.expire(Number.POSITIVE_INFINITY);
  expect(lost).toHaveLength(1_500);
});

function standingAt() {
  const standing = new StandingProposals();
  return (proposal: string, minutes = 0): boolean => {
    const at = minutes * 60_000;
    const known = standing.find(proposal, at);
    if (known === undefined) standing.add(proposal, { id: `d-${minutes}`, at });
    return known === undefined;
  };
}

it('remembers ten thousand standing proposals, the latest asked the longest', () => {
  const isFirst = standingAt();
  expect(isFirst('kept')).toBe(true);
  for (let n = 0; n < 9_999; n += 1) isFirst(`p${n}`);
  expect(isFirst('kept')).toBe(false);
  expect(isFirst('one too many')).toBe(true);
  expect(isFirst('p0')).toBe(true);
  expect(isFirst('kept')).toBe(false);
});

it('takes a standing proposal for new again after an hour, however often it was asked meanwhile', () => {
  const isFirst = standingAt();
  const asked = [0, 1, 30, 59, 60, 61, 119, 120].map((minutes) => isFirst('it', minutes));
  expect(asked).toEqual([true, false, false, false, true, false, false, true]);
});

it('knows the id of the record that a standing proposal has', () => {
  const standing = new StandingProposals();
  standing.add('it', { id: 'd-1', at: 0 });
  expect([standing.find('it', 1), standing.find('other', 1)]).toEqual(['d-1', undefined]);
});
