import { describe, expect, it } from 'vitest';
import { lastDirection, type Movement, reversalsOf } from '../../../src/core/history.ts';
import { addMovement, addProposal, mostMovements, mostProposals } from '../../../src/ledger/bounded.ts';
import { emptyParameter, keptMilliseconds, type ParameterState } from '../../../src/ledger/state.ts';
import { randomFrom } from './file/disk.ts';

const second = 1000;

function moved(...steps: readonly (readonly [number, bigint, bigint])[]): ParameterState {
  const parameter = emptyParameter('integer');
  for (const [at, from, to] of steps) addMovement(parameter, { at, from, to, actor: 'a' } satisfies Movement);
  return parameter;
}

const historyOf = ({ movements, proposals, forgotten }: ParameterState) => ({
  movements,
  proposals,
  ...(forgotten === undefined ? {} : { forgotten }),
});

describe('a movement that no window can reach', () => {
  it('is dropped when it is that old, not before', () => {
    expect(moved([0, 1n, 2n], [keptMilliseconds - 1, 2n, 3n]).movements).toHaveLength(2);
    expect(moved([0, 1n, 2n], [keptMilliseconds, 2n, 3n]).movements).toHaveLength(1);
  });

  it('leaves its direction, against which the next one is a reversal', () => {
    const late = keptMilliseconds + second;
    const parameter = moved([0, 1n, 5n], [late, 5n, 3n]);
    expect(reversalsOf(historyOf(parameter))).toContainEqual({ at: late, change: 0n, changes: 1 });
    expect(lastDirection(historyOf(moved([0, 5n, 1n], [late, 1n, 1n])))).toBe('decrease');
  });

  it('leaves its direction also where one without a direction comes after it', () => {
    const parameter = emptyParameter('integer');
    addMovement(parameter, { at: 0, from: 5n, to: 1n, actor: 'a' });
    addMovement(parameter, { at: 1, from: 1n, to: undefined, actor: 'a' });
    addMovement(parameter, { at: 2 * keptMilliseconds, from: undefined, to: 4n, actor: 'a' });
    expect(parameter.forgotten?.direction).toBe('decrease');
  });

  it('no longer adds to what is forgotten later', () => {
    const late = 3 * keptMilliseconds;
    const parameter = moved([0, 0n, 100n], [keptMilliseconds, 100n, 101n], [late, 101n, 103n]);
    expect(parameter.forgotten).toMatchObject({ until: keptMilliseconds, change: 1n, changes: 1 });
  });
});

it('a movement too many is counted with those before it, to the number', () => {
  const steps = Array.from(
    { length: mostMovements + 3 },
    (_, at) => [at, BigInt(at), BigInt(at + 1)] as const,
  );
  expect(moved(...steps).forgotten).toEqual({
    until: 2,
    change: 3n,
    changes: 3,
    reversals: 0,
    direction: 'increase',
  });
});

describe('proposals', () => {
  function proposed(values: readonly (bigint | undefined)[]): ParameterState {
    const parameter = emptyParameter('integer');
    for (const [at, requested] of values.entries())
      addProposal(parameter, { at: at * second, requested, actor: 'a' });
    return parameter;
  }

  it('are bounded, and a steady run keeps its beginning and its end', () => {
    const { proposals } = proposed(Array.from({ length: 5 * mostProposals }, (_, at) => BigInt(at)));
    expect(proposals).toHaveLength(mostProposals);
    expect([proposals[0]?.at, proposals.at(-1)?.at]).toEqual([0, (5 * mostProposals - 1) * second]);
    const gaps = proposals.slice(1).map(({ at }, index) => at - (proposals[index]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(16 * second);
  });

  it('of a removal, between numbers, is no number between them', () => {
    const values = Array.from({ length: 2 * mostProposals }, (_, at) =>
      at === 200 ? undefined : BigInt(at),
    );
    expect(proposed(values).proposals.some(({ requested }) => requested === undefined)).toBe(true);
  });

  it('that remain never make a run longer, younger or further than it was', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomFrom(seed);
      const spread = 1 + Math.floor(random() * 30);
      const values = Array.from({ length: 400 }, () => BigInt(Math.floor(random() * spread)));
      const base = BigInt(Math.floor(random() * spread));
      const { proposals } = proposed(values);
      const kept = proposals.map(({ requested }) => requested as bigint);
      const exact = runAbove(values, base);
      const known = runAbove(kept, base);
      expect([seed, known.length <= exact.length]).toEqual([seed, true]);
      // So many of the last as one likes: what all of them would have reached is never further.
      for (let count = 1; count <= known.length; count += 1)
        expect([seed, least(known, count) <= least(exact, count)]).toEqual([seed, true]);
    }
  });

  const runAbove = (values: readonly bigint[], base: bigint): bigint[] =>
    values.slice(values.findLastIndex((value) => value <= base) + 1);
  const least = (values: readonly bigint[], count: number): bigint =>
    values.slice(-count).reduce((one, other) => (other < one ? other : one));
});
