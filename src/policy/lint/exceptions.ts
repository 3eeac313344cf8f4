/** Exceptions that have ended, or that alter nothing, or the same thing twice. */

import { alters } from '../build-guards.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { CompiledException } from '../exceptions.ts';
import type { Path } from '../problem.ts';
import { suggest } from '../suggest.ts';
import type { LintFinding } from './finding.ts';

interface Documents {
  readonly policies: readonly CompiledPolicy[];
  readonly exceptions: readonly CompiledException[];
}

export function lintExceptions({ policies, exceptions }: Documents, now: number): LintFinding[] {
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  return exceptions.flatMap((exception, index) => {
    if (exception.expires <= now) return [expired(exception)];
    return [
      ...missingPolicies(exception, byId),
      ...idleGuards(exception, byId),
      ...overlaps(exception, exceptions.slice(0, index), now),
    ];
  });
}

function expired({ source }: CompiledException): LintFinding {
  const why = `it ended at ${source.value.spec.expires}`;
  return { source, code: 'ExpiredException', path: ['spec', 'expires'], why, fix: 'take it out' };
}

function missingPolicies(
  { source }: CompiledException,
  known: ReadonlyMap<string, CompiledPolicy>,
): LintFinding[] {
  const { metadata, spec } = source.value;
  return (['policies', 'clusterPolicies'] as const).flatMap((field) =>
    (spec[field] ?? []).flatMap((name, index): LintFinding[] => {
      const id = field === 'policies' ? `${metadata.namespace}/${name}` : name;
      if (known.has(id)) return [];
      const fix = suggest(id, known.keys());
      const path: Path = ['spec', field, index];
      return [
        {
          source,
          code: 'MissingPolicy',
          path,
          why: `there is no policy \`${id}\``,
          ...(fix === undefined ? {} : { fix }),
        },
      ];
    }),
  );
}

/** An exception replaces rules; where a policy has none such there is nothing to replace. */
function idleGuards(exception: CompiledException, known: ReadonlyMap<string, CompiledPolicy>): LintFinding[] {
  const policies = exception.policies.flatMap((id) => known.get(id) ?? []);
  if (policies.length === 0) return [];
  return exception.entries.flatMap((entry): LintFinding[] => {
    const isUsed = policies.some(({ plans }) =>
      plans.some(({ entries }) => entries.some((own) => alters(entry, own))),
    );
    if (isUsed) return [];
    const why = 'no named policy has such a rule for this parameter: there is nothing to replace';
    return entry.subjects.map(({ at }) => ({
      source: exception.source,
      code: 'MatchesNothing',
      path: at,
      why,
    }));
  });
}

function overlaps(
  exception: CompiledException,
  earlier: readonly CompiledException[],
  now: number,
): LintFinding[] {
  const shared = earlier.filter(
    (other) =>
      other.expires > now &&
      other.policies.some((id) => exception.policies.includes(id)) &&
      other.entries.some((a) => exception.entries.some((b) => alters(a, b))),
  );
  return shared.map(({ id }) => {
    const [first = ''] = [id, exception.id].sort();
    const why = `\`${id}\` replaces the same rule: \`${first}\` is taken, since its name sorts first`;
    return {
      source: exception.source,
      code: 'OverlappingExceptions',
      path: ['spec', 'guards'],
      why,
      fix: 'merge the two',
    };
  });
}
