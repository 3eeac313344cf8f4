/** Which parameters a policy can name: the catalogue's and its own. */
import { anchorAnnotation } from '../catalogue/anchor.ts';
import { definitions, definitionsFor } from '../catalogue/catalogue.ts';
import type { Definition } from '../catalogue/kind.ts';
import type { CheckParameter } from './logic/compile.ts';
import { suggest } from './suggest.ts';

export type FoundParameter =
  | { readonly ok: true; readonly definitions: readonly Definition[]; readonly isWildcard: boolean }
  | { readonly ok: false; readonly why: string; readonly fix?: string };

/** What a name or a pattern (`hpa.*`, `containers[web].image`) stands for. */
export type FindParameter = (pattern: string) => FoundParameter;

export function parameterFinder(own: readonly Definition[]): FindParameter {
  const all = [...definitions, anchorAnnotation, ...own];
  return (pattern) => {
    const found = definitionsFor(pattern, all);
    const isWildcard = pattern.endsWith('*');
    if (found.length > 0) return { ok: true, definitions: found, isWildcard };
    const why = `\`${pattern}\` is not a parameter`;
    const fix = suggest(
      pattern,
      all.map(({ name }) => name),
    );
    return fix === undefined ? { ok: false, why } : { ok: false, why, fix };
  };
}

/** For `{var: parameters.<name>.current}`: the name must be one parameter, not a pattern. */
export function checkParameter(find: FindParameter): CheckParameter {
  return (name) => {
    const found = find(name);
    if (!found.ok) return found;
    return found.isWildcard ? { why: `\`${name}\` is a pattern: name one parameter` } : undefined;
  };
}

export function isInCatalogue(name: string): boolean {
  return definitions.some((definition) => definition.name === name);
}
