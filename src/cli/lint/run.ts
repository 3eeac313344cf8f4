/** Reads policies as one set, finds what is wrong with them, prints it. */
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { readCases } from '../../policy/cases.ts';
import { isCasesFile, isPolicyFile, listFiles, readFile } from '../../policy/folder.ts';
import { lintPolicies } from '../../policy/lint.ts';
import { loadDocuments } from '../../policy/load.ts';
import { compareProblems, type Problem } from '../../policy/problem.ts';
import { printData } from '../data.ts';
import { explainRead, type Read, starterPolicies } from '../input.ts';
import type { Output } from '../output.ts';
import type { ExitCode, Invocation } from '../registration.ts';
import { formatGithub } from './github.ts';
import { formatLintJunit } from './junit.ts';
import { countProblems, type LintResult } from './result.ts';
import { formatSarif } from './sarif.ts';
import { formatText } from './text.ts';

/** As `command.ts` declares them. */
interface LintOptions {
  readonly strict?: boolean;
  readonly output: 'text' | 'json' | 'yaml' | 'github' | 'sarif' | 'junit';
}

export async function run({ args, options, output, program }: Invocation): Promise<ExitCode> {
  const { strict = false, output: format } = options as unknown as LintOptions;
  const found = findFiles(args.length === 0 ? [starterPolicies] : args);
  if (!found.ok) return output.fail(found.fault);
  const result = lintFiles(found.value, strict);
  if (format === 'json' || format === 'yaml') printData(output, format, toData(result));
  else output.print(writers[format](result, { output, version: program.version() ?? '' }));
  return countProblems(result).error > 0 ? 1 : 0;
}

interface Context {
  readonly output: Output;
  readonly version: string;
}

const writers = {
  text: (result: LintResult, { output }: Context) => formatText(result, output),
  github: formatGithub,
  sarif: (result: LintResult, { version }: Context) => formatSarif(result, version),
  junit: formatLintJunit,
};

/** Each file once, whatever paths lead to it. */
function findFiles(paths: readonly string[]): Read<readonly string[]> {
  const files = new Map<string, string>();
  for (const path of paths) {
    try {
      const found = statSync(path).isDirectory() ? listFiles(path, isDocumentFile) : [path];
      for (const file of found) files.set(resolve(file), file);
      if (found.length > 0) continue;
      const why = 'it holds no policies and no cases (`.yaml`, `.yml`, `.json`)';
      return { ok: false, fault: { what: `nothing to lint in \`${path}\``, why } };
    } catch (error) {
      return { ok: false, fault: explainRead(path, error as NodeJS.ErrnoException) };
    }
  }
  return { ok: true, value: [...files.values()] };
}

function isDocumentFile(name: string): boolean {
  return isPolicyFile(name) || isCasesFile(name);
}

/** All files together: a contradiction takes two. */
function lintFiles(files: readonly string[], strict: boolean): LintResult {
  const isCases = (file: string): boolean => isCasesFile(basename(file));
  const reads = files.filter((file) => !isCases(file)).map(readFile);
  const cases = files.filter(isCases).map(readCases);
  const documents = reads.flatMap((read) => read.documents);
  const loaded = loadDocuments(
    documents,
    {},
    reads.flatMap((read) => read.problems),
  );
  const problems = [
    ...loaded.problems,
    ...cases.flatMap((read) => read.problems),
    ...lintPolicies(loaded, Date.now()),
  ].sort(compareProblems);
  return {
    files,
    documents: documents.length + cases.length,
    problems: strict ? problems.map(raise) : problems,
  };
}

function raise(problem: Problem): Problem {
  return problem.severity === 'warning' ? { ...problem, severity: 'error' } : problem;
}

function toData(result: LintResult) {
  const problems = result.problems.map(({ path, ...problem }) => problem);
  return {
    problems,
    summary: { files: result.files.length, documents: result.documents, ...countProblems(result) },
  };
}
