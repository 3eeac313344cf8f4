/** Fields that hold a count or a percentage (`maxSurge: 1`, `maxSurge: 25%`): two knobs, of which one is present. */
import type { Capacity } from '../core/parameter.ts';
import { define } from './define.ts';
import type { Definition } from './kind.ts';
import type { Node } from './node.ts';
import { add, type Survey } from './survey.ts';

export interface AmountOrPercent {
  readonly definitions: readonly [count: Definition, percent: Definition];
  read(into: Survey, node: Node): void;
}

export function amountOrPercent(name: string, what: string, capacity: Capacity): AmountOrPercent {
  const count = define(name, ['integer', 'restrictive', capacity], `${what}, as a count`);
  const percent = define(`${name}Percent`, ['percent', 'restrictive', capacity], `${what}, as a percentage`);
  return {
    definitions: [count, percent],
    read(into, node) {
      add(into, typeof node.value === 'string' ? percent : count, { node });
    },
  };
}
