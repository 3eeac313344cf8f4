import { describe, expect, it } from 'vitest';
import type { Facts, Member } from '../../../../src/core/facts.ts';
import { type BudgetSpec, budget } from '../../../../src/core/rules/budget.ts';
import { asked, factsOf } from '../sample.ts';
import { sayOf } from './say.ts';

const spec: BudgetSpec = {
  name: 'pods',
  isCounted: (namespace) => namespace === 'shop',
  over: 'namespace shop',
  max: 40n,
};

/** `web 20, cart 8`, in the namespace shop. The one that changes is `web`. */
function membersOf(text: string): Member[] {
  if (text === '') return [];
  return text.split(', ').map((part) => {
    const [name = '', value = ''] = part.split(' ');
    return { namespace: 'shop', name, value: BigInt(value) };
  });
}

function say(change: string, held: string, traits: Partial<Facts> = {}): string {
  const parameter = asked(change);
  const facts = { ...factsOf([parameter]), readMembers: () => membersOf(held), ...traits };
  return sayOf(budget(spec), parameter, facts);
}

const most = 'hard, BudgetExhausted: pods is at most 40 in namespace shop';

describe('a budget', () => {
  it.each([
    ['leaves all to whoever is alone', '5 -> 50', 'web 5', `..40, ${most}, 0 held by others, 40 left`],
    [
      'leaves what the others do not hold',
      '5 -> 50',
      'web 5, cart 8, api 20',
      `..12, ${most}, 28 held by others (shop/api 20, shop/cart 8), 12 left`,
    ],
    [
      'names the greatest holders, equal ones by name, and the sum of the rest',
      '5 -> 50',
      'e 1, d 2, c 4, b 4, a 9',
      `..20, ${most}, 20 held by others (shop/a 9, shop/b 4, shop/c 4, 2 more 3), 20 left`,
    ],
    [
      'forces nobody to shrink',
      '15 -> 16',
      'web 15, cart 30',
      `..15, ${most}, 30 held by others (shop/cart 30), 10 left`,
    ],
    [
      'grants no growth where it is exceeded',
      '15 -> 16',
      'cart 50',
      `..15, ${most}, 50 held by others (shop/cart 50), 0 left`,
    ],
    [
      'admits nothing at all for what is new',
      '- -> 3',
      'cart 50',
      `..0, ${most}, 50 held by others (shop/cart 50), 0 left`,
    ],
  ])('%s', (_, change, held, expected) => {
    expect(say(change, held)).toBe(expected);
  });

  it('is an error, not a wrong sum, where the others are not known', () => {
    const error = 'error: FactsStale: what other objects hold of budget `pods` is not known now';
    const { readMembers: _, ...nobody } = { ...factsOf([]), readMembers: () => undefined };
    expect(sayOf(budget(spec), asked('1 -> 2'), nobody)).toBe(error);
    expect(say('1 -> 2', '', { readMembers: () => undefined })).toBe(error);
  });

  it('has no say elsewhere', () => {
    const elsewhere = budget({ ...spec, isCounted: (namespace) => namespace === 'bank' });
    expect(sayOf(elsewhere, asked('1 -> 99'))).toBe('no opinion');
  });

  it('counts an object of the same name in another namespace', () => {
    const readMembers = (): Member[] => [{ namespace: 'bank', name: 'web', value: 30n }];
    const everywhere = budget({ ...spec, isCounted: () => true });
    const parameter = asked('1 -> 99');
    expect(sayOf(everywhere, parameter, { ...factsOf([parameter]), readMembers })).toMatch(/^\.\.10, /);
  });
});
