/**
 * Pod: resized in place, and bound to a node. A Binding names the node; what it binds is the pod. The creation of pods is no
 * door: pods are made by controllers, whose templates are governed, and a webhook on each pod is a risk of its own.
 */
import { define } from './define.ts';
import type { Kind } from './kind.ts';
import { rootOf } from './node.ts';
import { add, descend, survey } from './survey.ts';
import { readTemplate, templateCouplings, templateDefinitions } from './template.ts';

const node = define(
  'pod.binding.node',
  ['choice', 'substitutive'],
  'the node that a scheduler binds the pod to',
);

export const pod: Kind = Object.freeze<Kind>({
  group: '',
  kind: 'Pod',
  doors: [
    { group: '', resource: 'pods', subresource: 'resize' },
    { group: '', resource: 'pods', subresource: 'binding' },
    // The older way to bind: a Binding posted to the namespace.
    { group: '', resource: 'bindings', subresource: '' },
  ],
  definitions: [...templateDefinitions, node],
  couplings: templateCouplings,
  read: (object, subresource) =>
    survey((into) => {
      const root = rootOf(object);
      const isBinding = subresource === 'binding' || descend(into, root, 'kind').value === 'Binding';
      if (isBinding) add(into, node, { node: descend(into, root, 'target/name') });
      else readTemplate(into, descend(into, root, 'spec'));
    }),
});
