/**
 * `drift: {from: anchor}` measures from an annotation of the stored object. Whoever is governed may not move it in
 * the same breath, so such a guard brings one for the annotation with it.
 */

import { anchorPrefix } from '../catalogue/anchor.ts';
import type { Definition } from '../catalogue/kind.ts';
import { parseLiteral } from '../catalogue/literal.ts';
import { instanceName } from '../catalogue/node.ts';
import type { Facts } from '../core/facts.ts';
import type { Bound } from '../core/rules/range.ts';

/** `flyball.dev/anchor.quota.hard.requests.cpu` for `quota.hard[requests.cpu]`: what an annotation's key may hold. */
export function anchorKey(pattern: string): string {
  const name = pattern.replaceAll('[', '.').replaceAll(/[^A-Za-z0-9._-]/g, '');
  return `${anchorPrefix}${name}`;
}

/** The parameter that stands for the annotation. */
export function anchorParameter(pattern: string): string {
  return `annotations[${instanceName(anchorKey(pattern))}]`;
}

export function anchorBound(pattern: string, definition: Definition): Bound {
  const key = anchorKey(pattern);
  return ({ oldObject }: Facts) => {
    const text = readAnnotation(oldObject, key);
    if (typeof text !== 'string')
      return { ok: false, error: `the stored object has no annotation \`${key}\`` };
    const parsed = parseLiteral(definition, text);
    if (!parsed.ok) return { ok: false, error: `annotation \`${key}\`: ${parsed.error}` };
    return {
      ok: true,
      value: BigInt(parsed.value),
      used: new Map([[`annotation ${key}`, text.slice(0, 128)]]),
    };
  };
}

function readAnnotation(object: unknown, key: string): unknown {
  let value = object;
  for (const name of ['metadata', 'annotations', key]) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}
