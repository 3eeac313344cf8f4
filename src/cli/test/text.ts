/** What came of the cases, for a person: a line a folder, and each failure with all that explains it. */
import type { CaseResult, SuiteResult } from '../../policy/cases.ts';
import type { Problem } from '../../policy/problem.ts';
import type { Output } from '../output.ts';
import { formatTable } from '../table.ts';
import { visible } from '../visible.ts';
import { exitCodeOf, type FailedCase, formatTally, tallySuites } from './result.ts';

type Screen = Pick<Output, 'style'>;

export function formatText(suites: readonly SuiteResult[], screen: Screen): string {
  const tally = tallySuites(suites);
  const color = exitCodeOf(tally) === 0 ? 'green' : 'red';
  const blocks = suites.map((suite) => formatSuite(suite, screen));
  return `${blocks.join('')}\n${screen.style(color, formatTally(tally))}`;
}

function formatSuite(suite: SuiteResult, screen: Screen): string {
  const { passed, failed, errors, cases } = tallySuites([suite]);
  const [word, color] = errors > 0 ? (['error', 'red'] as const) : (['FAIL', 'red'] as const);
  const mark = failed + errors === 0 ? screen.style('green', 'ok   ') : screen.style(color, word.padEnd(5));
  const count = suite.problems.length > 0 ? 'not run' : `${passed} of ${cases} passed`;
  const head = `${mark}  ${visible(suite.folder)}  ${screen.style('dim', count)}\n`;
  const problems = suite.problems.map((problem) => formatProblem(problem, screen));
  const wrong = suite.results.filter(({ status }) => status !== 'passed');
  const end = wrong.length === 0 ? [] : ['\n'];
  return [head, ...problems, ...wrong.map((result) => formatResult(result, screen)), ...end].join('');
}

function formatResult(result: CaseResult, screen: Screen): string {
  const place = screen.style('dim', `(${visible(`${result.file}:${result.line}:${result.column}`)})`);
  const title = `${screen.style('bold', visible(result.name))}  ${place}`;
  if (result.status === 'error')
    return `\n  ${screen.style('red', 'error')} ${title}\n${formatProblem(result.problem, screen)}`;
  return `\n  ${screen.style('red', 'failed')} ${title}\n${formatDifferences(result)}\n${formatExplanation(result)}`;
}

/** Never cut: what differs may be at the end. */
function formatDifferences({ differences }: FailedCase): string {
  const rows = differences.map(({ what, expected, actual }) => [what, expected, actual]);
  return formatTable([['', 'EXPECTED', 'ACTUAL'], ...rows], { indent: 4 });
}

/** The sentences of the decision, and, where no policy matched, that this is why. */
function formatExplanation({ explanation, policies }: FailedCase): string {
  const matched =
    policies.length === 0 ? 'no policy matched the request' : `policies that matched: ${policies.join(', ')}`;
  return [...explanation, matched].map((line) => `    ${visible(line)}\n`).join('');
}

function formatProblem({ file, line, column, what, why, fix }: Problem, { style }: Screen): string {
  const text = `    ${visible(`${file}:${line}:${column}: ${what}: ${why}`)}\n`;
  return fix === undefined ? text : `${text}    ${style('cyan', 'fix:')} ${visible(fix)}\n`;
}
