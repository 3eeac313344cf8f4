import type { CompiledPolicy } from '../compile.ts';
import type { LintFinding } from './finding.ts';

/** A name that clients give themselves is no identity: leaving it out leaves the policy. */
export function lintActors({ policies }: { readonly policies: readonly CompiledPolicy[] }): LintFinding[] {
  return policies.flatMap(({ source }) => {
    const { include = [], exclude = [] } = source.value.spec.match.actors ?? {};
    const asserted = include.flatMap(({ fieldManager }, index): LintFinding[] =>
      fieldManager === undefined
        ? []
        : [
            {
              source,
              code: 'ClientAssertedActor',
              path: ['spec', 'match', 'actors', 'include', index, 'fieldManager'],
              why: 'clients choose their field manager freely: whoever leaves it out is not governed',
              fix: 'use `serviceAccount`, `user` or `group`',
            },
          ],
    );
    return [...asserted, ...exclude.flatMap((pattern, index) => everybody(source, pattern, index))];
  });
}

function everybody(source: CompiledPolicy['source'], pattern: object, index: number): LintFinding[] {
  if (!Object.values(pattern).every((text) => text === '*')) return [];
  const why = 'excludes everybody that has one, which switches the policy off for them';
  return [
    {
      source,
      code: 'MatchesNothing',
      path: ['spec', 'match', 'actors', 'exclude', index],
      why,
      fix: 'name who is excluded',
    },
  ];
}
