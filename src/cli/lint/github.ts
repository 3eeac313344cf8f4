/** Workflow commands: annotations at the true lines of a pull request. */
import type { Problem, Severity } from '../../policy/problem.ts';
import { adviceOf, type LintResult, summarize } from './result.ts';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/** https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands */
export function formatGithub(result: LintResult): string {
  return [...result.problems.map(formatCommand), summarize(result)].join('\n');
}

function formatCommand(problem: Problem): string {
  const { file, line, column, severity, code } = problem;
  const properties = `file=${escapeProperty(file)},line=${line},col=${column},title=${code}`;
  return `::${levels[severity]} ${properties}::${escapeData(adviceOf(problem))}`;
}

/** What is not escaped could end the command, and begin one of its own. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
