/** PodDisruptionBudget: group policy. */
import { amountOrPercent } from './amount-or-percent.ts';
import { defineExists } from './define.ts';
import type { Kind } from './kind.ts';
import { rootOf } from './node.ts';
import { descend, survey } from './survey.ts';

const minAvailable = amountOrPercent(
  'pdb.minAvailable',
  'pods that must stay available during an eviction',
  'more',
);
const maxUnavailable = amountOrPercent(
  'pdb.maxUnavailable',
  'pods that may be missing during an eviction',
  'less',
);

export const pdb: Kind = Object.freeze<Kind>({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  doors: [{ group: 'policy', resource: 'poddisruptionbudgets', subresource: '' }],
  definitions: [
    defineExists('pdb', 'disruption budget'),
    ...minAvailable.definitions,
    ...maxUnavailable.definitions,
  ],
  couplings: [],
  read: (object) =>
    survey((into) => {
      const spec = descend(into, rootOf(object), 'spec');
      minAvailable.read(into, descend(into, spec, 'minAvailable'));
      maxUnavailable.read(into, descend(into, spec, 'maxUnavailable'));
    }),
});
