/** Problems for a person, a line each, at the place where an editor jumps to. */
import type { Problem, Severity } from '../../policy/problem.ts';
import type { Output, Style } from '../output.ts';
import { visible } from '../visible.ts';
import { type LintResult, messageOf, summarize } from './result.ts';

const styles: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'cyan' };

export function formatText(result: LintResult, { style }: Pick<Output, 'style'>): string {
  const lines = result.problems.flatMap((problem) => formatProblem(problem, style));
  return [...lines, ...(lines.length === 0 ? [] : ['']), summarize(result)].join('\n');
}

function formatProblem(problem: Problem, style: Output['style']): string[] {
  const { file, line, column, severity, code, fix } = problem;
  const place = style('bold', visible(`${file}:${line}:${column}:`));
  const head = `${place} ${style(styles[severity], severity)} ${code}: ${messageOf(problem)}`;
  return fix === undefined ? [head] : [head, `  ${style('cyan', 'fix:')} ${visible(fix)}`];
}
