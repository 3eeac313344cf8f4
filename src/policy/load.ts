/** Documents into the policies in force, or into problems: all or nothing, so that a set is never half of one. */
import { type CompiledPolicy, compilePolicy } from './compile.ts';
import type { Document } from './document.ts';
import { locateFinding } from './document.ts';
import { type CompiledException, compileException } from './exceptions.ts';
import { readFolder } from './folder.ts';
import { parameterFinder } from './parameters.ts';
import { hashOf, parseDocuments, type Source, type Sources } from './parse.ts';
import { compareProblems, type Finding, isError, type Problem } from './problem.ts';
import type { PolicyDocument } from './schema.ts';
import { createPolicySet } from './select.ts';
import type { PolicySet } from './set.ts';

export interface LoadOptions {
  /** Where exceptions to cluster policies may live: `flyball-system` where omitted. */
  readonly ownNamespace?: string;
}

export interface Loaded {
  /** Undefined where there is an error among the problems. */
  readonly set?: PolicySet;
  readonly problems: readonly Problem[];
  /** What could be compiled, for lint, even where the whole is not in force. */
  readonly policies: readonly CompiledPolicy[];
  readonly exceptions: readonly CompiledException[];
}

/** Every `.yaml`, `.yml` and `.json` file below the folder, but for `cases.yaml`. */
export function loadFolder(folder: string, options: LoadOptions = {}): Loaded {
  const { documents, problems } = readFolder(folder);
  return loadDocuments(documents, options, problems);
}

/** `earlier`: problems that were found when the documents were read. */
export function loadDocuments(
  documents: readonly Document[],
  options: LoadOptions = {},
  earlier: readonly Problem[] = [],
): Loaded {
  const sources = parseDocuments(documents);
  const problems: Problem[] = [...earlier, ...sources.problems, ...findDuplicates(sources)];
  const report = (source: Source, findings: readonly Finding[]): void => {
    problems.push(...findings.map((finding) => locateFinding(source.document, finding, source.name)));
  };
  const policies = compilePolicies(sources, report);
  for (const { policy, finding } of findCollisions(policies)) report(policy.source, [finding]);
  const exceptions = compileExceptions(sources, policies, { report, ...options });
  const sorted = problems.sort(compareProblems);
  const found = { problems: sorted, policies, exceptions };
  if (sorted.some(isError)) return found;
  const hash = hashOf([...sources.policies, ...sources.exceptions]);
  return { ...found, set: createPolicySet(policies, exceptions, hash) };
}

type Report = (source: Source, findings: readonly Finding[]) => void;

function compilePolicies({ policies }: Sources, report: Report): CompiledPolicy[] {
  return policies.flatMap((source: Source<PolicyDocument>) => {
    const compiled = compilePolicy(source);
    if (compiled.ok) return [compiled.policy];
    report(source, compiled.findings);
    return [];
  });
}

function compileExceptions(
  { exceptions }: Sources,
  policies: readonly CompiledPolicy[],
  { report, ownNamespace = 'flyball-system' }: LoadOptions & { readonly report: Report },
): CompiledException[] {
  const own = policies.flatMap(({ parameters }) => parameters.map(({ definition }) => definition));
  const find = parameterFinder(own);
  return exceptions.flatMap((source) => {
    const compiled = compileException(source, { find, ownNamespace });
    if (compiled.ok) return [compiled.exception];
    report(source, compiled.findings);
    return [];
  });
}

function findDuplicates({ policies, exceptions }: Sources): Problem[] {
  const first = new Map<string, Source>();
  return [...policies, ...exceptions].flatMap((source) => {
    const other = first.get(source.name);
    if (other === undefined) {
      first.set(source.name, source);
      return [];
    }
    const { line } = other.document.locate(['metadata', 'name']);
    const why = `\`${source.name}\` is already at ${other.document.file}:${line}`;
    return [
      locateFinding(source.document, { code: 'DuplicateName', path: ['metadata', 'name'], why }, source.name),
    ];
  });
}

interface Collision {
  readonly policy: CompiledPolicy;
  readonly finding: Finding;
}

/**
 * One name for two places would hide one of them. Cluster policies come first, so that no tenant can take a name
 * from the platform; policies of different namespaces never meet.
 */
function findCollisions(policies: readonly CompiledPolicy[]): Collision[] {
  const taken = new Map<string, { readonly id: string; readonly text: string }>();
  const rank = ({ namespace, id }: CompiledPolicy): string => `${namespace === undefined ? 0 : 1} ${id}`;
  const ordered = [...policies].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return ordered.flatMap((policy) => {
    const specs = policy.source.value.spec.parameters ?? [];
    return specs.flatMap(({ description: _, ...spec }, index) => {
      const text = JSON.stringify([spec.type, spec.path, spec.capacity, spec.integration]);
      const own = `${policy.namespace ?? ''} ${spec.name}`;
      const other = taken.get(` ${spec.name}`) ?? taken.get(own);
      if (other === undefined) taken.set(own, { id: policy.id, text });
      if (other === undefined || other.text === text) return [];
      const why = `\`${spec.name}\` is another parameter in policy \`${other.id}\``;
      return [
        {
          policy,
          finding: { code: 'DuplicateName', path: ['spec', 'parameters', index, 'name'], why } as const,
        },
      ];
    });
  });
}
