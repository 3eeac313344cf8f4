/** Other objects of a case: what they hold of the sums that budgets bound. */
import type { Facts, Member } from '../../core/facts.ts';
import type { Value } from '../../core/parameter.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { CaseSpec } from '../schema.ts';
import { findDefinition, finderOf, readLiteral } from './names.ts';

export interface Other {
  /** Undefined: that of what is changed. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly values: ReadonlyMap<string, Value | undefined>;
}

export function readOthers({ others = [] }: CaseSpec, policies: readonly CompiledPolicy[]): readonly Other[] {
  const find = finderOf(policies);
  return others.map(({ namespace, name, values }, index) => {
    const read = Object.entries(values).map(([parameter, literal]) => {
      const path = ['others', index, 'values', parameter];
      return [parameter, readLiteral(findDefinition(parameter, path, find), literal, path)] as const;
    });
    return { namespace, name, values: new Map(read) };
  });
}

export function membersOf(others: readonly Other[], own: string): NonNullable<Facts['readMembers']> {
  return ({ parameter, isCounted }) =>
    others.flatMap(({ namespace = own, name, values }): Member[] => {
      const value = values.get(parameter);
      return typeof value === 'bigint' && isCounted(namespace) ? [{ namespace, name, value }] : [];
    });
}
