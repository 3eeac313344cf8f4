/** Maps of resource names to quantities: requests, limits, minAllowed, `hard`. */
import type { Capacity, Integration } from '../core/parameter.ts';
import { define } from './define.ts';
import type { Definition } from './kind.ts';
import { instanceName, type Node } from './node.ts';
import { add, openEntries, resourceQuantum, type Survey } from './survey.ts';

export interface ResourceMap {
  readonly definitions: readonly Definition[];
  /** `stem` is the base with its instance: `containers[web].requests`. */
  read(into: Survey, node: Node, stem: string): void;
}

/** `<base>.cpu`, `<base>.memory`, and `<base>[nvidia.com/gpu]` for any other resource. */
export function resourceMap(
  base: string,
  what: string,
  [integration, capacity]: readonly [Integration, Capacity],
): ResourceMap {
  const knob = (name: string, of: string): Definition =>
    define(name, ['quantity', integration, capacity], `${what}: ${of}`);
  const known = new Map([
    ['cpu', knob(`${base}.cpu`, 'cpu')],
    ['memory', knob(`${base}.memory`, 'memory')],
  ]);
  const other = knob(base, 'any other resource, by name in brackets');
  return {
    definitions: [...known.values(), other],
    read(into, node, stem) {
      for (const [resource, place] of openEntries(into, node)) {
        const definition = known.get(resource);
        const name = definition === undefined ? `${stem}[${instanceName(resource)}]` : `${stem}.${resource}`;
        add(into, definition ?? other, { node: place, name, quantum: resourceQuantum(resource) });
      }
    },
  };
}
