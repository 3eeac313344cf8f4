import type { CaseResult, SuiteResult } from '../../policy/cases.ts';
import type { ExitCode } from '../registration.ts';

export interface TestTally {
  readonly folders: number;
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Cases that could not be run, and folders whose policies or cases cannot be read. */
  readonly errors: number;
}

export type FailedCase = Exclude<CaseResult, { readonly status: 'error' }>;

export function tallySuites(suites: readonly SuiteResult[]): TestTally {
  const results = suites.flatMap((suite) => suite.results);
  const count = (status: CaseResult['status']): number =>
    results.filter((result) => result.status === status).length;
  const unreadable = suites.filter(({ problems }) => problems.length > 0).length;
  return {
    folders: suites.length,
    cases: results.length,
    passed: count('passed'),
    failed: count('failed'),
    errors: count('error') + unreadable,
  };
}

/** An error is worse than a failure: nothing is known of the policies. */
export function exitCodeOf({ failed, errors }: TestTally): ExitCode {
  if (errors > 0) return 2;
  return failed > 0 ? 1 : 0;
}

/** `12 folders, 60 cases: 58 passed, 1 failed, 1 error`. */
export function formatTally({ folders, cases, passed, failed, errors }: TestTally): string {
  const parts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'error' : 'errors'}`] : []),
  ];
  return `${folders} ${folders === 1 ? 'folder' : 'folders'}, ${cases} ${cases === 1 ? 'case' : 'cases'}: ${parts.join(', ')}`;
}

/** Only cases whose folder or name contains the text; suites that are left without one are left out. */
export function filterSuites(suites: readonly SuiteResult[], text: string): readonly SuiteResult[] {
  return suites.flatMap((suite) => {
    const results = suite.results.filter(({ name }) => suite.folder.includes(text) || name.includes(text));
    const isWanted = results.length > 0 || (suite.results.length === 0 && suite.problems.length > 0);
    return isWanted ? [{ ...suite, results }] : [];
  });
}
