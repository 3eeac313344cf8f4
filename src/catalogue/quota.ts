/** ResourceQuota: core group. Quota admission enforces `status.hard`, so that a write to it is a door of its own. */
import { define, defineExists } from './define.ts';
import type { Definition, Kind } from './kind.ts';
import { instanceName, type Node, rootOf } from './node.ts';
import { add, descend, openEntries, resourceQuantum, type Survey, survey } from './survey.ts';

const hard = define(
  'quota.hard',
  ['quantity', 'restrictive', 'more'],
  'most that the namespace may use of a resource, by its key in brackets',
);
const statusHard = define(
  'quota.status.hard',
  ['quantity', 'restrictive', 'more'],
  'what quota admission enforces, by its key in brackets; the quota controller copies it from the spec',
);

export const quota: Kind = Object.freeze<Kind>({
  group: '',
  kind: 'ResourceQuota',
  doors: [
    { group: '', resource: 'resourcequotas', subresource: '' },
    { group: '', resource: 'resourcequotas', subresource: 'status' },
  ],
  definitions: [defineExists('quota', 'quota'), hard, statusHard],
  couplings: [],
  read: (object, subresource) =>
    survey((into) => {
      const root = rootOf(object);
      if (subresource === 'status') readHard(into, descend(into, root, 'status/hard'), statusHard);
      else readHard(into, descend(into, root, 'spec/hard'), hard);
    }),
});

function readHard(into: Survey, node: Node, definition: Definition): void {
  for (const [key, place] of openEntries(into, node)) {
    const name = `${definition.name}[${instanceName(key)}]`;
    add(into, definition, { node: place, name, quantum: resourceQuantum(key) });
  }
}
