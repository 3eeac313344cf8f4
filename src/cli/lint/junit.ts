/** A suite a file; errors fail, warnings pass with a word, as the exit code has it. */
import type { Problem } from '../../policy/problem.ts';
import { formatJunit, type TestCase } from '../junit.ts';
import { adviceOf, type LintResult } from './result.ts';

export function formatLintJunit({ files, problems }: LintResult): string {
  const named = new Set([...files, ...problems.map(({ file }) => file)]);
  const suites = [...named].map((file) => {
    const cases = problems.filter((problem) => problem.file === file).map(toCase);
    return {
      name: file,
      cases: cases.length > 0 ? cases : [{ name: 'lint', file, outcome: 'passed' } as const],
    };
  });
  return formatJunit('flyball lint', suites);
}

function toCase(problem: Problem): TestCase {
  const { file, line, column, severity, code } = problem;
  return {
    name: `${code} at ${line}:${column}`,
    file,
    line,
    outcome: severity === 'error' ? 'failure' : 'passed',
    message: `${severity}: ${adviceOf(problem)}`,
    type: code,
  };
}
