/** Exceptions: who may alter which policies, where and until when. What they alter is `build-guards.ts`' business. */

import type { CompiledPolicy } from './compile.ts';
import { compileEntries, type RuleEntry } from './compile-guard.ts';
import type { FindParameter } from './parameters.ts';
import type { Source } from './parse.ts';
import { checkPatterns, matchesAny } from './pattern.ts';
import { distinctFindings, type Finding, type Path } from './problem.ts';
import type { ExceptionDocument } from './schema.ts';
import type { Query } from './set.ts';

export interface CompiledException {
  readonly source: Source<ExceptionDocument>;
  /** `shop/black-friday`. */
  readonly id: string;
  /** Milliseconds since the epoch; exclusive. */
  readonly expires: number;
  /** Ids of policies. */
  readonly policies: readonly string[];
  /** Namespaces in which cluster policies are altered. */
  readonly namespaces: readonly string[];
  readonly entries: readonly RuleEntry[];
}

export type ExceptionResult =
  | { readonly ok: true; readonly exception: CompiledException }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** `find` knows the parameters of every policy. An exception for cluster policies lives in `ownNamespace` alone. */
export function compileException(
  source: Source<ExceptionDocument>,
  { find, ownNamespace }: { readonly find: FindParameter; readonly ownNamespace: string },
): ExceptionResult {
  const { metadata, spec } = source.value;
  const findings: Finding[] = checkScope(source.value, ownNamespace);
  const entries = spec.guards.flatMap((guard, index) => {
    const path: Path = ['spec', 'guards', index];
    return compileEntries(guard, path, { find, findings, hasRelation: false });
  });
  findings.push(...checkPatterns(spec.namespaces ?? [], ['spec', 'namespaces']));
  if (findings.length > 0) return { ok: false, findings: distinctFindings(findings) };
  const own = (spec.policies ?? []).map((name) => `${metadata.namespace}/${name}`);
  const exception = {
    source,
    id: `${metadata.namespace}/${metadata.name}`,
    expires: Date.parse(spec.expires),
    policies: [...own, ...(spec.clusterPolicies ?? [])],
    namespaces: spec.namespaces ?? [],
    entries,
  };
  return { ok: true, exception };
}

function checkScope({ metadata, spec }: ExceptionDocument, ownNamespace: string): Finding[] {
  const path: Path = ['spec'];
  if (spec.policies === undefined && spec.clusterPolicies === undefined)
    return [{ code: 'MissingField', path, why: '`policies` or `clusterPolicies` is missing' }];
  if (spec.clusterPolicies === undefined)
    return spec.namespaces === undefined
      ? []
      : [
          {
            code: 'WrongScope',
            path: [...path, 'namespaces'],
            why: 'means nothing without `clusterPolicies`',
          },
        ];
  if (spec.namespaces === undefined)
    return [
      {
        code: 'MissingField',
        path,
        why: '`namespaces` is missing: it says where the cluster policies are altered',
      },
    ];
  if (metadata.namespace === ownNamespace) return [];
  const why = `an exception to cluster policies may live only in namespace \`${ownNamespace}\``;
  return [{ code: 'WrongScope', path: [...path, 'clusterPolicies'], why }];
}

/** The exceptions that alter this policy for this request now; in the order of their ids. */
export function activeExceptions(
  exceptions: readonly CompiledException[],
  policy: CompiledPolicy,
  query: Query,
): readonly CompiledException[] {
  return exceptions.filter(
    ({ expires, namespaces }) =>
      query.now < expires && (policy.namespace !== undefined || matchesAny(namespaces, query.namespace)),
  );
}
