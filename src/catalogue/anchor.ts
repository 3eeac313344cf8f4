/** Annotations that hold the value from which `drift` is measured: whoever could move them could drift for ever. */
import { define } from './define.ts';
import type { Definition } from './kind.ts';
import { instanceName, rootOf } from './node.ts';
import { add, descend, openEntries, type Survey } from './survey.ts';

export const anchorPrefix = 'flyball.dev/anchor.';

export const anchorAnnotation: Definition = define(
  'annotations',
  ['choice', 'restrictive'],
  `an annotation \`${anchorPrefix}<parameter>\`, by its key in brackets: where a drift rule measures from`,
);

/** Through every door: some of them carry the object's metadata along. */
export function readAnchors(into: Survey, object: unknown): void {
  for (const [key, node] of openEntries(into, descend(into, rootOf(object), 'metadata/annotations'))) {
    if (key.startsWith(anchorPrefix))
      add(into, anchorAnnotation, { node, name: `annotations[${instanceName(key)}]` });
  }
}
