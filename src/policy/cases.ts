/** Cases: what policies are meant to do, beside them, run on the same core that decides in the cluster. */
import { dirname } from 'node:path';
import { type CaseOutcome, type InForce, runSteps } from './cases/run.ts';
import { attempt } from './cases/wrong.ts';
import { type Document, locateFinding } from './document.ts';
import { isCasesFile, listFiles, readFile } from './folder.ts';
import { type LoadOptions, loadFolder } from './load.ts';
import { isError, type Path, type Position, type Problem } from './problem.ts';
import type { CaseSpec, CasesFile } from './schema.ts';
import { validateForm } from './validate.ts';

export type { Difference } from './cases/compare.ts';

interface CaseBase extends Position {
  readonly name: string;
  readonly file: string;
}

/** `error`: the case itself is wrong, and says nothing of the policies. */
export type CaseResult = CaseBase &
  (
    | { readonly status: 'error'; readonly problem: Problem }
    | ({
        readonly status: 'passed' | 'failed';
      } & CaseOutcome)
  );

/** The cases of one folder against its own policies. */
export interface SuiteResult {
  readonly folder: string;
  /** Errors of the policies or of the cases file: then there are no results. */
  readonly problems: readonly Problem[];
  readonly results: readonly CaseResult[];
}

/** Every folder below (or at) `root` that has cases. */
export function runFolders(root: string, options: LoadOptions = {}): readonly SuiteResult[] {
  return listFiles(root, isCasesFile).map((file) => runFile(file, options));
}

function runFile(file: string, options: LoadOptions): SuiteResult {
  const folder = dirname(file);
  const loaded = loadFolder(folder, options);
  const cases = readCases(file);
  const problems = [...loaded.problems.filter(isError), ...cases.problems];
  if (loaded.set === undefined || problems.length > 0) return { folder, problems, results: [] };
  return { folder, problems, results: runCases(cases.cases, { set: loaded.set, policies: loaded.policies }) };
}

export interface LocatedCase {
  readonly spec: CaseSpec;
  readonly document: Document;
  readonly path: Path;
}

export function readCases(file: string): {
  readonly cases: readonly LocatedCase[];
  readonly problems: readonly Problem[];
} {
  const { documents, problems } = readFile(file);
  const found = documents.map((document) => ({ document, ...validateForm('cases', document.value) }));
  return {
    cases: found.flatMap(({ document, value, findings }) =>
      findings.length > 0
        ? []
        : (value as CasesFile).cases.map((spec, index) => ({ spec, document, path: ['cases', index] })),
    ),
    problems: [
      ...problems,
      ...found.flatMap(({ document, findings }) =>
        findings.map((finding) => locateFinding(document, finding)),
      ),
    ],
  };
}

export function runCases(cases: readonly LocatedCase[], inForce: InForce): readonly CaseResult[] {
  return cases.map((located) => runCase(located, inForce));
}

function runCase({ spec, document, path }: LocatedCase, inForce: InForce): CaseResult {
  const base: CaseBase = { name: spec.name, file: document.file, ...document.locate(path) };
  const outcome = attempt(() => runSteps(spec, inForce));
  if ('finding' in outcome) {
    const finding = { ...outcome.finding, path: [...path, ...outcome.finding.path] };
    return { ...base, status: 'error', problem: locateFinding(document, finding) };
  }
  return { ...base, status: outcome.differences.length === 0 ? 'passed' : 'failed', ...outcome };
}
