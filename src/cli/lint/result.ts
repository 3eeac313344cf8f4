import type { Problem, Severity } from '../../policy/problem.ts';
import { visible } from '../visible.ts';

export interface LintResult {
  /** Every file that was read, in order; a file may hold several documents. */
  readonly files: readonly string[];
  readonly documents: number;
  readonly problems: readonly Problem[];
}

export function countProblems({ problems }: LintResult): Readonly<Record<Severity, number>> {
  const count = (wanted: Severity): number => problems.filter(({ severity }) => severity === wanted).length;
  return { error: count('error'), warning: count('warning'), info: count('info') };
}

/** `spec.guards[0].rnage: is not a field`: one line, whatever a policy's author wrote. */
export function messageOf({ what, why }: Problem): string {
  return visible(`${what}: ${why}`);
}

/** The message, and how to mend it on a second line. */
export function adviceOf(problem: Problem): string {
  const { fix } = problem;
  return fix === undefined ? messageOf(problem) : `${messageOf(problem)}\nfix: ${visible(fix)}`;
}

/** `12 files, 14 documents: 1 error, 2 warnings`. */
export function summarize(result: LintResult): string {
  const { error, warning, info } = countProblems(result);
  const found = [
    ...(error > 0 ? [plural(error, 'error')] : []),
    ...(warning > 0 ? [plural(warning, 'warning')] : []),
    ...(info > 0 ? [plural(info, 'note')] : []),
  ];
  const read = `${plural(result.files.length, 'file')}, ${plural(result.documents, 'document')}`;
  return `${read}: ${found.length === 0 ? 'no problems' : found.join(', ')}`;
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
