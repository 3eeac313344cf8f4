/** Policies and guards that can never apply: what looks like a bound is none. */

import { anchorAnnotation } from '../../catalogue/anchor.ts';
import { catalogue, kindOf } from '../../catalogue/catalogue.ts';
import type { Definition } from '../../catalogue/kind.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { BudgetPlan } from '../compile-budget.ts';
import type { GuardPlan } from '../compile-guard.ts';
import type { Path } from '../problem.ts';
import { suggest } from '../suggest.ts';
import type { LintFinding } from './finding.ts';

export function lintMatches({ policies }: { readonly policies: readonly CompiledPolicy[] }): LintFinding[] {
  return policies.flatMap((policy) => [
    ...lintResources(policy),
    ...lintOperations(policy),
    ...lintParameters(policy),
  ]);
}

function lintResources({ source, parameters }: CompiledPolicy): LintFinding[] {
  return source.value.spec.match.resources.flatMap(({ group, kind, subresources = [] }, index) => {
    const path: Path = ['spec', 'match', 'resources', index];
    const known = kindOf(group, kind);
    if (known === undefined && parameters.length > 0) return [];
    if (known === undefined) return [unknownKind(source, group, kind, path)];
    const doors = new Set(known.doors.map(({ subresource }) => subresource));
    return subresources.flatMap((subresource, at): LintFinding[] =>
      doors.has(subresource)
        ? []
        : [
            {
              source,
              code: 'MatchesNothing',
              path: [...path, 'subresources', at],
              why: `the catalogue knows no \`${kind}/${subresource}\``,
              fix: `use one of ${[...doors].map((door) => `"${door}"`).join(', ')}`,
            },
          ],
    );
  });
}

function unknownKind(source: CompiledPolicy['source'], group: string, kind: string, path: Path): LintFinding {
  const why = `the catalogue knows no kind \`${kind}\` in group \`${group}\`, and the policy defines no parameters`;
  const sameKind = catalogue.filter((one) => one.kind === kind).map((one) => `group \`${one.group}\``);
  const fix =
    sameKind.length > 0
      ? `use ${sameKind.join(' or ')}`
      : (suggest(
          kind,
          catalogue.map((one) => one.kind),
        ) ?? 'define them under `parameters`');
  return { source, code: 'MatchesNothing', path: [...path, 'kind'], why, fix };
}

/** Existence is all that a DELETE changes. */
function lintOperations({ source, plans }: CompiledPolicy): LintFinding[] {
  const { operations } = source.value.spec.match;
  if (operations === undefined || operations.some((operation) => operation !== 'DELETE')) return [];
  const isAboutExistence = plans.some(({ entries }) =>
    entries.some(({ subjects }) =>
      subjects.some(({ definitions }) => definitions.some(({ name }) => name.endsWith('.exists'))),
    ),
  );
  if (isAboutExistence) return [];
  const why = 'a DELETE changes nothing but existence, which no guard bounds';
  return [
    {
      source,
      code: 'MatchesNothing',
      path: ['spec', 'match', 'operations'],
      why,
      fix: 'bound `*.exists` parameters',
    },
  ];
}

/** Guards on parameters that none of the matched kinds has. */
function lintParameters(policy: CompiledPolicy): LintFinding[] {
  const { source, parameters, plans } = policy;
  const available = new Set([
    ...source.value.spec.match.resources.flatMap(({ group, kind }) => kindOf(group, kind)?.definitions ?? []),
    ...parameters.map(({ definition }) => definition),
    anchorAnnotation,
  ]);
  return [
    ...plans.flatMap((plan) => lintPlan(source, plan, available)),
    ...policy.budgets.flatMap((plan) => lintBudget(source, plan, available)),
  ];
}

function lintBudget(
  source: CompiledPolicy['source'],
  { path, parameter, definition }: BudgetPlan,
  available: ReadonlySet<Definition>,
): LintFinding[] {
  if (available.has(definition)) return [];
  return [unavailable(source, parameter, [...path, 'sum', 'parameter'])];
}

function unavailable(source: CompiledPolicy['source'], pattern: string, path: Path): LintFinding {
  const why = `no kind that the policy matches has \`${pattern}\``;
  return { source, code: 'MatchesNothing', path, why, fix: 'add its kind to `match.resources`' };
}

function lintPlan(
  source: CompiledPolicy['source'],
  { entries }: GuardPlan,
  available: ReadonlySet<Definition>,
): LintFinding[] {
  return entries.flatMap(({ subjects }) =>
    subjects.flatMap(({ pattern, at, definitions }) =>
      definitions.some((definition) => available.has(definition)) ? [] : [unavailable(source, pattern, at)],
    ),
  );
}
