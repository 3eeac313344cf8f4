import { describe, expect, it } from 'vitest';
import { type Bounds, proveClaims, type WindowClaim } from '../../../src/core/prove.ts';

const none: Bounds = {
  steps: [],
  rates: [],
  cooldowns: [],
  reversals: [],
  persistences: [],
  quantum: 1n,
  leastMove: 1n,
  isChoice: false,
  isFixed: false,
};
const whole = { ...none, least: 0n, greatest: 10n };
const day = 86_400_000;
const hour = 3_600_000;

function dayOf(bounds: Bounds): WindowClaim | undefined {
  return proveClaims(bounds).windows.find(({ within }) => within === day);
}

it('claims nothing where nothing is bounded', () => {
  expect(proveClaims(none)).toEqual({
    least: undefined,
    greatest: undefined,
    increase: undefined,
    decrease: undefined,
    windows: [{ within: day, change: undefined, net: undefined, changes: undefined, reversals: undefined }],
    climb: undefined,
    fall: undefined,
  });
});

it('names each window once, the shortest first, and a day', () => {
  const rates = [{ changes: 1, within: 2 * hour }];
  const reversals = [2, 48].map((hours) => ({ max: 1, within: hours * hour }));
  const { windows } = proveClaims({ ...none, rates, reversals });
  expect(windows.map(({ within }) => within / hour)).toEqual([2, 24, 48]);
});

it('claims that what may not be changed never is', () => {
  const claims = proveClaims({ ...whole, isFixed: true });
  expect(claims).toMatchObject({ least: 0n, greatest: 10n, increase: 0n, decrease: 0n });
  expect(claims.windows).toEqual([{ within: day, change: 0n, net: 0n, changes: 0n, reversals: 0n }]);
});

describe('in a day', () => {
  it.each<[string, Bounds, Partial<WindowClaim>]>([
    ['the range bounds where it ends', whole, { net: 10n, change: undefined, changes: undefined }],
    [
      'a rate counts once for each window that is begun',
      { ...none, rates: [{ changes: 3, within: 5 * hour }] },
      { changes: 15n, reversals: 15n, change: undefined },
    ],
    [
      'a sum pays for so many of the smallest changes',
      { ...none, leastMove: 4n, rates: [{ change: 9n, within: 12 * hour }] },
      { change: 18n, net: 18n, changes: 4n },
    ],
    [
      'a sum of what moves by any fraction does not bound how often',
      { ...none, leastMove: 0n, rates: [{ change: 9n, within: 12 * hour }] },
      { change: 18n, changes: undefined },
    ],
    [
      'one direction that rests bounds the other by the range',
      { ...whole, cooldowns: [{ increase: 12 * hour }] },
      { changes: 32n, reversals: 4n, change: 50n },
    ],
    [
      'rests of both directions: the shorter bounds all, the pair bounds turns',
      { ...whole, cooldowns: [{ increase: 6 * hour, decrease: 2 * hour }] },
      { changes: 12n, reversals: 6n },
    ],
    [
      'reversals bound the sum by the range between them',
      { ...whole, reversals: [{ max: 1, within: 12 * hour }] },
      { reversals: 2n, change: 30n, changes: 30n },
    ],
    [
      'proposals to be repeated bound reversals',
      { ...none, persistences: [{ requests: 3, spacing: 2 * hour }] },
      { reversals: 6n, changes: undefined },
    ],
    [
      'and so do those to be kept up',
      { ...none, persistences: [{ for: 8 * hour, spacing: 1 }] },
      { reversals: 3n },
    ],
    [
      'what only goes down crosses the range once, and may turn once: after what somebody else did',
      { ...whole, leastMove: 0n, steps: [{ increase: { kind: 'absolute', units: 0n } }] },
      { change: 10n, net: 10n, reversals: 1n, changes: undefined },
    ],
    [
      'steps times changes bound the sum',
      {
        ...none,
        steps: [{ increase: { kind: 'absolute', units: 2n }, decrease: { kind: 'absolute', units: 3n } }],
        rates: [{ changes: 4, within: day }],
      },
      { change: 12n, net: 12n },
    ],
  ])('%s', (_, bounds, expected) => {
    expect(dayOf(bounds)).toMatchObject(expected);
  });
});

it('claims of a choice how often it changes, and nothing else', () => {
  const choice = { ...none, leastMove: 0n, isChoice: true };
  const bounds = {
    ...choice,
    cooldowns: [{ increase: hour, decrease: 2 * hour }],
    persistences: [{ for: 4 * hour, spacing: 1 }],
  };
  expect(dayOf(bounds)).toEqual({
    within: day,
    change: undefined,
    net: undefined,
    changes: 6n,
    reversals: undefined,
  });
  expect(proveClaims(choice)).toMatchObject({ increase: undefined, climb: undefined });
});
