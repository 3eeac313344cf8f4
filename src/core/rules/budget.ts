import type { Member } from '../facts.ts';
import type { Rule } from '../guard.ts';
import { formatValue, type Parameter } from '../parameter.ts';
import { between } from '../region.ts';

export interface BudgetSpec {
  readonly name: string;
  /** The namespaces whose objects count. */
  readonly isCounted: (namespace: string) => boolean;
  /** The same in words: `namespaces shop and cart`. */
  readonly over: string;
  /** The greatest sum, in smallest units. */
  readonly max: bigint;
}

/** So many are named; of the rest only the sum. */
const mostNamed = 3;

/**
 * A sum over many objects. What is left is what the others do not hold; an object that holds more keeps it, so that a
 * budget refuses growth and never forces anyone to shrink. Tier hard: nothing widens it.
 */
export function budget(spec: BudgetSpec): Rule {
  return (parameter, facts) => {
    const { namespace, name } = facts.change.target;
    if (!spec.isCounted(namespace)) return undefined;
    const members = facts.readMembers?.({ parameter: parameter.name, isCounted: spec.isCounted });
    if (members === undefined)
      return { error: `FactsStale: what other objects hold of budget \`${spec.name}\` is not known now` };
    const others = members.filter((one) => one.namespace !== namespace || one.name !== name);
    const held = others.reduce((sum, { value }) => sum + value, 0n);
    return {
      rule: 'budget',
      tier: 'hard',
      reason: 'BudgetExhausted',
      admits: between(undefined, mostOf(parameter, spec.max - held)),
      detail: describe(spec, { parameter, others, held }),
      used: new Map([[`budget.${spec.name}.held`, formatValue(held, parameter)]]),
    };
  };
}

/** Nothing at all is always admitted: it takes nothing from anyone. */
function mostOf({ current }: Parameter, left: bigint): bigint {
  const own = typeof current === 'bigint' ? current : 0n;
  return left > own ? left : own;
}

interface Sharing {
  readonly parameter: Parameter;
  readonly others: readonly Member[];
  readonly held: bigint;
}

/** `shop-replicas is at most 40 in namespace shop, 33 held by others (shop/web 20, shop/cart 8, 3 more 5), 7 left`. */
function describe(spec: BudgetSpec, { parameter, others, held }: Sharing): string {
  const size = (units: bigint): string => formatValue(units, parameter);
  const left = spec.max > held ? spec.max - held : 0n;
  const top = others.toSorted(byValue).slice(0, mostNamed);
  const named = top.map(({ namespace, name, value }) => `${namespace}/${name} ${size(value)}`);
  const rest = held - top.reduce((sum, { value }) => sum + value, 0n);
  const more = others.length > top.length ? [`${others.length - top.length} more ${size(rest)}`] : [];
  const holders = named.length === 0 ? '' : ` (${[...named, ...more].join(', ')})`;
  return `${spec.name} is at most ${size(spec.max)} in ${spec.over}, ${size(held)} held by others${holders}, ${size(left)} left`;
}

/** The greatest first; equals by name, so that the words do not depend on an order. */
function byValue(a: Member, b: Member): number {
  const byName = (one: Member): string => `${one.namespace}/${one.name}`;
  const bySize = Number(a.value < b.value) - Number(a.value > b.value);
  return bySize || Number(byName(a) > byName(b)) - Number(byName(a) < byName(b));
}
