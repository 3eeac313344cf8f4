/** A suite a folder, a test a case. */
import type { CaseResult, SuiteResult } from '../../policy/cases.ts';
import { formatProblem } from '../../policy/problem.ts';
import { formatJunit, type Suite, type TestCase } from '../junit.ts';
import { visible } from '../visible.ts';

export function formatTestJunit(suites: readonly SuiteResult[]): string {
  return formatJunit('flyball test', suites.map(toSuite));
}

/** What could not be read is a test that could not run. */
function toSuite({ folder, problems, results }: SuiteResult): Suite {
  const unread = problems.map(
    (problem): TestCase => ({
      name: problem.code,
      file: problem.file,
      line: problem.line,
      outcome: 'error',
      message: visible(formatProblem(problem)),
    }),
  );
  return { name: folder, cases: [...unread, ...results.map(toCase)] };
}

function toCase(result: CaseResult): TestCase {
  const { name, file, line } = result;
  if (result.status === 'error')
    return { name, file, line, outcome: 'error', message: visible(formatProblem(result.problem)) };
  if (result.status === 'passed') return { name, file, line, outcome: 'passed' };
  const differences = result.differences.map(
    ({ what, expected, actual }) => `${what}: expected ${expected}, actual ${actual}`,
  );
  return {
    name,
    file,
    line,
    outcome: 'failure',
    message: [...differences, ...result.explanation].map(visible).join('\n'),
  };
}
